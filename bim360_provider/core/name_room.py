"""Make room for a name: rename the resource of this run that still has it, on its behalf."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.renames import Key, Rename, Renames, renames_of
from bim360_provider.errors import Bim360Error, ConflictError
from bim360_provider.hq import HqClient

__all__ = ["TEMPORARY", "NameRoom"]

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
