"""A member of a project: the six operations of a Pulumi provider.

``check`` and ``diff`` send nothing; the others send requests to HQ.
The policies are in docs/reference/members.md.
"""

from bim360_provider.core.project_member.lifecycle import create, delete, read, update
from bim360_provider.core.project_member.rules import check, diff

__all__ = ["check", "create", "delete", "diff", "read", "update"]
