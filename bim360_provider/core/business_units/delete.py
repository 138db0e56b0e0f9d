"""Delete: leave the units where they are, or leave them out of the structure when asked to."""

from collections.abc import Mapping, Sequence
from typing import Any

from bim360_provider.core.business_units.structure import paths, plan
from bim360_provider.core.business_units.write import WRITING, define
from bim360_provider.core.owners import Owners
from bim360_provider.hq import HqClient
from bim360_provider.models.business_units import BusinessUnit

__all__ = ["delete"]

Values = Mapping[str, Any]


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
