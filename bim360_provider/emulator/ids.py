"""Ids that are the same in every run: a function of a seed and a count."""

from uuid import UUID, uuid5

from bim360_provider.emulator.store import Store

NAMESPACE = UUID("0b1d3600-0000-4000-8000-000000000000")


class Ids:
    """Makes ids; the counts live in the store, so that a file goes on where it stopped."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._seed = seed

    def count(self, kind: str) -> int:
        """Return how many of a kind there are, this one included."""
        made = self._store.row(
            "INSERT INTO counters VALUES (?, 1) "
            "ON CONFLICT (kind) DO UPDATE SET made = made + 1 RETURNING made",
            [kind],
        )
        return int((made or {"made": 0})["made"] or 0)

    def make(self, kind: str) -> UUID:
        """Return the next id of a kind."""
        return uuid5(NAMESPACE, f"{self._seed}/{kind}/{self.count(kind)}")
