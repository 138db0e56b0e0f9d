"""The direct permissions of a folder: the six operations of a Pulumi provider.

``check`` and ``diff`` send nothing; the others send requests.
The policies are in docs/reference/folders.md.
"""

from bim360_provider.core.folder_permissions.lifecycle import create, delete, read, update
from bim360_provider.core.folder_permissions.rules import check, diff

__all__ = ["check", "create", "delete", "diff", "read", "update"]
