"""The renames that one run plans and has done, so that resources can exchange names.

HQ keeps names unique. A resource whose new name is still that of another resource of the run
needs the other one to be renamed first, and Pulumi knows nothing of that order.
"""

import threading
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from bim360_provider.core.entity import Names
from bim360_provider.hq import HqClient

__all__ = ["Key", "Rename", "Renames", "renames_of", "share_renames"]

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
