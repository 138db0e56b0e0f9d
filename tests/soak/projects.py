"""The many projects of a soak: declared, changed, removed, restored; they exchange names."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import ClassVar, Final

from tests.soak.entity import (
    AccountView,
    Arguments,
    Declarations,
    Ids,
    Row,
    SoakEntity,
    States,
    find_differences,
    normalize_value,
)
from tests.soak.kill_points import TEMPLATE_ID
from tests.support.entities import ENTITY_KINDS

CITIES: Final = ("Oslo", "Seattle", "Århus", "São Paulo", "", "Köln")
PROJECT_TYPES: Final = ("Office", "Bridge", "Hospital", "Concert hall & foyer")
SERVICES: Final = ("doc_manager", "field", "pm", "cost")

TEMPLATE_SHARE: Final = 0.1
"""The share of projects that copy a template."""

RETAIN_SHARE: Final = 0.1
"""The share of projects that a destroy retains."""

FIELDS: Final = ("value", "city", "end_date", "name", "form", "services", "two")
"""The fields that an update changes; each is as likely as the others."""

UNCOMPARED_ARGUMENTS: Final = frozenset(
    {"adopt", "on_destroy", "template_project_id", "status", "service_types"}
)
"""Arguments that are not fields of the account, or are compared in another way."""


class Projects(SoakEntity):
    """Projects that come and go, in any order."""

    kind = "projects"
    type = ENTITY_KINDS["project"].type
    weights: ClassVar[Mapping[str, int]] = {"create": 4, "update": 5, "destroy": 2, "exchange": 2}

    def __init__(self, dice: Random, *, drifts: bool, count: int) -> None:
        """Start without declarations, with at most so many projects."""
        self._names = [f"p{number:03}" for number in range(count)]
        self._declared_before: set[str] = set()
        self.edited_by_hand: set[str] = set()
        self.may_exchange = True
        """Whether names may be exchanged before the next run."""
        super().__init__(dice, drifts=drifts)

    def build_declarations(self) -> tuple[Declarations, Declarations]:
        """Return projects with random arguments."""
        return {}, {name: self._build_arguments(name) for name in self._names}

    def _build_arguments(self, name: str) -> Arguments:
        dice, start = self.dice, date(2027, 1, 1)
        arguments: Arguments = {
            "name": f"Project {name} · soaked",
            "start_date": (start + timedelta(days=dice.randrange(300))).isoformat(),
            "end_date": (start + timedelta(days=dice.randrange(400, 2000))).isoformat(),
            "project_type": dice.choice(PROJECT_TYPES),
            "value": dice.randrange(1, 10**9),
            "currency": dice.choice(["USD", "EUR", "NOK"]),
        }
        if dice.random() < TEMPLATE_SHARE:
            arguments["template_project_id"] = TEMPLATE_ID
        if dice.random() < RETAIN_SHARE:
            arguments["on_destroy"] = "retain"
        if dice.random() < 0.5:
            arguments |= {"city": dice.choice(CITIES), "job_number": f"J-{dice.randrange(1000)}"}
        if dice.random() < 0.3:
            arguments["service_types"] = self._sample_services()
        return arguments

    def _sample_services(self) -> list[str]:
        return sorted(self.dice.sample(SERVICES, self.dice.randint(1, len(SERVICES))))

    def restore_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Adopt a project that was declared before: it is archived, or as a person left it."""
        if name not in self._declared_before:
            self._declared_before.add(name)
            return arguments
        is_left = arguments.get("on_destroy") == "retain" or name in self.edited_by_hand
        return {**arguments, "adopt": "any" if is_left else "archived"}

    def allow_adoption(self, states: States) -> None:
        """Declare, after a destroy, that archived projects are to be reactivated.

        Args:
            states: The projects before the destroy.
        """
        as_declared = {*self.list_settled(states, {})} - self.edited_by_hand
        for name, arguments in self.declarations.items():
            policies = ["archived", "any"] if name in as_declared else ["any"]
            retained = arguments.get("on_destroy") == "retain"
            arguments["adopt"] = "any" if retained else self.dice.choice(policies)

    def follow_advice(self, states: States) -> None:
        """Declare ``adopt="any"`` where an ``up`` could not adopt, as its error advises.

        A run that was killed after it reactivated a project left it active.
        """
        for name, arguments in self.declarations.items():
            if arguments.get("adopt") == "archived" and name not in states:
                arguments["adopt"] = "any"

    def has_no_pending_rename(self, states: States) -> bool:
        """Return whether no project of the state is to get another name."""
        return all(
            normalize_value(states[name].inputs.get("name")) == normalize_value(arguments["name"])
            for name, arguments in self.declarations.items()
            if name in states
        )

    def is_open(self, name: str) -> bool:
        """Return whether a project is not to be archived."""
        return self.declarations.get(name, {}).get("status") != "archived"

    def list_possible_changes(self, states: States, ids: Ids) -> dict[str, list[str]]:
        """Return the changes of all entities, and the open projects that may exchange names."""
        possible = super().list_possible_changes(states, ids)
        settled = possible["update"] if self.may_exchange else []
        open_ = [each for each in settled if self.is_open(each) and each not in self.edited_by_hand]
        return {**possible, "exchange": open_ if len(open_) > 1 else []}

    def apply_operation(self, op: str, name: str, others: list[str]) -> set[str]:
        """Apply an operation; an exchange gives up to four projects each other's names."""
        if op != "exchange":
            return super().apply_operation(op, name, others)
        several = self.dice.sample(others, min(len(others), self.dice.randint(2, 4)))
        circle = [name, *(each for each in several if each != name)]
        names = [self.declarations[each]["name"] for each in circle]
        for each, new in zip(circle, [*names[1:], names[0]], strict=True):
            self.declarations[each]["name"] = new
        return {*circle}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Reactivate an archived project; change a field or two of any other, or archive it."""
        if not self.is_open(name):
            return {**arguments, "status": "active"}
        field = self.dice.choice([*FIELDS, *self._list_archiving_fields(name)])
        return {**arguments, **self._build_change(arguments, field)}

    def _list_archiving_fields(self, name: str) -> tuple[str, ...]:
        """Leave out what HQ cannot do: change a project that was archived meanwhile."""
        if name in self.edited_by_hand:
            return ()
        return ("status",) if self.drifts else ("status", "close")

    def _build_change(self, arguments: Arguments, field: str) -> Arguments:
        dice, again, value = self.dice, self.change_number, arguments["value"]
        later = date(2033, 1, 1) + timedelta(days=dice.randrange(3000))
        first_name = arguments["name"].split(" · ")[0]
        changes: dict[str, Arguments] = {
            "value": {"value": value + 1},
            "city": {"city": f"{dice.choice(CITIES)} {again}"},
            "end_date": {"end_date": later.isoformat()},
            "name": {"name": f"{first_name} · à nouveau {again}"},
            "form": {k: _swap_form(arguments[k]) for k in ("name", "city") if k in arguments},
            "services": {"service_types": self._sample_services()},
            "status": {"status": "archived"},
            "close": {"status": "archived", "value": value + 3},
            "two": {"city": "Bergen", "value": value + 2},
        }
        return changes[field]

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find projects that differ, are there twice, have no owner, or are lost."""
        rows = sight.account["projects"]
        for name, arguments in self.declarations.items():
            row = sight.find_row(self.kind, name, "projects")
            expected = {k: v for k, v in arguments.items() if k not in UNCOMPARED_ARGUMENTS}
            yield from find_differences(f"project {name}", expected, row)
            yield from _compare_status_and_services(name, arguments, row)
        live = [row for row in rows if row["status"] != "archived"]
        for found, times in Counter(normalize_value(row["name"]) for row in live).items():
            if times > 1:
                yield f"duplicate: {times} live projects are named '{found}'"
        owned = {*sight.ids["projects"].values(), *sight.ids["sites"].values()}
        for row in live:
            if row["id"] not in owned | sight.released_ids:
                yield f"orphan: '{row['name']}' ({row['id']}) is {row['status']} and in no state"


def _compare_status_and_services(name: str, arguments: Arguments, row: Row) -> Iterator[str]:
    """Compare what HQ changes by itself: a new project is pending, and it adds services."""
    status, found = arguments.get("status", "active"), row.get("status")
    if (status == "archived") != (found == "archived"):
        yield f"unequal: project {name}.status is declared {status!r}, and HQ has {found!r}"
    declared, present = arguments.get("service_types"), row.get("service_types")
    services = {*str(present or "").split(",")}
    if declared is not None and not {*declared} <= services <= {*declared, "admin", "insight"}:
        yield f"unequal: project {name} is declared with {declared}, and HQ has {present!r}"


def _swap_form(text: str) -> str:
    """Return a text in the other Unicode form: the provider and HQ use form C of both."""
    other = unicodedata.normalize("NFD", text)
    return other if other != text else unicodedata.normalize("NFC", text)
