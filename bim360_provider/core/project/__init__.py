"""A project: the six things that Pulumi asks of a provider, a file each.

``check`` and ``diff`` are pure; the others ask HQ. The policies are in docs/reference/project.md.
"""

from bim360_provider.core.project.create import create
from bim360_provider.core.project.lifecycle import delete, read, update
from bim360_provider.core.project.rules import check, diff

__all__ = ["check", "create", "delete", "diff", "read", "update"]
