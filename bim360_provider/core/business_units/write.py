"""Write: read HQ's structure, change what is ours in it, put the whole back, look at it again."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.business_units.structure import Plan, paths, plan
from bim360_provider.errors import Bim360Error, InputError
from bim360_provider.hq import HqClient
from bim360_provider.models.business_units import BusinessUnit

__all__ = ["WRITING", "Written", "define", "write"]

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
