"""All entities of a soak except its many projects: people, companies, units, images."""

from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

from tests.soak.kinds.account_user import AccountUsers
from tests.soak.kinds.active_projects import ActiveProjects
from tests.soak.kinds.business_units import BusinessUnits
from tests.soak.kinds.company import Companies
from tests.soak.kinds.kind import AccountView, Ids, SoakEntity
from tests.soak.kinds.project_admin import ProjectAdmins
from tests.soak.kinds.project_image import ProjectImages
from tests.soak.kinds.project_member import ProjectMembers
from tests.soak.kinds.project_members import Teams
from tests.soak.stack import ResourceState

ENTITY_CLASSES: Final = (
    BusinessUnits,
    Companies,
    AccountUsers,
    ActiveProjects,
    ProjectAdmins,
    ProjectMembers,
    Teams,
    ProjectImages,
)

StateByType = Mapping[str, Mapping[str, ResourceState]]
"""The resources of the state, by type and name."""


class OtherEntities:
    """The kinds, the references between them, and the invariants of each."""

    def __init__(self, dice: Random, account: Mapping[str, Any], *, drifts: bool) -> None:
        """Start with the initial declarations.

        Args:
            dice: Source of every random choice.
            account: The account before the soak.
            drifts: Whether stacks are destroyed and resources are changed by hand meanwhile.
        """
        self._dice = dice
        self.entities = [kind(dice, drifts=drifts) for kind in ENTITY_CLASSES]
        self._recorded_ids = {row["id"] for key in ("companies", "users") for row in account[key]}
        self._foreign_units = account["business_units"]

    @property
    def declarations(self) -> dict[str, dict[str, Any]]:
        """The declaration, by kind and name."""
        return {kind.kind: kind.declarations for kind in self.entities}

    def apply_changes(self, times: int, state: StateByType) -> Counter[str]:
        """Change so many different resources, each of a random kind; return the changes."""
        ids, touched = self.collect_ids(state), set[tuple[str, str]]()
        created: Counter[str] = Counter()
        for _ in range(times):
            kind = self._dice.choice(self.entities)
            op = kind.apply_change(state.get(kind.type, {}), ids, touched)
            created.update([f"{kind.kind}: {op}"] if op else [])
        return created

    def list_settled(self, state: StateByType) -> list[ResourceState]:
        """Return the resources of the state that are as declared."""
        ids = self.collect_ids(state)
        return [
            state[kind.type][name]
            for kind in self.entities
            for name in kind.declarations
            if kind.is_settled(name, state.get(kind.type, {}), ids)
        ]

    def collect_ids(self, state: StateByType) -> Ids:
        """Return the id of each resource, and of each business unit by its key."""
        found = {
            kind.kind: {name: each.id for name, each in state.get(kind.type, {}).items()}
            for kind in self.entities
        }
        trees = state.get(BusinessUnits.type, {}).values()
        keys = {key: unit for each in trees for key, unit in each.inputs["ids"].items()}
        return {**found, "unit keys": keys}

    def record_ids(self, state: StateByType) -> None:
        """Record which ids have been in the state."""
        self._recorded_ids |= {each.id for names in state.values() for each in names.values()}

    def find_lost_ids(
        self, before: StateByType, after: StateByType, *, destroyed: bool
    ) -> Iterator[str]:
        """Find declared resources that a run has dropped, or given another id."""
        for kind in self.entities:
            present = after.get(kind.type, {})
            for name, old in before.get(kind.type, {}).items():
                if name not in kind.declarations:
                    continue
                if name in present and present[name].id != old.id:
                    yield f"lost id: {name} was {old.id} and is now {present[name].id}"
                if name not in present and not destroyed:
                    yield f"lost id: {name} ({old.id}) is declared, and has left the state"

    def find_violations(self, account: Mapping[str, Any], state: StateByType) -> Iterator[str]:
        """Find everything that differs from the declaration."""
        sight = AccountView(account, self.collect_ids(state), frozenset(self._recorded_ids))
        for kind in self.entities:
            yield from self._find_violations_of(kind, sight, state.get(kind.type, {}))
        for unit in self._foreign_units:
            if unit not in account["business_units"]:
                yield f"touched: unit '{unit['name']}' belongs to another user, and has changed"

    @staticmethod
    def _find_violations_of(
        kind: SoakEntity, sight: AccountView, state: Mapping[str, ResourceState]
    ) -> Iterator[str]:
        missing = sorted(kind.declarations.keys() - state.keys())
        yield from (f"unequal: {name} is declared, and the state has none" for name in missing)
        if kind.type != ActiveProjects.type:
            extra = sorted(state.keys() - kind.declarations.keys())
            yield from (f"unequal: {name} is in the state, and not declared" for name in extra)
        try:
            yield from kind.find_violations(sight)
        except KeyError as absent:
            yield f"unequal: {kind.kind} refer to {absent}, and the state has none"
