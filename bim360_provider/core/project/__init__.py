"""A project: the six operations of a Pulumi provider.

``check`` and ``diff`` send nothing; the others send requests to HQ.
The policies are in docs/reference/project.md.
"""

from bim360_provider.core.project.create import create
from bim360_provider.core.project.lifecycle import delete, read, update
from bim360_provider.core.project.rules import check, diff

__all__ = ["check", "create", "delete", "diff", "read", "update"]
