"""Create and update: one read and one write, or one read where HQ has it all already."""

from collections.abc import Iterable, Mapping
from typing import Any

from bim360_provider.core.business_units.naming import wanted
from bim360_provider.core.business_units.outputs import declared, outputs
from bim360_provider.core.business_units.write import Written, write
from bim360_provider.core.entity import DECLARED
from bim360_provider.core.owners import Owners
from bim360_provider.core.settings import Settings
from bim360_provider.core.shape import same_text
from bim360_provider.core.stored import warn_of_values
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
        owners: Learn which units that were there already are this resource's now.

    Returns:
        The account's id and the outputs.

    Raises:
        InputError: They do not fit to what HQ has.
        HqError: HQ refused them.
        UnansweredError: No answer came; sending them again does no harm.
    """
    written = write(client, wanted(inputs), {}, complete=bool(inputs.get("complete")))
    for id_ in written.before.intersection(inputs["ids"].values()):
        (owners or Owners()).takes(id_)
    return client.connection.account_id, _outputs(client, written, inputs, ())


def update(client: HqClient, _account: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ's structure hold what is declared now; return the outputs.

    Raises:
        InputError: What is declared does not fit to what HQ has.
        HqError: HQ refused it.
        UnansweredError: No answer came; sending it again does no harm.
    """
    complete = bool(inputs.get("complete"))
    written = write(client, wanted(inputs), state.get("ids", {}), complete=complete)
    return _outputs(client, written, inputs, state.get("undropped", ()))


def _outputs(
    client: HqClient, written: Written, inputs: Values, undropped: Iterable[str]
) -> dict[str, Any]:
    kept = {*undropped, *written.undropped}
    _warn_of_units(client, written, wanted(inputs))
    return {
        **outputs(written.now, inputs, inputs["ids"], kept),
        DECLARED: declared(inputs["units"]),
    }


def _warn_of_units(client: HqClient, written: Written, wants: Mapping[str, Values]) -> None:
    """Warn where the structure has other values than were sent."""
    now = {unit.id: unit for unit in written.now}
    others = {
        f"{key}.{name}": (value, live)
        for key, fields in wants.items()
        for name, value in fields.items()
        if fields["id"] in now
        if not same_text(value, live := getattr(now[fields["id"]], name))
    }
    warn_of_values(client, "the business units", others)
