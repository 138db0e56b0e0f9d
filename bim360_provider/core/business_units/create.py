"""Create and update: one read and one write, or one read where HQ has it all already."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.business_units.naming import wanted
from bim360_provider.core.business_units.outputs import declared, outputs
from bim360_provider.core.business_units.write import write
from bim360_provider.core.entity import DECLARED
from bim360_provider.core.owners import Owners
from bim360_provider.core.settings import Settings
from bim360_provider.errors import InputError
from bim360_provider.hq import HqClient

__all__ = ["create", "update"]

Values = Mapping[str, Any]


def create(
    client: HqClient, inputs: Values, _settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Define the declared units and leave all others as they are, unless ``complete`` is set.

    Args:
        client: The account that they are to be in.
        inputs: The arguments in normal form.
        _settings: Nothing of them matters here.
        owners: Know whether another resource of this run has the account's units.

    Returns:
        The account's id and the outputs.

    Raises:
        InputError: Another resource has them, or they do not fit to what HQ has.
        HqError: HQ refused them.
        UnansweredError: No answer came; sending them again does no harm.
    """
    account = client.connection.account_id
    owners = owners or Owners()
    if owners.is_owned(account):
        msg = (
            "BIM 360: could not define the business units: another resource of this stack has "
            f"those of account {account}. Declare all units in one."
        )
        raise InputError(msg)
    outs = _defined(client, inputs, {}, ())
    owners.takes(account)
    owners.owns(account)
    return account, outs


def update(client: HqClient, _account: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ's structure hold what is declared now; return the outputs.

    Raises:
        InputError: What is declared does not fit to what HQ has.
        HqError: HQ refused it.
        UnansweredError: No answer came; sending it again does no harm.
    """
    return _defined(client, inputs, state.get("ids", {}), state.get("undropped", ()))


def _defined(
    client: HqClient, inputs: Values, former: Mapping[str, str], undropped: Any
) -> dict[str, Any]:
    complete = bool(inputs.get("complete"))
    live, still_there = write(client, wanted(inputs), former, complete=complete)
    kept = {*undropped, *still_there}
    return {
        **outputs(live, inputs, inputs["ids"], kept),
        DECLARED: declared(inputs["units"]),
    }
