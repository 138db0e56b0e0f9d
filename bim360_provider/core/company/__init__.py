"""A company: the six things that Pulumi asks of a provider.

``check`` and ``diff`` are pure; the others ask HQ. The policies are in docs/company.md.
"""

from bim360_provider.core.company.check import check
from bim360_provider.core.company.create import create
from bim360_provider.core.company.delete import delete
from bim360_provider.core.company.diff import diff
from bim360_provider.core.company.read import read
from bim360_provider.core.company.update import update

__all__ = ["check", "create", "delete", "diff", "read", "update"]
