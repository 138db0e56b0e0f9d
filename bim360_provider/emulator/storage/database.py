"""The database: SQLite in memory or in a file, and repeatable ids."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeAlias
from uuid import UUID, uuid5

from bim360_provider.emulator.storage.schema import SCHEMA, TABLES

Value: TypeAlias = str | float | int | None

Row: TypeAlias = dict[str, Value]

IN_MEMORY = ":memory:"

UNPLANTED, FORMAT = 0, 2
"""SQLite's user_version of a file without a seed yet, and of one this emulator can read."""


class StoreError(Exception):
    """The database file cannot be used."""


class Store:
    """Tables and transactions; the entities bring their own SQL."""

    def __init__(self, path: str = IN_MEMORY) -> None:
        """Open the database and make the tables a new one lacks.

        Raises:
            StoreError: The file is not readable, not writable, or no SQLite database.
        """
        try:
            _create_private(path)
            # The emulator's lock keeps one thread in here at a time; autocommit leaves BEGIN to us.
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(_unusable(path, error)) from None
        self._db.row_factory = sqlite3.Row
        # SQLite's own lower() knows no letters beyond A to Z.
        self._db.create_function("folded", 1, _folded, deterministic=True)
        try:
            self._prepare(path)
        except sqlite3.Error as error:
            self._db.close()
            raise StoreError(_unusable(path, error)) from None

    def _prepare(self, path: str) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version not in {UNPLANTED, FORMAT}:
            self._db.close()
            raise StoreError(_unusable(path, f"its format is {version}, not {FORMAT}"))
        self.is_new = version == UNPLANTED
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything done inside, or nothing of it."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def run(self, sql: str, values: Sequence[Value] = ()) -> None:
        """Execute one statement that returns no rows."""
        self._db.execute(sql, values)

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """Return every row of a query."""
        return [dict(row) for row in self._db.execute(sql, values)]

    def row(self, sql: str, values: Sequence[Value] = ()) -> Row | None:
        """Return the first row of a query, None where there is none."""
        found = self._db.execute(sql, values).fetchone()
        return None if found is None else dict(found)

    def insert(self, table: str, row: Row) -> None:
        """Insert one row; table and column names come from this package, never from a request."""
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        # S608: only values come from outside, and they are bound.
        self.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*row.values()])  # noqa: S608

    def planted(self) -> None:
        """Note, with the transaction, that the seed is in: the next start will not plant it."""
        self.run(f"PRAGMA user_version = {FORMAT}")
        self.is_new = False

    def clear(self) -> None:
        """Empty every table."""
        for table in TABLES:
            self.run(f"DELETE FROM {table}")  # noqa: S608 - table names are ours

    def close(self) -> None:
        """Close the database; a file keeps what it was told."""
        self._db.close()


def _create_private(path: str) -> None:
    """Create a database for its owner alone; SQLite gives its other files the same permissions."""
    if path == IN_MEMORY:
        return
    with suppress(FileExistsError):  # an existing file, or the user's own link to one
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _folded(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _unusable(path: str, error: Exception | str) -> str:
    return f"{path} cannot be used as the emulator's database: {error}. Name another file."


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
