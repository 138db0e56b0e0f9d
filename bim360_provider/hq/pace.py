"""How fast requests may go out: one window per client id, for threads, processes or machines.

HQ allows 100 requests a minute per client id over all its endpoints:
https://aps.autodesk.com/en/docs/bim360/v1/rate-limits/account_admin-rate-limits/
The windows themselves are ``pyrate-limiter``'s; here is what they stand in.
"""

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from bim360_provider import files

if TYPE_CHECKING:
    from pyrate_limiter import AbstractBucket

__all__ = ["DEFAULT_LIMIT", "WINDOW", "Pace", "PaceError", "pace_for"]

DEFAULT_LIMIT: Final = 96
"""Requests a minute: HQ's 100 less a few for whoever else looks at the account."""

WINDOW: Final = 60.5
"""Seconds: HQ's minute, and half a second by which requests may be late on their way."""

BUSY_TIMEOUT: Final = 10.0
"""Seconds to wait for another process that holds the file; it needs milliseconds."""

SHORTEST_WAIT: Final = 0.001
"""Seconds: the windows count in milliseconds."""

STORE_TIMEOUT: Final = 5.0
"""Seconds for a Redis server to answer."""

REDIS_SCHEMES: Final = ("redis://", "rediss://", "unix://")


class PaceError(Exception):
    """A shared window cannot be used."""


class Pace(Protocol):
    """A window that requests are counted in."""

    def take(self) -> float:
        """Take a place and return 0, or return the seconds after which to ask again."""


class Unlimited:
    """No window at all."""

    def take(self) -> float:
        """Let everything through."""
        return 0.0


class Windowed:
    """A window kept by one of the library's buckets."""

    def __init__(
        self,
        bucket: "AbstractBucket",
        now: Callable[[], float],
        begin: Callable[[], object] = lambda: None,
        end: Callable[[], object] = lambda: None,
    ) -> None:
        self._bucket = bucket
        self._now = now
        self._begin = begin
        self._end = end
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take a place and return 0, or return the seconds after which to ask again.

        Raises:
            PaceError: The store has stopped answering.
        """
        try:
            with self._lock:
                item = _library().RateItem("hq", int(self._now() * 1000))
                return 0.0 if self._put(item) else self._wait(item)
        except Exception as error:  # noqa: BLE001 - whatever a file or a server may raise
            msg = f"the shared rate limit cannot be used ({type(error).__name__})"
            raise PaceError(msg) from None

    def _put(self, item: Any) -> bool:
        self._alone(lambda: self._bucket.leak(item.timestamp))
        return bool(self._alone(lambda: self._bucket.put(item)))

    def _alone(self, step: Callable[[], Any]) -> Any:
        self._begin()
        try:
            return step()
        finally:
            self._end()

    def _wait(self, item: Any) -> float:
        wait: Any = self._bucket.waiting(item)
        return max(float(wait) / 1000, SHORTEST_WAIT)


def pace_for(
    limit: int,
    store: str | None,
    client_id: str,
    monotonic: Callable[[], float],
    window: float = WINDOW,
) -> Pace:
    """Return the window of a client id.

    Args:
        limit: Requests in a window; 0 is no limit.
        store: None keeps the window in this process; a path shares it with the processes of this
            machine, a ``redis://`` URL with other machines.
        client_id: Whose window it is; only a hash of it is stored.
        monotonic: The clock of a window of this process; shared windows go by the wall clock.
        window: Its length in seconds.

    Raises:
        PaceError: The store cannot be used; the message says why.
    """
    if not limit:
        return Unlimited()
    library = _library()
    rates = [library.Rate(limit, int(window * 1000))]
    name = f"bim360_{hashlib.sha256(client_id.encode()).hexdigest()[:16]}"
    if not store:
        return Windowed(library.InMemoryBucket(rates), monotonic)
    try:
        if store.startswith(REDIS_SCHEMES):
            return _in_redis(rates, store, name)
        return _in_file(rates, Path(store).expanduser(), name)
    except ModuleNotFoundError as error:
        msg = f"the shared rate limit needs the package '{error.name}': pip install {error.name}"
        raise PaceError(msg) from None
    except Exception as error:  # noqa: BLE001 - whatever a file or a server may raise
        msg = f"the shared rate limit cannot be used ({type(error).__name__})"
        raise PaceError(msg) from None


def _library() -> Any:
    import pyrate_limiter  # noqa: PLC0415 - costs 30 ms that a preview never needs

    return pyrate_limiter


def _in_file(rates: list[Any], path: Path, name: str) -> Pace:
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # an existing store keeps its permissions
        os.close(files.create(path))
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode=WAL")
    table = f"CREATE TABLE IF NOT EXISTS '{name}' (name VARCHAR, item_timestamp INTEGER)"
    connection.execute(table)
    bucket = _library().SQLiteBucket(rates, connection, name)

    def finish() -> None:
        if connection.in_transaction:
            connection.rollback()

    # The library counts and writes in two statements: two processes must not do so at once.
    return Windowed(bucket, time.time, lambda: connection.execute("BEGIN IMMEDIATE"), finish)


def _in_redis(rates: list[Any], url: str, name: str) -> Pace:
    import redis  # noqa: PLC0415 - an extra

    server = redis.Redis.from_url(
        url, socket_timeout=STORE_TIMEOUT, socket_connect_timeout=STORE_TIMEOUT
    )
    script = server.script_load(_counting_all(_library().buckets.redis_bucket.LuaScript.PUT_ITEM))
    bucket: Any = _library().RedisBucket(rates, server, name, script)
    return Windowed(bucket, lambda: _time_of(server))


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
