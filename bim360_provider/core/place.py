"""The place of an entity, its account and its region: from the settings into the arguments."""

from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.core.arguments import Problem, is_unknown
from bim360_provider.core.settings import Settings
from bim360_provider.hq import HqClient

__all__ = ["is_to_be_made", "moved", "place_of", "placed", "unplaced"]

Values = Mapping[str, Any]

PLACE: Final = ("account_id", "region")

NO_ACCOUNT: Final = (
    "is missing: set BIM360_ACCOUNT_ID, or run `pulumi config set bim360:accountId …` "
    "(the hub's id without its 'b.')"
)


def placed(new: Values, settings: Settings) -> dict[str, Any]:
    """Return the arguments that were given, with the account and the region that they are for."""
    given = {name: value for name, value in new.items() if value is not None}
    if settings.account_id:
        given.setdefault("account_id", settings.account_id)
    given.setdefault("region", settings.region)
    return given


def unplaced(given: Values) -> list[Problem]:
    """Return the problem of arguments without an account."""
    return [] if "account_id" in given else [Problem("account_id", NO_ACCOUNT)]


def is_to_be_made(old: Values, given: Values) -> bool:
    """Return whether it has to be made: there is none yet, or it is to be in another place.

    Args:
        old: The arguments of the last run; empty when it is new.
        given: The arguments as written, with account and region.
    """
    return not old or any(
        name in given and not is_unknown(given[name]) and given[name] != old.get(name)
        for name in PLACE
    )


def moved(state: Values, inputs: Values) -> tuple[str, ...]:
    """Return which of account and region are others now: another place is another thing."""
    return tuple(
        name for name in PLACE if name in state and name in inputs and inputs[name] != state[name]
    )


def place_of(client: HqClient) -> dict[str, Any]:
    """Return the account and the region that a client asks."""
    connection = client.connection
    return {"account_id": connection.account_id, "region": connection.region or "US"}
