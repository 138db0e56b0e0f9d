"""The business units of an account, as one tree: the six things that Pulumi asks of a provider.

``check`` and ``diff`` are pure; the others ask HQ.
The policies are in docs/reference/business_units.md.
"""

from bim360_provider.core.business_units.lifecycle import create, delete, read, update
from bim360_provider.core.business_units.rules import check, diff

__all__ = ["check", "create", "delete", "diff", "read", "update"]
