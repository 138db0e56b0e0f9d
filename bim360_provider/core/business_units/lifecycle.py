"""Create, read, update and delete the business units of an account."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.business_units.rules import (
    build_outputs,
    derive_inputs,
    derive_units,
    list_declared_fields,
)
from bim360_provider.core.business_units.tree import (
    StructurePlan,
    build_paths,
    build_units,
    plan_structure,
)
from bim360_provider.core.entity import DECLARED, ReadResult
from bim360_provider.core.field_spec import is_same_text
from bim360_provider.core.run import Run
from bim360_provider.core.validation import warn_about_values
from bim360_provider.errors import Bim360Error, InputError
from bim360_provider.models import normalize
from bim360_provider.models.business_units import BusinessUnit

__all__ = [
    "WRITE_LOCK",
    "WriteResult",
    "create",
    "delete",
    "read",
    "send_plan",
    "update",
    "write_units",
]

Fields = Mapping[str, Any]

WRITE_LOCK: Final = threading.Lock()
"""The structure is one document without an ETag: of two writers, the slower undoes the other.

Within this process nobody writes between our read and our write; against other
processes the two follow each other at once, and more cannot be done.
"""


@dataclass(frozen=True)
class WriteResult:
    """What a write found and what it left.

    Attributes:
        before: The ids of the units that were there before it.
        now: The structure as it is now.
        undropped: The ids of units that HQ keeps although they were left out.
    """

    former_ids: frozenset[str]
    units: list[BusinessUnit]
    undropped_ids: list[str]


def write_units(
    run: Run, wanted: Mapping[str, Fields], former: Mapping[str, str], *, complete: bool
) -> WriteResult:
    """Make HQ's structure hold the declared units.

    Args:
        run: The account, and what this run knows.
        wanted: The declared units by key, in HQ's fields.
        former: Ids by key of the units that this resource declared before.
        complete: Whether units that nobody declares are left out.

    Raises:
        InputError: What is declared does not fit to what HQ has; nothing was sent.
        HqError: HQ refused it.
        UnansweredError: No answer came.
    """
    with WRITE_LOCK:
        live = run.hq.business_units.get_structure()
        planned = plan_structure(live, wanted, former.values(), complete=complete)
        if planned.flaws:
            msg = f"BIM 360: could not define the business units: {'; '.join(planned.flaws)}."
            raise InputError(msg)
        now, undropped = send_plan(run, live, planned)
        return WriteResult(frozenset(unit.id for unit in live), now, undropped)


def send_plan(
    run: Run, live: list[BusinessUnit], planned: StructurePlan
) -> tuple[list[BusinessUnit], list[str]]:
    """Send a plan, unless it changes nothing; look again at what was left out.

    Returns:
        The structure as it is now, and the ids of units that HQ keeps although they were left out.

    Raises:
        HqError: HQ refused it.
        UnansweredError: No answer came.
    """
    if not planned.has_changes:
        return live, []
    now = run.hq.business_units.update_structure(planned.units)
    return (
        _check_dropped_units(run, now, live, planned.dropped_units)
        if planned.dropped_units
        else (now, [])
    )


def _check_dropped_units(
    run: Run,
    now: list[BusinessUnit],
    before: Sequence[BusinessUnit],
    dropped: Sequence[BusinessUnit],
) -> tuple[list[BusinessUnit], list[str]]:
    """Tell what became of the units that were left out: no page of HQ's says it."""
    names = build_paths(before)
    try:
        now = run.hq.business_units.get_structure()
    except Bim360Error as error:
        words = f"it is not known whether HQ dropped {_format_units(dropped, names)}: {error}"
        run.warn(f"BIM 360: {words}")
        return now, []
    there = {unit.id for unit in now}
    kept = [unit for unit in dropped if unit.id in there]
    gone = [unit for unit in dropped if unit.id not in there]
    if gone:
        run.info(f"BIM 360: business units no longer there: {_format_units(gone, names)}.")
    if kept:
        words = f"HQ keeps business units that were left out: {_format_units(kept, names)}"
        run.warn(f"BIM 360: {words}; remove them in Account Admin.")
    return now, [unit.id for unit in kept]


def _format_units(units: Sequence[BusinessUnit], names: Mapping[str, str]) -> str:
    return ", ".join(f"'{names[unit.id]}' ({unit.id})" for unit in units)


Values = Mapping[str, Any]


