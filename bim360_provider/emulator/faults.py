"""The faults in force, and which of them a request runs into."""

import random
from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from bim360_provider.emulator.fault_rules import Match, Rule, Then
from bim360_provider.emulator.journal import matches, parsed_body
from bim360_provider.emulator.messages import Request


class _Armed:
    """A rule with its count and its own dice."""

    def __init__(self, number: int, rule: Rule) -> None:
        self.number = number
        self.rule = rule
        self.matched = 0
        self.fired = 0
        # S311: chance that can be repeated is the point.
        self._dice = random.Random(rule.seed)  # noqa: S311

    def strikes(self) -> bool:
        """Count a matching request and say whether this one is hit."""
        if self.fired == self.rule.times:
            return False
        self.matched += 1
        if self.matched <= self.rule.after or self._dice.random() >= self.rule.probability:
            return False
        self.fired += 1
        return True


class Faults:
    """Rules in the order they were added; the first that strikes decides."""

    def __init__(self, at_start: Iterable[Rule] = ()) -> None:
        self._at_start = tuple(at_start)
        self._armed: list[_Armed] = []
        self._number = 0
        self.reset()

    def add(self, rules: Iterable[Rule]) -> list[int]:
        """Add rules and return their numbers."""
        added = []
        for rule in rules:
            self._number += 1
            self._armed.append(_Armed(self._number, rule))
            added.append(self._number)
        return added

    def remove(self, number: int) -> bool:
        """Remove one rule and say whether it was there."""
        before = len(self._armed)
        self._armed = [armed for armed in self._armed if armed.number != number]
        return len(self._armed) < before

    def clear(self) -> None:
        """Remove every rule."""
        self._armed.clear()

    def reset(self) -> None:
        """Go back to the rules of the start, their counts and chances included."""
        self._number = 0
        self.clear()
        self.add(self._at_start)

    def listed(self) -> list[JsonValue]:
        """Return the rules with how often they matched and struck."""
        return [
            {
                "id": armed.number,
                "matched": armed.matched,
                "fired": armed.fired,
                "rule": armed.rule.model_dump(exclude_unset=True),
            }
            for armed in self._armed
        ]

    def pick(self, request: Request, route: str | None) -> tuple[int, Then] | None:
        """Return the fault a request runs into, with its number; None for a lucky one."""
        for armed in self._armed:
            if _is_meant(armed.rule.match, request, route) and armed.strikes():
                return armed.number, armed.rule.then
        return None


def _is_meant(match: Match, request: Request, route: str | None) -> bool:
    return (
        match.method.upper() in ("", request.method)
        and matches(match.path, request.path, route)
        and _holds(request.arguments() if match.query else {}, match.query)
        and _holds(parsed_body(request) if match.body else {}, match.body)
    )


def _holds(given: JsonValue | Mapping[str, str], wanted: Mapping[str, JsonValue]) -> bool:
    """Say whether an object has all the wanted values."""
    if not isinstance(given, Mapping):
        return False
    return all(name in given and given[name] == value for name, value in wanted.items())
