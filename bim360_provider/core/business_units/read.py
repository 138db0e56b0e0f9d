"""Read: the structure as HQ has it now, for a refresh, a look-up or after an import."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.business_units.outputs import declared, imported, mirrored, outputs
from bim360_provider.core.entity import DECLARED, Live
from bim360_provider.core.place import place_of
from bim360_provider.errors import InputError
from bim360_provider.hq import HqClient
from bim360_provider.models import normal

__all__ = ["read"]

Values = Mapping[str, Any]


def read(client: HqClient, account_id: str, state: Values) -> Live:
    """Return the structure as HQ has it.

    Args:
        client: The account.
        account_id: The id of the resource, which is the account's.
        state: The outputs of the last run; without them this is a look-up, and all units count
            as declared.

    Raises:
        InputError: A look-up is for another account than the configured one.
        NotFoundError: The account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    known = {**place_of(client), **state}
    if normal.account_id(account_id) != known["account_id"]:
        msg = (
            f"BIM 360: could not read the business units of account {account_id}: the configured "
            f"account is {known['account_id']}. Use a Bim360Provider of that account."
        )
        raise InputError(msg)
    live = client.business_units.structure()
    if DECLARED not in state:
        units = imported(live)
        ids = {key: unit["id"] for key, unit in units.items()}
        known |= {DECLARED: declared(units), "ids": ids}
    outs = outputs(live, known, known["ids"], known.get("undropped", ()))
    inputs = mirrored(live, {**known, **outs})
    return Live(known["account_id"], {**outs, DECLARED: known[DECLARED]}, inputs)
