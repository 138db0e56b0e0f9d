"""The members of a project, together: the six things that Pulumi asks of a provider.

``check`` and ``diff`` are pure; the others ask HQ. The policies are in docs/members.md.
"""

from bim360_provider.core.project_members.check import check
from bim360_provider.core.project_members.create import create
from bim360_provider.core.project_members.delete import delete
from bim360_provider.core.project_members.diff import diff
from bim360_provider.core.project_members.read import read
from bim360_provider.core.project_members.update import update

__all__ = ["check", "create", "delete", "diff", "read", "update"]
