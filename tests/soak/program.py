"""Random changes that people make to a stack: declare, change, remove, restore."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from tests.soak.forms import normalize_unicode
from tests.soak.kill_points import TEMPLATE_ID
from tests.soak.stack import ResourceState

CITIES: Final = ("Oslo", "Seattle", "Århus", "São Paulo", "", "Köln")
PROJECT_TYPES: Final = ("Office", "Bridge", "Hospital", "Concert hall & foyer")
SERVICES: Final = ("doc_manager", "field", "pm", "cost")

TEMPLATE_SHARE: Final = 0.1
"""The share of new projects that copy a template."""

RETAIN_SHARE: Final = 0.1
"""The share of new projects that a destroy retains."""

FIELDS: Final = ("value", "city", "end_date", "name", "form", "services", "two")
"""The fields that an update changes; each is as likely as the others."""

WEIGHTS: Final = {"create": 4, "update": 5, "destroy": 2, "exchange": 2}

Arguments = dict[str, Any]


class RandomProgram:
    """The declaration, and the changes that are possible next."""

    def __init__(self, dice: Random, projects: int, *, drifts: bool) -> None:
        """Start without declarations.

        Args:
            dice: Source of every random choice.
            projects: The maximum number of resources.
            drifts: Whether projects change by hand, or are archived by a destroy, meanwhile.
        """
        self._dice = dice
        self._drifts = drifts
        self._unused_names = [f"p{number:03}" for number in range(projects)]
        self._removed: dict[str, Arguments] = {}
        self._change_count = 0
        self.declarations: dict[str, Arguments] = {}
        self.edited_by_hand: set[str] = set()
        self.operations: Counter[str] = Counter()

    def apply_changes(
        self, times: int, state: Mapping[str, ResourceState], *, exchanges: bool = True
    ) -> int:
        """Change so many different resources, of those whose last change is settled.

        This is the only rule for a person after a run that failed: run the program again before
        changing it. Returns the number of changes.
        """
        touched: set[str] = set()
        for _ in range(times):
            possible = self._list_possible_changes(state, touched)
            if not exchanges:
                possible.pop("exchange", None)
            if not possible:
                break
            ops = list(possible)
            op = self._dice.choices(ops, [WEIGHTS[each] for each in ops])[0]
            name = self._dice.choice(possible[op])
            if op == "exchange":
                touched |= self._exchange(name, possible[op])
            else:
                self._get_operations()[op](name)
            touched.add(name)
            self.operations[op] += 1
        return len(touched)

    def allow_adoption(self, state: Mapping[str, ResourceState]) -> None:
        """Declare, after a destroy, that archived projects are to be reactivated.

        Args:
            state: The state before the destroy.
        """
        for name, arguments in self.declarations.items():
            as_was = self._is_settled(name, state) and name not in self.edited_by_hand
            policies = ["archived", "any"] if as_was else ["any"]
            retained = arguments.get("on_destroy") == "retain"
            arguments["adopt"] = "any" if retained else self._dice.choice(policies)

    def list_settled(self, state: Mapping[str, ResourceState]) -> list[str]:
        """Return the projects that the state has as they are declared."""
        return [name for name in self.declarations if self._is_settled(name, state)]

    def has_no_pending_rename(self, state: Mapping[str, ResourceState]) -> bool:
        """Return whether no project of the state is to get another name."""
        pairs = [
            (state[name].inputs, self.declarations[name])
            for name in self.declarations
            if name in state
        ]
        return all(
            normalize_unicode(old.get("name")) == normalize_unicode(new["name"])
            for old, new in pairs
        )

    def is_open(self, name: str) -> bool:
        """Return whether a project is not to be archived."""
        return self.declarations.get(name, {}).get("status") != "archived"

    def _list_possible_changes(
        self, state: Mapping[str, ResourceState], touched: set[str]
    ) -> dict[str, list[str]]:
        here = [name for name in self.list_settled(state) if name not in touched]
        back = [name for name in self._removed if name not in state and name not in touched]
        possible = {"create": [*self._unused_names, *back], "update": here, "destroy": here}
        open_ = [name for name in here if self.is_open(name) and name not in self.edited_by_hand]
        possible["exchange"] = open_ if len(open_) > 1 else []
        return {op: names for op, names in possible.items() if names}

    def _is_settled(self, name: str, state: Mapping[str, ResourceState]) -> bool:
        if name not in self.declarations or name not in state:
            return name not in self.declarations and name not in state
        inputs = state[name].inputs
        declared = self.declarations[name]
        return all(
            normalize_unicode(inputs.get(key)) == normalize_unicode(declared[key])
            for key in declared
        )

    def _get_operations(self) -> dict[str, Callable[[str], None]]:
        return {"create": self._create, "update": self._update, "destroy": self._destroy}

    def _create(self, name: str) -> None:
        if name in self._removed:
            arguments = self._removed.pop(name)
            left_alone = arguments.get("on_destroy") == "retain" or name in self.edited_by_hand
            self.declarations[name] = {**arguments, "adopt": "any" if left_alone else "archived"}
            return
        self._unused_names.remove(name)
        self.declarations[name] = self._build_arguments(name)

    def _build_arguments(self, name: str) -> Arguments:
        dice, start = self._dice, date(2027, 1, 1)
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
        return sorted(self._dice.sample(SERVICES, self._dice.randint(1, len(SERVICES))))

    def _update(self, name: str) -> None:
        arguments = self.declarations[name]
        if not self.is_open(name):
            arguments["status"] = "active"
            return
        field = self._dice.choice([*FIELDS, *self._list_archiving_fields(name)])
        arguments |= self._build_change(arguments, field)

    def _list_archiving_fields(self, name: str) -> tuple[str, ...]:
        """Leave out what HQ cannot do: change a project that was archived meanwhile."""
        if name in self.edited_by_hand:
            return ()
        return ("status",) if self._drifts else ("status", "close")

    def _build_change(self, arguments: Arguments, field: str) -> Arguments:
        dice = self._dice
        self._change_count += 1
        texts: Arguments = {
            key: _swap_unicode_form(arguments[key]) for key in ("name", "city") if key in arguments
        }
        later = date(2033, 1, 1) + timedelta(days=dice.randrange(3000))
        changes: dict[str, Arguments] = {
            "value": {"value": arguments["value"] + 1},
            "city": {"city": f"{dice.choice(CITIES)} {self._change_count}"},
            "end_date": {"end_date": later.isoformat()},
            "name": {
                "name": f"{arguments['name'].split(' · ')[0]} · à nouveau {self._change_count}"
            },
            "form": texts,
            "services": {"service_types": self._sample_services()},
            "status": {"status": "archived"},
            "close": {"status": "archived", "value": arguments["value"] + 3},
            "two": {"city": "Bergen", "value": arguments["value"] + 2},
        }
        return changes[field]

    def _exchange(self, name: str, others: list[str]) -> set[str]:
        """Exchange the names of up to four open projects; return those projects."""
        several = self._dice.sample(others, min(len(others), self._dice.randint(2, 4)))
        circle = [name, *(each for each in several if each != name)]
        names = [self.declarations[each]["name"] for each in circle]
        for each, new in zip(circle, [*names[1:], names[0]], strict=True):
            self.declarations[each]["name"] = new
        return set(circle)

    def _destroy(self, name: str) -> None:
        self._removed[name] = self.declarations.pop(name)


def _swap_unicode_form(text: str) -> str:
    """Return a text in the other Unicode form: the provider and HQ use form C of both."""
    other = unicodedata.normalize("NFD", text)
    return other if other != text else unicodedata.normalize("NFC", text)
