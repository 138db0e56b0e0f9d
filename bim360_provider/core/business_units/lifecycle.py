"""Create, read, update and delete the business units of an account."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

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
from bim360_provider.core.entity import Fields, Inputs, ReadResult, State
from bim360_provider.core.field_spec import is_same_text
from bim360_provider.core.removal import RemovalKind, plan_removal
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


WRITE_LOCK: Final = threading.Lock()
"""Protects a read and the following write: the structure is one document without an ETag.

Other processes can still write between the two.
"""


@dataclass(frozen=True)
class WriteResult:
    """The result of a write.

    Attributes:
        former_ids: The ids of the units before the write.
        units: The structure after the write.
        undropped_ids: The ids of units that HQ kept although they were left out.
    """

    former_ids: frozenset[str]
    units: list[BusinessUnit]
    undropped_ids: list[str]


def write_units(
    run: Run, wanted: Mapping[str, Fields], former: Mapping[str, str], *, complete: bool
) -> WriteResult:
    """Write the declared units into HQ's structure.

    Args:
        run: The engine run.
        wanted: The declared units by key, in HQ's fields.
        former: The ids by key of the units that this resource declared before.
        complete: Whether undeclared units are left out.

    Raises:
        InputError: The declared units conflict with HQ's structure; nothing was sent.
        HqError: HQ refused the structure.
        UnansweredError: HQ sent no response.
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
    """Send a plan, unless it changes nothing; check the units that were left out.

    Returns:
        The new structure, and the ids of units that HQ kept although they were left out.

    Raises:
        HqError: HQ refused the structure.
        UnansweredError: HQ sent no response.
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
    """Report whether HQ deleted the units that were left out, which is not documented."""
    names = build_paths(before)
    try:
        now = run.hq.business_units.get_structure()
    except Bim360Error as error:
        message = f"it is not known whether HQ dropped {_format_units(dropped, names)}: {error}"
        run.warn(f"BIM 360: {message}")
        return now, []
    there = {unit.id for unit in now}
    kept = [unit for unit in dropped if unit.id in there]
    removed = [unit for unit in dropped if unit.id not in there]
    if removed:
        run.info(f"BIM 360: business units no longer there: {_format_units(removed, names)}.")
    if kept:
        message = f"HQ keeps business units that were left out: {_format_units(kept, names)}"
        run.warn(f"BIM 360: {message}; remove them in Account Admin.")
    return now, [unit.id for unit in kept]


def _format_units(units: Sequence[BusinessUnit], names: Mapping[str, str]) -> str:
    return ", ".join(f"'{names[unit.id]}' ({unit.id})" for unit in units)


def create(run: Run, inputs: Inputs) -> tuple[str, State]:
    """Write the declared units and keep all others, unless ``complete`` is set.

    Args:
        run: The engine run.
        inputs: The normalized arguments.

    Returns:
        The account's id and the outputs.

    Raises:
        InputError: They conflict with HQ's structure.
        HqError: HQ refused them.
        UnansweredError: HQ sent no response; the request can be repeated.
    """
    written = write_units(run, build_units(inputs), {}, complete=bool(inputs.get("complete")))
    for id_ in written.former_ids.intersection(inputs["ids"].values()):
        run.ownership.mark_adopted(id_)
    return run.hq.connection.account_id, _build_outputs(run, written, inputs, ())


def update(run: Run, _account: str, state: State, inputs: Inputs) -> State:
    """Write the declared units; return the outputs.

    Raises:
        InputError: The declared units conflict with HQ's structure.
        HqError: HQ refused the structure.
        UnansweredError: HQ sent no response; the request can be repeated.
    """
    complete = bool(inputs.get("complete"))
    written = write_units(run, build_units(inputs), state.get("ids", {}), complete=complete)
    return _build_outputs(run, written, inputs, state.get("undropped", ()))


def _build_outputs(
    run: Run, written: WriteResult, inputs: Inputs, undropped: Iterable[str]
) -> State:
    kept = {*undropped, *written.undropped_ids}
    _warn_about_units(run, written, build_units(inputs))
    return State(
        {
            **build_outputs(written.units, inputs, inputs["ids"], kept),
            "declared": list_declared_fields(inputs["units"]),
        }
    )


def _warn_about_units(run: Run, written: WriteResult, wants: Mapping[str, Fields]) -> None:
    """Warn if the structure has other values than the request."""
    now = {unit.id: unit for unit in written.units}
    others = {
        f"{key}.{name}": (value, live)
        for key, fields in wants.items()
        for name, value in fields.items()
        if fields["id"] in now
        if not is_same_text(value, live := getattr(now[fields["id"]], name))
    }
    warn_about_values(run.warn, "the business units", others)


def read(run: Run, account_id: str, state: State) -> ReadResult:
    """Return the structure as HQ has it.

    Args:
        run: The engine run.
        account_id: The id of the resource, which is the account's.
        state: The outputs of the last run; without them this is a look-up, and all units count
            as declared.

    Raises:
        InputError: A look-up is for another account than the configured one.
        NotFoundError: The account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    known = {**run.account_scope, **state}
    if normalize.parse_account_id(account_id) != known["account_id"]:
        msg = (
            f"BIM 360: could not read the business units of account {account_id}: the configured "
            f"account is {known['account_id']}. Use a Bim360Provider of that account."
        )
        raise InputError(msg)
    live = run.hq.business_units.get_structure()
    if "declared" not in state:
        units = derive_units(live)
        ids = {key: unit["id"] for key, unit in units.items()}
        known |= {"declared": list_declared_fields(units), "ids": ids}
    outs = build_outputs(live, known, known["ids"], known.get("undropped", ()))
    inputs = derive_inputs(live, {**known, **outs})
    return ReadResult(known["account_id"], State({**outs, "declared": known["declared"]}), inputs)


def delete(run: Run, account_id: str, state: State) -> None:
    """Keep the units; with ``on_destroy="remove"`` send a structure without them.

    A unit with undeclared units below it is kept.

    Args:
        run: The engine run.
        account_id: The id of the resource, which is the account's.
        state: The outputs of the last run.

    Raises:
        HqError: HQ refused the structure.
        UnansweredError: HQ sent no response; the request can be repeated.
    """
    if plan_removal("business_units", state).kind is RemovalKind.NONE:
        message = f"the business units of account {account_id} are left as they are"
        run.info(f"BIM 360: {message}; on_destroy='remove' removes them.")
        return
    with WRITE_LOCK:
        live = run.hq.business_units.get_structure()
        ids = state.get("ids", {}).values()
        own_ids = {id_ for id_ in ids if not run.ownership.was_adopted(id_)}
        needed = _find_needed_units(live, own_ids)
        if needed:
            names = ", ".join(f"'{build_paths(live)[id_]}'" for id_ in sorted(needed))
            message = (
                f"business units with undeclared ones below them are left as they are: {names}"
            )
            run.warn(f"BIM 360: {message}.")
        send_plan(run, live, plan_structure(live, {}, own_ids - needed, complete=False))


def _find_needed_units(live: Sequence[BusinessUnit], own_ids: set[str]) -> set[str]:
    """Return the own units that have an undeclared unit below them."""
    parents = {unit.id: unit.parent_id for unit in live}
    needed: set[str] = set()
    for unit in live:
        above = unit.parent_id if unit.id not in own_ids else None
        while above in own_ids and above not in needed:
            needed.add(above)
            above = parents.get(above)
    return needed
