"""What people do to a stack, at random: declare, change, take out, bring back."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from tests.soak.forms import composed
from tests.soak.kill_points import TEMPLATE_ID
from tests.soak.stack import Held

CITIES: Final = ("Oslo", "Seattle", "Århus", "São Paulo", "", "Köln")
KINDS: Final = ("Office", "Bridge", "Hospital", "Concert hall & foyer")
SERVICES: Final = ("doc_manager", "field", "pm", "cost")

TEMPLATED: Final = 0.1
"""The share of new projects that copy a template."""

RETAINED: Final = 0.1
"""The share of new projects that a destroy leaves alone."""

FIELDS: Final = ("value", "city", "end_date", "name", "form", "services", "two")
"""What an update changes; each is as likely as the others."""

WEIGHTS: Final = {"create": 4, "update": 5, "destroy": 2, "exchange": 2}

Arguments = dict[str, Any]


class Program:
    """The declaration, and who may do what to it next."""

    def __init__(self, dice: Random, projects: int, *, drifts: bool) -> None:
        """Begin with nothing declared.

        Args:
            dice: Decide everything.
            projects: How many resources there may be.
            drifts: Whether projects change by hand, or are archived by a destroy, meanwhile.
        """
        self._dice = dice
        self._drifts = drifts
        self._fresh = [f"p{number:03}" for number in range(projects)]
        self._gone: dict[str, Arguments] = {}
        self._renamed = 0
        self.declared: dict[str, Arguments] = {}
        self.edited_by_hand: set[str] = set()
        self.operations: Counter[str] = Counter()

    def edit(self, times: int, held: Mapping[str, Held], *, exchanges: bool = True) -> int:
        """Make so many changes to different resources, of those whose last change is settled.

        That is the one thing a person has to mind after a run that failed: to run the program
        again before changing it. Returns how many changes there were.
        """
        touched: set[str] = set()
        for _ in range(times):
            possible = self._possible(held, touched)
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
                self._edits()[op](name)
            touched.add(name)
            self.operations[op] += 1
        return len(touched)

    def expect_return(self, held: Mapping[str, Held]) -> None:
        """Declare, after a destroy, that archived projects are to be brought back.

        Args:
            held: The state before the destroy.
        """
        for name, arguments in self.declared.items():
            as_was = self._is_settled(name, held) and name not in self.edited_by_hand
            policies = ["archived", "any"] if as_was else ["any"]
            retained = arguments.get("on_destroy") == "retain"
            arguments["adopt"] = "any" if retained else self._dice.choice(policies)

    def settled(self, held: Mapping[str, Held]) -> list[str]:
        """Return the projects that the state has as they are declared."""
        return [name for name in self.declared if self._is_settled(name, held)]

    def has_its_names(self, held: Mapping[str, Held]) -> bool:
        """Return whether no project of the state is to get another name."""
        pairs = [(held[name].inputs, self.declared[name]) for name in self.declared if name in held]
        return all(composed(old.get("name")) == composed(new["name"]) for old, new in pairs)

    def is_open(self, name: str) -> bool:
        """Return whether a project is not to be archived."""
        return self.declared.get(name, {}).get("status") != "archived"

    def _possible(self, held: Mapping[str, Held], touched: set[str]) -> dict[str, list[str]]:
        here = [name for name in self.settled(held) if name not in touched]
        back = [name for name in self._gone if name not in held and name not in touched]
        possible = {"create": [*self._fresh, *back], "update": here, "destroy": here}
        open_ = [name for name in here if self.is_open(name) and name not in self.edited_by_hand]
        possible["exchange"] = open_ if len(open_) > 1 else []
        return {op: names for op, names in possible.items() if names}

    def _is_settled(self, name: str, held: Mapping[str, Held]) -> bool:
        if name not in self.declared or name not in held:
            return name not in self.declared and name not in held
        inputs = held[name].inputs
        declared = self.declared[name]
        return all(composed(inputs.get(key)) == composed(declared[key]) for key in declared)

    def _edits(self) -> dict[str, Callable[[str], None]]:
        return {"create": self._create, "update": self._update, "destroy": self._destroy}

    def _create(self, name: str) -> None:
        if name in self._gone:
            arguments = self._gone.pop(name)
            left_alone = arguments.get("on_destroy") == "retain" or name in self.edited_by_hand
            self.declared[name] = {**arguments, "adopt": "any" if left_alone else "archived"}
            return
        self._fresh.remove(name)
        self.declared[name] = self._new(name)

    def _new(self, name: str) -> Arguments:
        dice, start = self._dice, date(2027, 1, 1)
        arguments: Arguments = {
            "name": f"Project {name} · soaked",
            "start_date": (start + timedelta(days=dice.randrange(300))).isoformat(),
            "end_date": (start + timedelta(days=dice.randrange(400, 2000))).isoformat(),
            "project_type": dice.choice(KINDS),
            "value": dice.randrange(1, 10**9),
            "currency": dice.choice(["USD", "EUR", "NOK"]),
        }
        if dice.random() < TEMPLATED:
            arguments["template_project_id"] = TEMPLATE_ID
        if dice.random() < RETAINED:
            arguments["on_destroy"] = "retain"
        if dice.random() < 0.5:
            arguments |= {"city": dice.choice(CITIES), "job_number": f"J-{dice.randrange(1000)}"}
        if dice.random() < 0.3:
            arguments["service_types"] = self._services()
        return arguments

    def _services(self) -> list[str]:
        return sorted(self._dice.sample(SERVICES, self._dice.randint(1, len(SERVICES))))

    def _update(self, name: str) -> None:
        arguments = self.declared[name]
        if not self.is_open(name):
            arguments["status"] = "active"
            return
        field = self._dice.choice([*FIELDS, *self._closing(name)])
        arguments |= self._changes(arguments, field)

    def _closing(self, name: str) -> tuple[str, ...]:
        """Leave out what HQ could not do: to change a project that was archived meanwhile."""
        if name in self.edited_by_hand:
            return ()
        return ("status",) if self._drifts else ("status", "close")

    def _changes(self, arguments: Arguments, field: str) -> Arguments:
        dice = self._dice
        self._renamed += 1
        texts: Arguments = {
            key: _respelt(arguments[key]) for key in ("name", "city") if key in arguments
        }
        later = date(2033, 1, 1) + timedelta(days=dice.randrange(3000))
        changes: dict[str, Arguments] = {
            "value": {"value": arguments["value"] + 1},
            "city": {"city": f"{dice.choice(CITIES)} {self._renamed}"},
            "end_date": {"end_date": later.isoformat()},
            "name": {"name": f"{arguments['name'].split(' · ')[0]} · à nouveau {self._renamed}"},
            "form": texts,
            "services": {"service_types": self._services()},
            "status": {"status": "archived"},
            "close": {"status": "archived", "value": arguments["value"] + 3},
            "two": {"city": "Bergen", "value": arguments["value"] + 2},
        }
        return changes[field]

    def _exchange(self, name: str, others: list[str]) -> set[str]:
        """Give up to four open projects each other's names; return which they are."""
        several = self._dice.sample(others, min(len(others), self._dice.randint(2, 4)))
        circle = [name, *(each for each in several if each != name)]
        names = [self.declared[each]["name"] for each in circle]
        for each, new in zip(circle, [*names[1:], names[0]], strict=True):
            self.declared[each]["name"] = new
        return set(circle)

    def _destroy(self, name: str) -> None:
        self._gone[name] = self.declared.pop(name)


def _respelt(text: str) -> str:
    """Return a text in the other Unicode form: the provider and HQ have form C of both."""
    other = unicodedata.normalize("NFD", text)
    return other if other != text else unicodedata.normalize("NFC", text)
