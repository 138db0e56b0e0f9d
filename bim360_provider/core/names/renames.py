"""The renames that one run plans and has done, so that resources can exchange names."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from bim360_provider.core.entity import Names
from bim360_provider.errors import Bim360Error, ConflictError
from bim360_provider.hq import HqClient

__all__ = ["TEMPORARY", "Key", "NameRoom", "Rename", "Renames", "renames_of", "share_renames"]

Key: TypeAlias = tuple[str, str]
"""A kind, such as ``project``, and the id of an account: names are unique within both."""


@dataclass(eq=False)
class Rename:
    """One rename of one resource.

    Attributes:
        item_id: HQ's id of it.
        old: The name that the state has.
        new: The name that is declared.
        vacated: The old name is no longer in use.
        parked: Its own update has ended, and another one sets the new name as soon as it is free.
        refused_at: How many resources were known when HQ last refused the new name.
        kept: The resource is replaced and keeps its object, whose rename can wait.
        opens: Its update makes an archived project active first, as HQ renames no archived one.
        row: HQ's response to the request that set the new name; None before.
    """

    item_id: str
    old: str
    new: str
    vacated: bool = False
    parked: bool = False
    refused_at: int = -1
    kept: bool = False
    opens: bool = False
    row: Any = None


@dataclass
class _Account:
    """What is known of the resources of one kind in one account."""

    compared: set[str] = field(default_factory=set)
    planned: dict[str, Rename] = field(default_factory=dict)


class Renames:
    """The renames of one run; shared by all threads of the host.

    Attributes:
        turn: Held while names are vacated, so that no two threads do it at once.
    """

    def __init__(self) -> None:
        self.turn = threading.RLock()
        self._lock = threading.Lock()
        self._accounts: dict[Key, _Account] = {}
        self._unsettled: set[str] = set()
        self._parked_at = -1

    def compare(self, item_id: str, names: Names) -> None:
        """Note a declared resource, as Pulumi compares it: with a rename if the names differ."""
        key, old, new = (names.kind, names.account_id), names.old, names.new
        with self._lock:
            account = self._accounts.setdefault(key, _Account())
            account.compared.add(item_id)
            known = account.planned.get(item_id)
            if known is not None and (known.old, known.new) == (old, new):
                return
            account.planned.pop(item_id, None)
            if old and new and (old != new or names.waits):
                account.planned[item_id] = Rename(item_id, old, new, opens=names.opens)

    def is_compared(self, key: Key, item_id: str) -> bool:
        """Return whether a declared resource has this id."""
        with self._lock:
            return item_id in self._of(key).compared

    def count(self, key: Key) -> int:
        """Return how many resources have been compared so far."""
        with self._lock:
            return len(self._of(key).compared)

    def of(self, key: Key, item_id: str) -> Rename | None:
        """Return the rename of a resource."""
        with self._lock:
            return self._of(key).planned.get(item_id)

    def away_from(self, key: Key, name: str) -> list[Rename]:
        """Return the renames of the resources whose old name this is."""
        with self._lock:
            return [each for each in self._of(key).planned.values() if each.old == name]

    def to(self, key: Key, name: str) -> list[Rename]:
        """Return the renames to this name."""
        with self._lock:
            return [each for each in self._of(key).planned.values() if each.new == name]

    def correct(self, key: Key, item_id: str, name: str) -> bool:
        """Note that HQ has a resource under another old name than the state; return if it is news.

        The state is behind where another update set a name, or a user did by hand.
        """
        with self._lock:
            account = self._of(key)
            rename = account.planned.get(item_id)
            if rename is None or rename.vacated or name in (rename.old, rename.new):
                return False
            rename.old = name
            for each in account.planned.values():
                each.refused_at = each.refused_at if each.new != name else -1
            return True

    def begin(self, item_id: str) -> None:
        """Note that a resource of any kind is to be changed."""
        with self._lock:
            self._unsettled.add(item_id)

    def settle(self, item_id: str) -> None:
        """Note that the update of a resource has ended, or will not come."""
        with self._lock:
            self._unsettled.discard(item_id)

    @property
    def unsettled(self) -> int:
        """How many resources are to be changed, and are not changed yet."""
        return len(self._unsettled)

    def may_park(self, most: int) -> bool:
        """Return whether one update should end early, so that Pulumi can go on comparing.

        One is enough until the next resource has been compared.

        Args:
            most: How many changes are too many for Pulumi to go on.
        """
        with self._lock:
            known = sum(len(account.compared) for account in self._accounts.values())
            if len(self._unsettled) < most or known == self._parked_at:
                return False
            self._parked_at = known
            return True

    def _of(self, key: Key) -> _Account:
        return self._accounts.get(key) or _Account()


_shared: "WeakKeyDictionary[HqClient, Renames]" = WeakKeyDictionary()

_lock = threading.Lock()


def share_renames(client: HqClient, renames: Renames) -> None:
    """Let a client use the renames that all clients of the process share."""
    with _lock:
        _shared[client] = renames


def renames_of(client: HqClient) -> Renames:
    """Return the renames that a client uses; its own, if none are shared with it."""
    with _lock:
        return _shared.setdefault(client, Renames())


TEMPORARY: Final = "bim360-renaming-"
"""Begins the name that a resource has while names are exchanged in a circle; its id follows."""


@dataclass(frozen=True)
class NameRoom:
    """The unique names of one kind of resource in one account.

    Attributes:
        client: The account.
        kind: ``project`` or ``company``.
    """

    client: HqClient
    kind: str

    @property
    def renames(self) -> Renames:
        """The renames of this run."""
        return renames_of(self.client)

    @property
    def key(self) -> Key:
        """The key under which the renames of this kind and account are known."""
        return self.kind, self.client.connection.account_id

    @property
    def collection(self) -> Any:
        """HQ's collection of this kind."""
        return self.client.projects if self.kind == "project" else self.client.companies

    def vacate(self, name: str, item_id: str = "") -> bool:
        """Free a name that a resource of this run gives up; return whether it may be free now.

        Args:
            name: The name.
            item_id: The id of the resource that waits for it; empty for a new one.

        Raises:
            Bim360Error: A request for it failed.
        """
        with self.renames.turn:
            known = self.renames.count(self.key)
            chain = list(self._chain(name, item_id))
            waiting = self.renames.of(self.key, item_id)
            if not chain:
                return any(each.vacated for each in self.renames.away_from(self.key, name))
            if waiting is None and chain[-1].new == name:
                return False  # a circle of others, which only a rename within it can open
            if chain[-1].refused_at == known:
                return False  # nothing that could make a difference is known since
            circle = waiting is not None and not waiting.vacated and chain[-1].new == waiting.old
            if circle and waiting is not None:
                self._step_aside(waiting)
            try:
                for rename in reversed(chain):
                    self._perform(rename)
            except Bim360Error as error:
                if circle and waiting is not None:
                    self._step_back(waiting)
                if isinstance(error, ConflictError):
                    chain[-1].refused_at = known
                    return False
                raise
            return True

    def end(self, name: str, item_id: str) -> str | None:
        """Return the name that has to be free first; None if nothing stands in the way."""
        chain = list(self._chain(name, item_id))
        last = chain[-1].new if chain else name
        away = self.renames.away_from(self.key, last)
        return None if away else last

    def done(self, item_id: str, row: Any) -> None:
        """Note that an update has set the new name of its own resource."""
        rename = self.renames.of(self.key, item_id)
        if rename is None:
            return
        with self.renames.turn:
            rename.row, rename.vacated = row, True
            self._fill(rename.old)

    def _chain(self, name: str, item_id: str) -> Iterator[Rename]:
        """Yield the renames that have to be done, the nearest first."""
        passed: list[Rename] = []
        wanted = name
        while True:
            away = self.renames.away_from(self.key, wanted)
            pending = [each for each in away if not each.vacated and each.item_id != item_id]
            if not pending or pending[0] in passed:
                return
            yield pending[0]
            passed.append(pending[0])
            wanted = pending[0].new

    def _perform(self, rename: Rename) -> None:
        if rename.opens:
            self.collection.update(rename.item_id, {"status": "active"})
            rename.opens = False
        rename.row = self._set(rename.item_id, rename.new)
        rename.vacated = True

    def _set(self, item_id: str, name: str) -> Any:
        """Set a name; a resource that has it already may be refused it."""
        try:
            return self.collection.update(item_id, {"name": name})
        except ConflictError:
            row = self.collection.get(item_id)
            if row.name != name:
                raise
            return row

    def _step_aside(self, rename: Rename) -> None:
        temporary = f"{TEMPORARY}{rename.item_id}"
        self._set(rename.item_id, temporary)
        rename.vacated = True
        self.client.transport.tell(
            f"BIM 360: {self.kind} '{rename.old}' ({rename.item_id}) is named '{temporary}' "
            "while names are exchanged."
        )

    def _step_back(self, rename: Rename) -> None:
        try:
            self._set(rename.item_id, rename.old)
            rename.vacated = False
        except Bim360Error:
            self.client.transport.tell(
                f"BIM 360: {self.kind} '{rename.old}' keeps the name "
                f"'{TEMPORARY}{rename.item_id}' until the next `pulumi up`.",
                warning=True,
            )

    def _fill(self, name: str | None) -> None:
        """Give a name that was vacated to the parked resource that waits for it, and so on."""
        while name is not None:
            parked = [r for r in self.renames.to(self.key, name) if r.parked and r.row is None]
            name = None
            for rename in parked[:1]:
                try:
                    self._perform(rename)
                except Bim360Error:
                    return  # it is marked as unfinished, and the next run sets it
                name = rename.old
