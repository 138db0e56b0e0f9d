"""The renames that one run plans and has done, so that resources can exchange names."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from bim360_provider.core.entity import NameChange
from bim360_provider.core.run import Run
from bim360_provider.errors import Bim360Error, ConflictError
from bim360_provider.hq import HqClient

__all__ = [
    "TEMPORARY_NAME_PREFIX",
    "NameExchange",
    "NameScope",
    "Rename",
    "RenameRegistry",
    "get_renames",
    "share_renames",
]

NameScope: TypeAlias = tuple[str, str]
"""A kind, such as ``project``, and the id of an account: names are unique within both."""


@dataclass(eq=False)
class Rename:
    """One rename of one resource.

    Attributes:
        item_id: HQ's id.
        old_name: The name in the state.
        new_name: The declared name.
        is_vacated: The old name is no longer in use.
        is_parked: Its own update has ended; another update sets the new name once it is free.
        compared_at_refusal: The number of compared resources when HQ last refused the new name.
        is_kept: The resource is replaced and keeps its object, whose rename can wait.
        needs_reactivation: Its update reactivates an archived project first, as HQ cannot
            rename an archived one.
        row: HQ's response to the request that set the new name; None before.
    """

    item_id: str
    old_name: str
    new_name: str
    is_vacated: bool = False
    is_parked: bool = False
    compared_at_refusal: int = -1
    is_kept: bool = False
    needs_reactivation: bool = False
    row: Any = None


@dataclass
class _AccountNames:
    """The compared resources of one kind in one account."""

    compared_ids: set[str] = field(default_factory=set)
    planned_renames: dict[str, Rename] = field(default_factory=dict)


class RenameRegistry:
    """The renames of one run; shared by all threads of the host.

    Attributes:
        vacate_lock: Held while names are vacated, so that only one thread does it.
    """

    def __init__(self) -> None:
        self.vacate_lock = threading.RLock()
        self._lock = threading.Lock()
        self._accounts: dict[NameScope, _AccountNames] = {}
        self._unsettled_ids: set[str] = set()
        self._compared_at_parking = -1

    def record_comparison(self, item_id: str, names: NameChange) -> None:
        """Record a declared resource that Pulumi compares, with a rename if the names differ."""
        key, old, new = (names.kind, names.account_id), names.old_name, names.new_name
        with self._lock:
            account = self._accounts.setdefault(key, _AccountNames())
            account.compared_ids.add(item_id)
            known = account.planned_renames.get(item_id)
            if known is not None and (known.old_name, known.new_name) == (old, new):
                return
            account.planned_renames.pop(item_id, None)
            if old and new and (old != new or names.is_waiting):
                account.planned_renames[item_id] = Rename(
                    item_id, old, new, needs_reactivation=names.is_reactivation
                )

    def is_compared(self, key: NameScope, item_id: str) -> bool:
        """Return whether a declared resource has this id."""
        with self._lock:
            return item_id in self._get_account(key).compared_ids

    def count_compared(self, key: NameScope) -> int:
        """Return how many resources have been compared so far."""
        with self._lock:
            return len(self._get_account(key).compared_ids)

    def find_rename(self, key: NameScope, item_id: str) -> Rename | None:
        """Return the rename of a resource."""
        with self._lock:
            return self._get_account(key).planned_renames.get(item_id)

    def find_renames_from(self, key: NameScope, name: str) -> list[Rename]:
        """Return the renames of the resources whose old name this is."""
        with self._lock:
            return [
                each
                for each in self._get_account(key).planned_renames.values()
                if each.old_name == name
            ]

    def find_renames_to(self, key: NameScope, name: str) -> list[Rename]:
        """Return the renames to this name."""
        with self._lock:
            return [
                each
                for each in self._get_account(key).planned_renames.values()
                if each.new_name == name
            ]

    def correct_old_name(self, key: NameScope, item_id: str, name: str) -> bool:
        """Correct the old name of a resource if HQ has another; return whether it was corrected.

        The state is outdated if another update or a user has changed the name.
        """
        with self._lock:
            account = self._get_account(key)
            rename = account.planned_renames.get(item_id)
            if rename is None or rename.is_vacated or name in (rename.old_name, rename.new_name):
                return False
            rename.old_name = name
            for each in account.planned_renames.values():
                each.compared_at_refusal = each.compared_at_refusal if each.new_name != name else -1
            return True

    def begin_change(self, item_id: str) -> None:
        """Record that a resource of any kind will be changed."""
        with self._lock:
            self._unsettled_ids.add(item_id)

    def end_change(self, item_id: str) -> None:
        """Record that the update of a resource has ended or will not happen."""
        with self._lock:
            self._unsettled_ids.discard(item_id)

    @property
    def unsettled_count(self) -> int:
        """The number of resources whose change is pending."""
        return len(self._unsettled_ids)

    def may_park(self, most: int) -> bool:
        """Return whether one update should end early, so that Pulumi can go on comparing.

        One is enough until the next resource has been compared.

        Args:
            most: The number of pending changes at which Pulumi stops comparing.
        """
        with self._lock:
            known = sum(len(account.compared_ids) for account in self._accounts.values())
            if len(self._unsettled_ids) < most or known == self._compared_at_parking:
                return False
            self._compared_at_parking = known
            return True

    def _get_account(self, key: NameScope) -> _AccountNames:
        return self._accounts.get(key) or _AccountNames()


_shared_registries: "WeakKeyDictionary[HqClient, RenameRegistry]" = WeakKeyDictionary()

_registries_lock = threading.Lock()


def share_renames(client: HqClient, renames: RenameRegistry) -> None:
    """Let a client use the renames that all clients of the process share."""
    with _registries_lock:
        _shared_registries[client] = renames


def get_renames(client: HqClient) -> RenameRegistry:
    """Return the renames of a client; its own if none are shared."""
    with _registries_lock:
        return _shared_registries.setdefault(client, RenameRegistry())


TEMPORARY_NAME_PREFIX: Final = "bim360-renaming-"
"""The prefix of the temporary name during an exchange in a circle; the id follows."""


@dataclass(frozen=True)
class NameExchange:
    """The unique names of one kind of resource in one account.

    Attributes:
        run: The engine run.
        kind: ``project`` or ``company``.
    """

    run: Run
    kind: str

    @property
    def renames(self) -> RenameRegistry:
        """The renames of this run."""
        return get_renames(self.run.hq)

    @property
    def scope(self) -> NameScope:
        """The key under which the renames of this kind and account are known."""
        return self.kind, self.run.hq.connection.account_id

    @property
    def collection(self) -> Any:
        """HQ's collection of this kind."""
        return self.run.hq.projects if self.kind == "project" else self.run.hq.companies

    def vacate_name(self, name: str, item_id: str = "") -> bool:
        """Free a name that a resource of this run gives up; return whether it may be free now.

        Args:
            name: The name.
            item_id: The id of the resource that waits for it; empty for a new one.

        Raises:
            Bim360Error: A request for it failed.
        """
        with self.renames.vacate_lock:
            known = self.renames.count_compared(self.scope)
            chain = list(self._walk_renames(name, item_id))
            waiting = self.renames.find_rename(self.scope, item_id)
            if not chain:
                return any(
                    each.is_vacated for each in self.renames.find_renames_from(self.scope, name)
                )
            if waiting is None and chain[-1].new_name == name:
                return False  # a circle of other resources, which only a rename within it can break
            if chain[-1].compared_at_refusal == known:
                return False  # no resource was compared since the last refusal
            circle = (
                waiting is not None
                and not waiting.is_vacated
                and chain[-1].new_name == waiting.old_name
            )
            if circle and waiting is not None:
                self._set_temporary_name(waiting)
            try:
                for rename in reversed(chain):
                    self._apply_rename(rename)
            except Bim360Error as error:
                if circle and waiting is not None:
                    self._restore_old_name(waiting)
                if isinstance(error, ConflictError):
                    chain[-1].compared_at_refusal = known
                    return False
                raise
            return True

    def find_blocking_name(self, name: str, item_id: str) -> str | None:
        """Return the name that must be free first; None if no name blocks the rename."""
        chain = list(self._walk_renames(name, item_id))
        last = chain[-1].new_name if chain else name
        away = self.renames.find_renames_from(self.scope, last)
        return None if away else last

    def record_rename(self, item_id: str, row: Any) -> None:
        """Record that an update has set the new name of its own resource."""
        rename = self.renames.find_rename(self.scope, item_id)
        if rename is None:
            return
        with self.renames.vacate_lock:
            rename.row, rename.is_vacated = row, True
            self._fill_vacancy(rename.old_name)

    def _walk_renames(self, name: str, item_id: str) -> Iterator[Rename]:
        """Yield the renames to apply first, the nearest first."""
        passed: list[Rename] = []
        wanted = name
        while True:
            away = self.renames.find_renames_from(self.scope, wanted)
            pending = [each for each in away if not each.is_vacated and each.item_id != item_id]
            if not pending or pending[0] in passed:
                return
            yield pending[0]
            passed.append(pending[0])
            wanted = pending[0].new_name

    def _apply_rename(self, rename: Rename) -> None:
        if rename.needs_reactivation:
            self.collection.update(rename.item_id, {"status": "active"})
            rename.needs_reactivation = False
        rename.row = self._set_name(rename.item_id, rename.new_name)
        rename.is_vacated = True

    def _set_name(self, item_id: str, name: str) -> Any:
        """Set a name; accept HQ's refusal if the resource has the name already."""
        try:
            return self.collection.update(item_id, {"name": name})
        except ConflictError:
            row = self.collection.get(item_id)
            if row.name != name:
                raise
            return row

    def _set_temporary_name(self, rename: Rename) -> None:
        temporary = f"{TEMPORARY_NAME_PREFIX}{rename.item_id}"
        self._set_name(rename.item_id, temporary)
        rename.is_vacated = True
        self.run.info(
            f"BIM 360: {self.kind} '{rename.old_name}' ({rename.item_id}) is named '{temporary}' "
            "while names are exchanged."
        )

    def _restore_old_name(self, rename: Rename) -> None:
        try:
            self._set_name(rename.item_id, rename.old_name)
            rename.is_vacated = False
        except Bim360Error:
            self.run.warn(
                f"BIM 360: {self.kind} '{rename.old_name}' keeps the name "
                f"'{TEMPORARY_NAME_PREFIX}{rename.item_id}' until the next `pulumi up`."
            )

    def _fill_vacancy(self, name: str | None) -> None:
        """Set a vacated name on the parked resource that waits for it, and so on."""
        while name is not None:
            parked = [
                r
                for r in self.renames.find_renames_to(self.scope, name)
                if r.is_parked and r.row is None
            ]
            name = None
            for rename in parked[:1]:
                try:
                    self._apply_rename(rename)
                except Bim360Error:
                    return  # it is marked as unfinished; the next run sets it
                name = rename.old_name
