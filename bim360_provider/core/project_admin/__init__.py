"""An admin of a project, added for one service, which activates it and so the project.

The policies are in docs/members.md.
"""

from bim360_provider.core.project_admin.check import check
from bim360_provider.core.project_admin.create import create
from bim360_provider.core.project_admin.diff import diff
from bim360_provider.core.project_admin.read import read
from bim360_provider.core.project_admin.update import update
from bim360_provider.core.project_member.delete import delete

__all__ = ["check", "create", "delete", "diff", "read", "update"]
