"""Create, read, update and delete the business units of an account."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.business_units.rules import declared, imported, mirrored, outputs
from bim360_provider.core.business_units.tree import Plan, paths, plan, wanted
from bim360_provider.core.entity import DECLARED, Live
from bim360_provider.core.field_spec import same_text
from bim360_provider.core.run import Owners
from bim360_provider.core.settings import Settings, place_of
from bim360_provider.core.validation import warn_of_values
from bim360_provider.errors import Bim360Error, InputError
from bim360_provider.hq import HqClient
from bim360_provider.models import normalize
from bim360_provider.models.business_units import BusinessUnit

__all__ = ["WRITING", "Written", "create", "define", "delete", "read", "update", "write"]

Fields = Mapping[str, Any]

WRITING: Final = threading.Lock()
"""The structure is one document without an ETag: of two writers, the slower undoes the other.

Within this process nobody writes between our read and our write; against other
processes the two follow each other at once, and more cannot be done.
"""


@dataclass(frozen=True)
class Written:
    """What a write found and what it left.

    Attributes:
        before: The ids of the units that were there before it.
        now: The structure as it is now.
        undropped: The ids of units that HQ keeps although they were left out.
    """

    before: frozenset[str]
    now: list[BusinessUnit]
    undropped: list[str]


def write(
    client: HqClient, wanted: Mapping[str, Fields], former: Mapping[str, str], *, complete: bool
) -> Written:
    """Make HQ's structure hold the declared units.

    Args:
        client: The account.
        wanted: The declared units by key, in HQ's fields.
        former: Ids by key of the units that this resource declared before.
        complete: Whether units that nobody declares are left out.

    Raises:
        InputError: What is declared does not fit to what HQ has; nothing was sent.
        HqError: HQ refused it.
        UnansweredError: No answer came.
    """
    with WRITING:
        live = client.business_units.structure()
        planned = plan(live, wanted, former.values(), complete=complete)
        if planned.flaws:
            msg = f"BIM 360: could not define the business units: {'; '.join(planned.flaws)}."
            raise InputError(msg)
        now, undropped = define(client, live, planned)
        return Written(frozenset(unit.id for unit in live), now, undropped)


def define(
    client: HqClient, live: list[BusinessUnit], planned: Plan
) -> tuple[list[BusinessUnit], list[str]]:
    """Send a plan, unless it changes nothing; look again at what was left out.

    Returns:
        The structure as it is now, and the ids of units that HQ keeps although they were left out.

    Raises:
        HqError: HQ refused it.
        UnansweredError: No answer came.
    """
    if not planned.changes:
        return live, []
    now = client.business_units.define(planned.units)
    return _looked_again(client, now, live, planned.dropped) if planned.dropped else (now, [])


def _looked_again(
    client: HqClient,
    now: list[BusinessUnit],
    before: Sequence[BusinessUnit],
    dropped: Sequence[BusinessUnit],
) -> tuple[list[BusinessUnit], list[str]]:
    """Tell what became of the units that were left out: no page of HQ's says it."""
    names = paths(before)
    try:
        now = client.business_units.structure()
    except Bim360Error as error:
        words = f"it is not known whether HQ dropped {_listed(dropped, names)}: {error}"
        client.transport.tell(f"BIM 360: {words}", warning=True)
        return now, []
    there = {unit.id for unit in now}
    kept = [unit for unit in dropped if unit.id in there]
    gone = [unit for unit in dropped if unit.id not in there]
    if gone:
        client.transport.tell(f"BIM 360: business units no longer there: {_listed(gone, names)}.")
    if kept:
        words = f"HQ keeps business units that were left out: {_listed(kept, names)}"
        client.transport.tell(f"BIM 360: {words}; remove them in Account Admin.", warning=True)
    return now, [unit.id for unit in kept]


def _listed(units: Sequence[BusinessUnit], names: Mapping[str, str]) -> str:
    return ", ".join(f"'{names[unit.id]}' ({unit.id})" for unit in units)


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
    if normalize.account_id(account_id) != known["account_id"]:
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


def delete(client: HqClient, account_id: str, state: Values, owners: Owners | None = None) -> None:
    """Forget the units; with ``on_destroy="remove"`` put a structure without them.

    A unit that has others below it, which the stack does not declare, stays.

    Args:
        client: The account.
        account_id: The id of the resource, which is the account's.
        state: The outputs of the last run.
        owners: Know which units another resource has taken over in this run: those stay.

    Raises:
        HqError: HQ refused it.
        UnansweredError: No answer came; it can be repeated.
    """
    if state.get("on_destroy") != "remove":
        words = f"the business units of account {account_id} are left as they are"
        client.transport.tell(f"BIM 360: {words}; on_destroy='remove' takes them away.")
        return
    with WRITING:
        live = client.business_units.structure()
        ids = state.get("ids", {}).values()
        ours = {id_ for id_ in ids if not (owners and owners.was_taken(id_))}
        needed = _needed(live, ours)
        if needed:
            names = ", ".join(f"'{paths(live)[id_]}'" for id_ in sorted(needed))
            words = f"business units with undeclared ones below them are left as they are: {names}"
            client.transport.tell(f"BIM 360: {words}.", warning=True)
        define(client, live, plan(live, {}, ours - needed, complete=False))


def _needed(live: Sequence[BusinessUnit], ours: set[str]) -> set[str]:
    """Return those of our units that a unit of somebody else is below of."""
    parents = {unit.id: unit.parent_id for unit in live}
    needed: set[str] = set()
    for unit in live:
        above = unit.parent_id if unit.id not in ours else None
        while above in ours and above not in needed:
            needed.add(above)
            above = parents.get(above)
    return needed
