"""Everything of a soak beside its many projects: people, companies, units, pictures."""

from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

from tests.soak.kinds.account_user import AccountUsers
from tests.soak.kinds.active_projects import Sites
from tests.soak.kinds.business_units import BusinessUnits
from tests.soak.kinds.company import Companies
from tests.soak.kinds.kind import Ids, Kind, Sight
from tests.soak.kinds.project_admin import ProjectAdmins
from tests.soak.kinds.project_image import ProjectImages
from tests.soak.kinds.project_member import ProjectMembers
from tests.soak.kinds.project_members import Teams
from tests.soak.stack import Held

KINDS: Final = (
    BusinessUnits,
    Companies,
    AccountUsers,
    Sites,
    ProjectAdmins,
    ProjectMembers,
    Teams,
    ProjectImages,
)

AllHeld = Mapping[str, Mapping[str, Held]]
"""What the state has, by type and name."""


class Parts:
    """The kinds, the references between them, and what must hold of each."""

    def __init__(self, dice: Random, account: Mapping[str, Any], *, drifts: bool) -> None:
        """Begin with what is declared from the start.

        Args:
            dice: Decide everything.
            account: The account before the soak.
            drifts: Whether stacks are destroyed and things are changed by hand meanwhile.
        """
        self._dice = dice
        self.kinds = [kind(dice, drifts=drifts) for kind in KINDS]
        self._ever = {row["id"] for key in ("companies", "users") for row in account[key]}
        self._units = account["business_units"]

    @property
    def declared(self) -> dict[str, dict[str, Any]]:
        """The declaration, by kind and name."""
        return {kind.kind: kind.declared for kind in self.kinds}

    def edit(self, times: int, held: AllHeld) -> Counter[str]:
        """Make so many changes to different resources, each of a kind that the dice choose."""
        ids, touched = self.ids(held), set[tuple[str, str]]()
        made: Counter[str] = Counter()
        for _ in range(times):
            kind = self._dice.choice(self.kinds)
            op = kind.edit(held.get(kind.type, {}), ids, touched)
            made.update([f"{kind.kind}: {op}"] if op else [])
        return made

    def settled(self, held: AllHeld) -> list[Held]:
        """Return what the state has of those resources that are as declared."""
        ids = self.ids(held)
        return [
            held[kind.type][name]
            for kind in self.kinds
            for name in kind.declared
            if kind.is_settled(name, held.get(kind.type, {}), ids)
        ]

    def ids(self, held: AllHeld) -> Ids:
        """Return the id of each resource, and of each business unit by its key."""
        found = {
            kind.kind: {name: each.id for name, each in held.get(kind.type, {}).items()}
            for kind in self.kinds
        }
        trees = held.get(BusinessUnits.type, {}).values()
        keys = {key: unit for each in trees for key, unit in each.inputs["ids"].items()}
        return {**found, "unit keys": keys}

    def remember(self, held: AllHeld) -> None:
        """Note which ids have been in the state."""
        self._ever |= {each.id for names in held.values() for each in names.values()}

    def lost(self, before: AllHeld, after: AllHeld, *, destroyed: bool) -> Iterator[str]:
        """Find declared resources that a run has dropped, or given another id."""
        for kind in self.kinds:
            there = after.get(kind.type, {})
            for name, old in before.get(kind.type, {}).items():
                if name not in kind.declared:
                    continue
                if name in there and there[name].id != old.id:
                    yield f"lost id: {name} was {old.id} and is now {there[name].id}"
                if name not in there and not destroyed:
                    yield f"lost id: {name} ({old.id}) is declared, and has left the state"

    def findings(self, account: Mapping[str, Any], held: AllHeld) -> Iterator[str]:
        """Find everything that is not as declared."""
        sight = Sight(account, self.ids(held), frozenset(self._ever))
        for kind in self.kinds:
            yield from self._of(kind, sight, held.get(kind.type, {}))
        for unit in self._units:
            if unit not in account["business_units"]:
                yield f"touched: unit '{unit['name']}' is somebody else's, and has changed"

    @staticmethod
    def _of(kind: Kind, sight: Sight, held: Mapping[str, Held]) -> Iterator[str]:
        missing = sorted(kind.declared.keys() - held.keys())
        yield from (f"unequal: {name} is declared, and the state has none" for name in missing)
        if kind.type != Sites.type:
            extra = sorted(held.keys() - kind.declared.keys())
            yield from (f"unequal: {name} is in the state, and not declared" for name in extra)
        try:
            yield from kind.findings(sight)
        except KeyError as absent:
            yield f"unequal: {kind.kind} refer to {absent}, and the state has none"
