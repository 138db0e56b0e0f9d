"""The business units of an account, as one tree: the six operations of a Pulumi provider.

``check`` and ``diff`` send nothing; the others send requests to HQ.
The policies are in docs/reference/business_units.md.
"""

from bim360_provider.core.business_units.lifecycle import create, delete, read, update
from bim360_provider.core.business_units.rules import check, diff

__all__ = ["check", "create", "delete", "diff", "read", "update"]
