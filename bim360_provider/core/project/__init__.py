"""A project: the six things that Pulumi asks of a provider, a file each.

``check`` and ``diff`` are pure; the others ask HQ. The policies are in docs/project.md.
"""

from bim360_provider.core.project.check import check
from bim360_provider.core.project.create import create
from bim360_provider.core.project.delete import delete
from bim360_provider.core.project.diff import diff
from bim360_provider.core.project.read import read
from bim360_provider.core.project.update import update

__all__ = ["check", "create", "delete", "diff", "read", "update"]
