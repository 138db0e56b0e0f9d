"""Claim the id that a create got: one that another resource has is not HQ's response to it."""

from typing import TYPE_CHECKING, TypeVar

from bim360_provider.core.owners import Owners
from bim360_provider.hq import OpenOutcomeError

if TYPE_CHECKING:
    from bim360_provider.models import AccountUser, Company, Project

__all__ = ["claimed", "claimed_or_none"]

Row = TypeVar("Row", "Project", "Company", "AccountUser")


def claimed(owners: Owners, row: Row) -> Row:
    """Return what HQ says that it has created.

    Raises:
        OpenOutcomeError: Another resource of this stack has that id.
    """
    if owners.claim(row.id):
        return row
    msg = (
        f"BIM 360: HQ's response to a create has the id {row.id}, which another resource of this "
        "stack has. A proxy or gateway may mix up responses: check HTTPS_PROXY and the base URL."
    )
    raise OpenOutcomeError(msg)


def claimed_or_none(owners: Owners, row: Row | None) -> Row | None:
    """Return what was found after a lost response, unless another resource of this stack has it."""
    return row if row is not None and owners.claim(row.id) else None
