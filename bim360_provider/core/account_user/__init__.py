"""An account user: the six operations of a Pulumi provider.

``check`` and ``diff`` send nothing; the others send requests to HQ.
The policies are in docs/reference/account_user.md.
"""

from bim360_provider.core.account_user.lifecycle import create, delete, read, update
from bim360_provider.core.account_user.rules import check, diff

__all__ = ["check", "create", "delete", "diff", "read", "update"]