def create(run: Run, inputs: Values) -> tuple[str, dict[str, Any]]:
    """Define the declared units and leave all others as they are, unless ``complete`` is set.

    Args:
        run: The account, and what this run knows.
        inputs: The arguments in normal form.

    Returns:
        The account's id and the outputs.

    Raises:
        InputError: They do not fit to what HQ has.
        HqError: HQ refused them.
        UnansweredError: No answer came; sending them again does no harm.
    """
    written = write_units(run, build_units(inputs), {}, complete=bool(inputs.get("complete")))
    for id_ in written.former_ids.intersection(inputs["ids"].values()):
        run.ownership.mark_adopted(id_)
    return run.hq.connection.account_id, _build_outputs(run, written, inputs, ())


def update(run: Run, _account: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ's structure hold what is declared now; return the outputs.

    Raises:
        InputError: What is declared does not fit to what HQ has.
        HqError: HQ refused it.
        UnansweredError: No answer came; sending it again does no harm.
    """
    complete = bool(inputs.get("complete"))
    written = write_units(run, build_units(inputs), state.get("ids", {}), complete=complete)
    return _build_outputs(run, written, inputs, state.get("undropped", ()))


def _build_outputs(
    run: Run, written: WriteResult, inputs: Values, undropped: Iterable[str]
) -> dict[str, Any]:
    kept = {*undropped, *written.undropped_ids}
    _warn_about_units(run, written, build_units(inputs))
    return {
        **build_outputs(written.units, inputs, inputs["ids"], kept),
        DECLARED: list_declared_fields(inputs["units"]),
    }


def _warn_about_units(run: Run, written: WriteResult, wants: Mapping[str, Values]) -> None:
    """Warn where the structure has other values than were sent."""
    now = {unit.id: unit for unit in written.units}
    others = {
        f"{key}.{name}": (value, live)
        for key, fields in wants.items()
        for name, value in fields.items()
        if fields["id"] in now
        if not is_same_text(value, live := getattr(now[fields["id"]], name))
    }
    warn_about_values(run.warn, "the business units", others)


def read(run: Run, account_id: str, state: Values) -> ReadResult:
    """Return the structure as HQ has it.

    Args:
        run: The account, and what this run knows.
        account_id: The id of the resource, which is the account's.
        state: The outputs of the last run; without them this is a look-up, and all units count
            as declared.

    Raises:
        InputError: A look-up is for another account than the configured one.
        NotFoundError: The account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    known = {**run.account_scope, **state}
    if normalize.parse_account_id(account_id) != known["account_id"]:
        msg = (
            f"BIM 360: could not read the business units of account {account_id}: the configured "
            f"account is {known['account_id']}. Use a Bim360Provider of that account."
        )
        raise InputError(msg)
    live = run.hq.business_units.get_structure()
    if DECLARED not in state:
        units = derive_units(live)
        ids = {key: unit["id"] for key, unit in units.items()}
        known |= {DECLARED: list_declared_fields(units), "ids": ids}
    outs = build_outputs(live, known, known["ids"], known.get("undropped", ()))
    inputs = derive_inputs(live, {**known, **outs})
    return ReadResult(known["account_id"], {**outs, DECLARED: known[DECLARED]}, inputs)


def delete(run: Run, account_id: str, state: Values) -> None:
    """Forget the units; with ``on_destroy="remove"`` put a structure without them.

    A unit that has others below it, which the stack does not declare, stays.

    Args:
        run: The account, and what this run knows.
        account_id: The id of the resource, which is the account's.
        state: The outputs of the last run.

    Raises:
        HqError: HQ refused it.
        UnansweredError: No answer came; it can be repeated.
    """
    if state.get("on_destroy") != "remove":
        words = f"the business units of account {account_id} are left as they are"
        run.info(f"BIM 360: {words}; on_destroy='remove' takes them away.")
        return
    with WRITE_LOCK:
        live = run.hq.business_units.get_structure()
        ids = state.get("ids", {}).values()
        ours = {id_ for id_ in ids if not run.ownership.was_adopted(id_)}
        needed = _find_needed_units(live, ours)
        if needed:
            names = ", ".join(f"'{build_paths(live)[id_]}'" for id_ in sorted(needed))
            words = f"business units with undeclared ones below them are left as they are: {names}"
            run.warn(f"BIM 360: {words}.")
        send_plan(run, live, plan_structure(live, {}, ours - needed, complete=False))


def _find_needed_units(live: Sequence[BusinessUnit], ours: set[str]) -> set[str]:
    """Return those of our units that a unit of somebody else is below of."""
    parents = {unit.id: unit.parent_id for unit in live}
    needed: set[str] = set()
    for unit in live:
        above = unit.parent_id if unit.id not in ours else None
        while above in ours and above not in needed:
            needed.add(above)
            above = parents.get(above)
    return needed
