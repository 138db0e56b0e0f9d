"""A member of a project: the six things that Pulumi asks of a provider.

``check`` and ``diff`` are pure; the others ask HQ. The policies are in docs/members.md.
"""

from bim360_provider.core.project_member.check import check
from bim360_provider.core.project_member.create import create
from bim360_provider.core.project_member.delete import delete
from bim360_provider.core.project_member.diff import diff
from bim360_provider.core.project_member.read import read
from bim360_provider.core.project_member.update import update

__all__ = ["check", "create", "delete", "diff", "read", "update"]
