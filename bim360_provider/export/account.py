"""An account as declarations, as far as it is meant."""

from bim360_provider.core.settings import Settings
from bim360_provider.errors import InputError
from bim360_provider.export import business_units
from bim360_provider.export.choosing import Choice
from bim360_provider.export.reader import Account, Kept, Reader, Tell
from bim360_provider.hq import HqClient

__all__ = ["read_account"]


def read_account(
    client: HqClient,
    settings: Settings,
    choice: Choice,
    *,
    kept: Kept | None = None,
    tell: Tell = lambda _what, _there, _of: None,
) -> Account:
    """Return an account as declarations.

    Args:
        client: The account.
        settings: Say whether values outside the public lists are let through.
        choice: What is meant.
        kept: Names that an earlier export gave.
        tell: Is told how far it is.

    Raises:
        InputError: Members are meant, and there is no acting user, without whom no stack has any.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    if "members" in choice.include and not settings.acting_user:
        msg = (
            "BIM 360: could not export members: a stack with members needs an acting user; "
            "set BIM360_ACTING_USER to the e-mail of an admin, here and for the stack."
        )
        raise InputError(msg)
    reader = Reader(client, settings, kept or {}, tell, Account())
    units = reader.units() if "business-units" in choice.include else None
    companies = reader.companies() if "companies" in choice.include else {}
    if "users" in choice.include:
        reader.users(companies)
    if "projects" in choice.include or "members" in choice.include:
        reader.projects(choice, business_units.references(units), companies)
    return reader.account
