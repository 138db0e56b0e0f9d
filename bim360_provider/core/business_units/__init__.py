"""The business units of an account, as one tree: the six things that Pulumi asks of a provider.

``check`` and ``diff`` are pure; the others ask HQ. The policies are in docs/business_units.md.
"""

from bim360_provider.core.business_units.check import check
from bim360_provider.core.business_units.create import create, update
from bim360_provider.core.business_units.delete import delete
from bim360_provider.core.business_units.diff import diff
from bim360_provider.core.business_units.read import read

__all__ = ["check", "create", "delete", "diff", "read", "update"]
