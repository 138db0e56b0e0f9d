"""All declarations of a soak: the entities, the references between them, the invariants of each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, Final

from tests.soak.account_entities import (
    SITES,
    AccountUsers,
    BusinessUnits,
    Companies,
    ProjectImages,
    Sites,
)
from tests.soak.entity import AccountView, Ids, SoakEntity, States
from tests.soak.members import ProjectAdmins, ProjectMembers, Teams
from tests.soak.projects import Projects

OTHER_ENTITIES: Final = (
    *(BusinessUnits, Companies, AccountUsers, Sites),
    *(ProjectAdmins, ProjectMembers, Teams, ProjectImages),
)
StateByType = Mapping[str, States]
"""The resources of the state, by type and name."""


class SoakDeclarations:
    """What the program declares, and what must hold."""

    def __init__(
        self,
        dice: Random,
        account: Mapping[str, Any],
        *,
        drifts: bool,
        projects: int,
        projects_only: bool = False,
    ) -> None:
        """Start with the initial declarations.

        Args:
            dice: Source of every random choice.
            account: The account before the soak.
            drifts: Whether stacks are destroyed and resources are changed by hand meanwhile.
            projects: The maximum number of projects.
            projects_only: Whether all other entities are left out.
        """
        self._dice = dice
        self.projects = Projects(dice, drifts=drifts, count=projects)
        classes = () if projects_only else OTHER_ENTITIES
        self.other_entities = [each(dice, drifts=drifts) for each in classes]
        self.entities: list[SoakEntity] = [self.projects, *self.other_entities]
        self._foreign_units = account["business_units"]
        self._foreign_projects = account["projects"]
        self._recorded_ids = {row["id"] for key in ("companies", "users") for row in account[key]}
        self._project_ids = {row["id"] for row in self._foreign_projects}
        self._released_ids = {*self._project_ids}

    @property
    def declarations(self) -> dict[str, dict[str, Any]]:
        """The declaration, by kind and name."""
        return {each.kind: each.declarations for each in self.entities}

    def apply_changes(
        self, entities: Sequence[SoakEntity], times: int, state: StateByType
    ) -> Counter[str]:
        """Change so many different resources, each of a random kind; return the changes."""
        ids, touched = self.collect_ids(state), set[tuple[str, str]]()
        changes: Counter[str] = Counter()
        for _ in range(times if entities else 0):
            entity = self._dice.choice(entities)
            op = entity.apply_change(select_resources(entity, state), ids, touched)
            changes.update([op] if op else [])
        return changes

    def list_settled_urns(self, state: StateByType) -> list[str]:
        """Return the URNs of the resources of the state that are as declared."""
        ids = self.collect_ids(state)
        return [
            resources[name].urn
            for entity in self.entities
            for resources in [select_resources(entity, state)]
            for name in entity.list_settled(resources, ids)
        ]

    def collect_ids(self, state: StateByType) -> Ids:
        """Return the id of each resource, and of each business unit by its key."""
        found = {
            entity.kind: {k: v.id for k, v in select_resources(entity, state).items()}
            for entity in self.entities
        }
        trees = state.get(BusinessUnits.type, {}).values()
        keys = {key: unit for each in trees for key, unit in each.inputs["ids"].items()}
        return {"sites": {}, **found, "unit keys": keys}

    def record_run(
        self, before: StateByType, after: StateByType, *, destroyed: bool
    ) -> Iterator[str]:
        """Record the ids of a run; find declared resources that it has lost, or owned twice."""
        self._recorded_ids |= {each.id for names in after.values() for each in names.values()}
        for entity in self.entities:
            present = select_resources(entity, after)
            for name, old in select_resources(entity, before).items():
                if name not in present and old.inputs.get("on_destroy") == "retain":
                    self._released_ids.add(old.id)
                if name not in entity.declarations:
                    continue
                if name in present and present[name].id != old.id:
                    yield f"lost id: {name} was {old.id} and is now {present[name].id}"
                if name not in present and not destroyed:
                    yield f"lost id: {name} ({old.id}) is declared, and has left the state"
        owned = [each.id for each in after.get(Projects.type, {}).values()]
        self._project_ids |= {*owned}
        for project_id, times in Counter(owned).items():
            if times > 1:
                yield f"duplicate: {times} resources have project {project_id}"

    def find_violations(self, account: Mapping[str, Any], state: StateByType) -> Iterator[str]:
        """Find everything that differs from the declaration, and changes of foreign objects."""
        recorded, released = frozenset(self._recorded_ids), frozenset(self._released_ids)
        sight = AccountView(account, self.collect_ids(state), recorded, released)
        for entity in self.entities:
            yield from _find_violations_of(entity, sight, select_resources(entity, state))
        for unit in self._foreign_units:
            if unit not in account["business_units"]:
                yield f"touched: unit '{unit['name']}' belongs to another user, and has changed"
        rows = {row["id"]: row for row in account["projects"]}
        for row in self._foreign_projects:
            if rows.get(row["id"]) != row:
                yield f"touched: '{row['name']}' belongs to another user, and has changed"
        for project_id in sorted(self._project_ids - rows.keys()):
            yield f"lost id: {project_id} was in the state, and HQ has no such project"


def select_resources(entity: SoakEntity, state: StateByType) -> States:
    """Return the resources of an entity; sites are projects as well."""
    found = state.get(entity.type, {})
    if entity.type != Projects.type:
        return found
    return {k: v for k, v in found.items() if (k in SITES) == (entity.kind != Projects.kind)}


def _find_violations_of(entity: SoakEntity, sight: AccountView, states: States) -> Iterator[str]:
    missing = sorted(entity.declarations.keys() - states.keys())
    yield from (f"unequal: {name} is declared, and the state has none" for name in missing)
    extra = sorted(states.keys() - entity.declarations.keys())
    yield from (f"unequal: {name} is in the state, and not declared" for name in extra)
    try:
        yield from entity.find_violations(sight)
    except KeyError as absent:
        yield f"unequal: {entity.kind} refer to {absent}, and the state has none"
