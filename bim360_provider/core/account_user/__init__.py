"""An account user: the six things that Pulumi asks of a provider.

``check`` and ``diff`` are pure; the others ask HQ. The policies are in docs/account_user.md.
"""

from bim360_provider.core.account_user.check import check
from bim360_provider.core.account_user.create import create
from bim360_provider.core.account_user.delete import delete
from bim360_provider.core.account_user.diff import diff
from bim360_provider.core.account_user.read import read
from bim360_provider.core.account_user.update import update

__all__ = ["check", "create", "delete", "diff", "read", "update"]
