"""Ids that are the same in every run: a function of a seed and a count."""

from uuid import UUID, uuid5

from bim360_provider.emulator.store import Store

NAMESPACE = UUID("0b1d3600-0000-4000-8000-000000000000")

COUNT_UP = """\
INSERT INTO counters VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET made = made + 1"""


class Ids:
    """Makes ids; the counts live in the store, so that a file goes on where it stopped."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._seed = seed

    def count(self, kind: str) -> int:
        """Return how many of a kind there are, this one included."""
        # No RETURNING: Python 3.10 still comes with an SQLite that does not have it.
        self._store.run(COUNT_UP, [kind])
        counted = self._store.row("SELECT made FROM counters WHERE kind = ?", [kind]) or {}
        return int(counted.get("made") or 0)

    def make(self, kind: str) -> UUID:
        """Return the next id of a kind."""
        return uuid5(NAMESPACE, f"{self._seed}/{kind}/{self.count(kind)}")
