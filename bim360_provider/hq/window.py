"""Windows that requests are counted in: of one process, of a file, or of a Redis server.

``pyrate-limiter`` does the counting. This module keeps it right where several processes count, and
where a clock was set back: then entries lie in the future, and would stay in the window for as long
as the clock was set back. They are moved to the present, so the limit holds and no wait is longer
than two windows.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bim360_provider import files

if TYPE_CHECKING:
    from pyrate_limiter import AbstractBucket

__all__ = ["PaceError", "Window", "in_file", "in_memory", "in_redis", "library"]

BUSY_TIMEOUT: Final = 10.0
"""Seconds to wait for another process that holds the file; it needs milliseconds."""

SHORTEST_WAIT: Final = 0.001
"""Seconds: the windows count in milliseconds."""

STORE_TIMEOUT: Final = 5.0
"""Seconds for a Redis server to answer."""


CORRECTION: Final = "UPDATE '{table}' SET item_timestamp = ? WHERE item_timestamp > ?"


class PaceError(Exception):
    """A shared window cannot be used."""


class Window:
    """A window of one process; the clock it goes by never runs backwards."""

    def __init__(
        self, bucket: "AbstractBucket", rates: list[Any], now: Callable[[], float]
    ) -> None:
        self._bucket = bucket
        self._length = int(rates[0].interval)
        self._now = now
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take a place and return 0, or return the seconds after which to ask again.

        Raises:
            PaceError: The store has stopped answering.
        """
        try:
            with self._lock:
                return self._take()
        except Exception as error:  # noqa: BLE001 - whatever a file or a server may raise
            msg = f"the shared rate limit cannot be used ({type(error).__name__})"
            raise PaceError(msg) from None

    def _take(self) -> float:
        item, taken = self._alone(self._put)
        self._alone(lambda: self._bucket.leak(item.timestamp))
        if taken:
            return 0.0
        wait: Any = self._bucket.waiting(item)
        if self._alone(self._correct):
            return SHORTEST_WAIT
        return min(max(float(wait) / 1000, SHORTEST_WAIT), self._length * 2 / 1000)

    def _put(self) -> tuple[Any, bool]:
        """Return the item of a request, and whether the window had a place for it."""
        item = library().RateItem("hq", self._milliseconds())
        return item, bool(self._bucket.put(item))

    def _milliseconds(self) -> int:
        return int(self._now() * 1000)

    def _alone(self, step: Callable[[], Any]) -> Any:
        """Run a step that no other process may interrupt."""
        return step()

    def _correct(self) -> int:
        """Move entries of the future to the present; return their number."""
        return 0


class _FileWindow(Window):
    """A window that the processes of this machine share."""

    def __init__(
        self, bucket: "AbstractBucket", rates: list[Any], connection: sqlite3.Connection, name: str
    ) -> None:
        super().__init__(bucket, rates, time.time)
        self._connection = connection
        self._correction = CORRECTION.format(table=name)

    def _alone(self, step: Callable[[], Any]) -> Any:
        # The library counts and writes in two statements, and commits after them: each of its
        # calls has a transaction of its own, so that no other process comes between the two.
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            return step()
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()

    def _correct(self) -> int:
        # The time is read while no other process can write: nothing later has been written.
        now = self._milliseconds()
        changed = self._connection.execute(self._correction, (now, now)).rowcount
        self._connection.commit()
        return changed


class _RedisWindow(Window):
    """A window that several machines share, by the server's clock."""

    def __init__(self, bucket: "AbstractBucket", rates: list[Any], server: Any, name: str) -> None:
        super().__init__(bucket, rates, lambda: _time_of(server))
        self._server = server
        self._name = name

    def _correct(self) -> int:
        # What other machines write after the time is read lies in the future, but not so far.
        now = self._milliseconds()
        ahead = self._server.zrangebyscore(self._name, f"({now + self._length}", "+inf")
        if ahead:
            self._server.zadd(self._name, dict.fromkeys(ahead, now), xx=True)
        return len(ahead)


def in_memory(rates: list[Any], monotonic: Callable[[], float]) -> Window:
    """Return a window of this process."""
    return Window(library().InMemoryBucket(rates), rates, monotonic)


def in_file(rates: list[Any], path: Path, name: str) -> Window:
    """Return a window in a SQLite file, which is created if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # an existing store keeps its permissions
        os.close(files.create(path))
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode=WAL")
    table = f"CREATE TABLE IF NOT EXISTS '{name}' (name VARCHAR, item_timestamp INTEGER)"
    connection.execute(table)
    return _FileWindow(library().SQLiteBucket(rates, connection, name), rates, connection, name)


def in_redis(rates: list[Any], url: str, name: str) -> Window:
    """Return a window on a Redis server."""
    import redis  # noqa: PLC0415 - an extra

    server = redis.Redis.from_url(
        url, socket_timeout=STORE_TIMEOUT, socket_connect_timeout=STORE_TIMEOUT
    )
    script = server.script_load(_counting_all(library().buckets.redis_bucket.LuaScript.PUT_ITEM))
    bucket: Any = library().RedisBucket(rates, server, name, script)
    return _RedisWindow(bucket, rates, server, name)


def library() -> Any:
    """Return the library that counts, loaded with the first request."""
    import pyrate_limiter  # noqa: PLC0415 - costs 30 ms that a preview never needs

    return pyrate_limiter


def _counting_all(script: str) -> str:
    """Let the library's script count places that are younger than the one asked for.

    It counts up to the moment of the question. A process that the machine stopped between its
    question and the answer asks for a place in the past, and would not see who came meanwhile.
    """
    return script.replace("window_start, now)", "window_start, '+inf')")


def _time_of(server: Any) -> float:
    """Return the server's time: the machines that share a window need not agree on theirs."""
    seconds, micros = server.time()
    return float(seconds) + float(micros) / 1e6
