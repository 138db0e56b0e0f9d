"""Which resources Pulumi has compared in this run: the program still declares them."""

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from bim360_provider.core.entity import Live, Names
from bim360_provider.core.names.renames import NameRoom, Renames
from bim360_provider.core.replacements import Predecessor
from bim360_provider.dynamic.stack_state import (
    holders_of,
    is_held_elsewhere,
    outputs_before,
    predecessor_of,
    urn_of_call,
)
from bim360_provider.hq import HqClient

__all__ = [
    "ComparedResources",
    "find_exchanged_object",
    "is_checked",
    "is_exchanged",
    "is_of_another",
    "note_check",
    "note_diff",
    "outputs_before",
    "plan_rename",
    "pop_released_object",
    "release_object",
]

QUIET: Final = 1.0
"""Seconds without any check or diff, after which none is expected."""

MOST: Final = 3
"""Threads that may wait at once: Pulumi's host has four, and one has to go on comparing."""


class ComparedResources:
    """The resources that were compared; shared by all threads of the host."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._urns: set[str] = set()
        self._heard = 0
        self._quiet_at = -1
        self._waiting = 0

    def note_check(self) -> None:
        """Note that Pulumi goes on."""
        with self._news:
            self._heard += 1
            self._news.notify_all()

    def note_diff(self, urn: str) -> None:
        """Note a declared resource that the state has."""
        with self._news:
            self._urns.add(urn)
            self._heard += 1
            self._news.notify_all()

    def await_any(self, urns: Collection[str]) -> bool:
        """Return whether one of these resources is declared; wait while Pulumi goes on."""
        with self._news:
            if self._waiting >= MOST:
                return not self._urns.isdisjoint(urns)
            self._waiting += 1
            try:
                while self._urns.isdisjoint(urns):
                    if self._quiet_at == self._heard:
                        return False
                    if not self._news.wait(QUIET):
                        self._quiet_at = self._heard
                return True
            finally:
                self._waiting -= 1


Values = Mapping[str, Any]

NAMED: Final = frozenset({"project", "company"})
"""Entities whose names HQ keeps unique and can change."""

_names: Final[dict[str, Any]] = {}
"""The declared name of each resource that was checked in this run, by URN."""

_compared: Final = ComparedResources()
"""The declared resources that the state has."""

_released: Final[dict[str, Predecessor]] = {}
"""What a delete left alone, for the create that follows."""


def note_check(urn: str | None, inputs: Values) -> None:
    """Note the declared name of a resource; none if the check refused the arguments."""
    if urn:
        _names[urn] = inputs.get("name")
        _compared.note_check()


def note_diff(urn: str | None) -> None:
    """Note that a resource was compared, with its rename if it has one."""
    if urn and urn in _names:
        _compared.note_diff(urn)


def is_checked(urn: str | None) -> bool:
    """Return whether a resource was checked in this run; a call without URN counts as checked."""
    return urn is None or urn in _names


def release_object(kind: str, before: Predecessor) -> None:
    """Note that a delete leaves an object to the replacement."""
    if kind in NAMED and before.urn:
        _released[before.urn] = before


def pop_released_object(urn: str) -> Predecessor | None:
    """Return what a delete of this resource has left to its replacement."""
    return _released.pop(urn, None)


def is_exchanged(kind: str, before: Predecessor, client: Callable[[], HqClient]) -> bool:
    """Return whether an object is deleted for a replacement with the name of another resource.

    Args:
        kind: The entity.
        before: The object.
        client: Returns the client of its account.
    """
    name = _names.get(before.urn)
    if kind not in NAMED or not isinstance(name, str) or name == before.state.get("name"):
        return False
    return any(is_held_elsewhere(each, before.urn) for each in _holders(kind, client(), name))


def find_exchanged_object(
    kind: str, urn: str, client: HqClient, inputs: Values
) -> Predecessor | None:
    """Return the object that a refused create is to keep; None if its name is not exchanged.

    Args:
        kind: The entity.
        urn: Of the resource.
        client: The account.
        inputs: The arguments in normal form.
    """
    before = predecessor_of(urn) if urn and kind in NAMED else None
    if before is None:
        return None
    holders = _holders(kind, client, str(inputs["name"]))
    own = any(each == before.id or is_held_elsewhere(each, urn) for each in holders)
    return before if own else None


def is_of_another(entity_id: str) -> bool:
    """Return whether another declared resource of the stack has an object.

    A resource that was removed from the program no longer has it. A resource that replaces another
    object keeps its own in any case.
    """
    urn = urn_of_call()
    holders = holders_of(entity_id, urn) - {urn} if urn else set()
    if urn is None or not holders:
        return False
    before = predecessor_of(urn)
    if before is not None:
        return before.id != entity_id
    return _compared.await_any(holders)


def plan_rename(renames: Renames, kind: str, live: Live, inputs: Values) -> None:
    """Plan the rename of an object that a replacement keeps, as a diff does for an update."""
    old, new = live.outputs.get("name"), inputs.get("name")
    if kind not in NAMED or not old or old == new:
        return
    names = Names(kind, str(live.outputs.get("account_id")), old, new)
    renames.compare(live.id, names)
    renames.begin(live.id)
    rename = renames.of((kind, names.account_id), live.id)
    if rename is not None:
        rename.kept = True


def _holders(kind: str, client: HqClient, name: str) -> list[str]:
    found = NameRoom(client, kind).collection.named(name)
    return [each.id for each in found if each.name == name]
