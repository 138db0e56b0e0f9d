"""The database: SQLite in memory or in a file, and repeatable ids."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID, uuid5

from bim360_provider.emulator.storage.schema import SCHEMA, TABLES

SqlValue: TypeAlias = str | float | int | None

Row: TypeAlias = dict[str, SqlValue]

IN_MEMORY_PATH = ":memory:"

UNSEEDED_VERSION, FORMAT_VERSION = 0, 3
"""SQLite's user_version of a file without a seed, and of the supported format."""

ID_NAMESPACE = UUID("0b1d3600-0000-4000-8000-000000000000")

INCREMENT_SQL = """\
INSERT INTO counters VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET made = made + 1"""


class StoreError(Exception):
    """The database file cannot be used."""


class Store:
    """The database with its transactions; the endpoints contain their SQL."""

    def __init__(self, path: str = IN_MEMORY_PATH) -> None:
        """Open the database and create missing tables.

        Raises:
            StoreError: The file is not readable, not writable, or not an SQLite database.
        """
        try:
            _create_private_file(path)
            # The emulator's lock admits one thread at a time; isolation_level=None enables BEGIN.
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(_describe_failure(path, error)) from None
        self._db.row_factory = sqlite3.Row
        # SQLite's own lower() supports only the letters A to Z.
        self._db.create_function("folded", 1, _fold_case, deterministic=True)
        try:
            self._prepare_schema(path)
        except sqlite3.Error as error:
            self._db.close()
            raise StoreError(_describe_failure(path, error)) from None

    def _prepare_schema(self, path: str) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version not in {UNSEEDED_VERSION, FORMAT_VERSION}:
            self._db.close()
            raise StoreError(
                _describe_failure(path, f"its format is {version}, not {FORMAT_VERSION}")
            )
        self.is_new = version == UNSEEDED_VERSION
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    @contextmanager
    def begin_transaction(self) -> Iterator[None]:
        """Run the block in a transaction; an exception rolls it back."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def execute(self, sql: str, values: Sequence[SqlValue] = ()) -> None:
        """Execute one statement that returns no rows."""
        self._db.execute(sql, values)

    def fetch_all(self, sql: str, values: Sequence[SqlValue] = ()) -> list[Row]:
        """Return every row of a query."""
        return [dict(row) for row in self._db.execute(sql, values)]

    def fetch_one(self, sql: str, values: Sequence[SqlValue] = ()) -> Row | None:
        """Return the first row of a query, None if there is none."""
        found = self._db.execute(sql, values).fetchone()
        return None if found is None else dict(found)

    def insert(self, table: str, row: Row) -> None:
        """Insert one row; table and column names come from this package, never from a request."""
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        # S608: only values come from outside, and they are bound.
        self.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*row.values()])  # noqa: S608

    def mark_seeded(self) -> None:
        """Record in the transaction that the seed is loaded; the next start will not load it."""
        self.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
        self.is_new = False

    def clear(self) -> None:
        """Empty every table."""
        for table in TABLES:
            self.execute(f"DELETE FROM {table}")  # noqa: S608 - table names are constants

    def close(self) -> None:
        """Close the database; a file keeps the state."""
        self._db.close()


def hash_secret(secret: str) -> str:
    """Return the digest of a secret, which the store keeps instead."""
    return sha256(secret.encode()).hexdigest()


def _create_private_file(path: str) -> None:
    """Create a file that only its owner can read; SQLite's other files get the same permissions."""
    if path == IN_MEMORY_PATH:
        return
    with suppress(FileExistsError):  # an existing file, or the user's own link to one
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _fold_case(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _describe_failure(path: str, error: Exception | str) -> str:
    return f"{path} cannot be used as the emulator's database: {error}. Use another file."


class IdGenerator:
    """Generates ids from counters, which are in the store."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._seed = seed

    def increment_counter(self, kind: str) -> int:
        """Increment the counter of a kind and return it."""
        # Without RETURNING: the SQLite of some builds of Python 3.10 lacks it.
        self._store.execute(INCREMENT_SQL, [kind])
        counted = self._store.fetch_one("SELECT made FROM counters WHERE kind = ?", [kind]) or {}
        return int(counted.get("made") or 0)

    def create_id(self, kind: str) -> UUID:
        """Return the next id of a kind."""
        return uuid5(ID_NAMESPACE, f"{self._seed}/{kind}/{self.increment_counter(kind)}")
