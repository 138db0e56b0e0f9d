"""The rate limit: requests wait for HQ's quota, and all requests pause after a 429."""

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
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.address import is_redis_url, parse_rate_limit_store
from bim360_provider.hq.transport.clock import Clock
from bim360_provider.hq.transport.quotas import HQ_QUOTA, HQ_WINDOW, get_quota

if TYPE_CHECKING:
    from pyrate_limiter import AbstractBucket

__all__ = [
    "NOTIFY_AFTER",
    "WINDOW_SECONDS",
    "BucketLimiter",
    "RateLimiter",
    "SharedLimitError",
    "Throttle",
    "create_file_limiter",
    "create_limiter",
    "create_memory_limiter",
    "create_redis_limiter",
    "create_throttle",
    "load_library",
]

BUSY_TIMEOUT: Final = 10.0
"""Seconds to wait for another process that locks the file; it takes milliseconds."""

MIN_WAIT: Final = 0.001
"""Seconds; the windows count in milliseconds."""

STORE_TIMEOUT: Final = 5.0
"""Timeout of a Redis server in seconds."""

CORRECTION_QUERY: Final = "UPDATE '{table}' SET item_timestamp = ? WHERE item_timestamp > ?"

WINDOW_SECONDS: Final = 60.5
"""Seconds: HQ's minute, plus half a second for the latency of requests."""

NOTIFY_AFTER: Final = 2.0
"""Waits longer than these seconds are reported before they begin."""


class SharedLimitError(Exception):
    """The shared window cannot be used."""


class BucketLimiter:
    """A window of one process, with a monotonic clock."""

    def __init__(
        self, bucket: "AbstractBucket", rates: list[Any], now: Callable[[], float]
    ) -> None:
        self._bucket = bucket
        self._length = int(rates[0].interval)
        self._now = now
        self._lock = threading.Lock()

    def try_acquire(self) -> float:
        """Take a slot and return 0, or return the seconds after which to try again.

        Raises:
            SharedLimitError: The store has stopped responding.
        """
        try:
            with self._lock:
                return self._try_acquire()
        except Exception as error:  # noqa: BLE001 - a file or a server may raise anything
            msg = f"the shared rate limit cannot be used ({type(error).__name__})"
            raise SharedLimitError(msg) from None

    def _try_acquire(self) -> float:
        item, taken = self._run_transaction(self._put_item)
        self._run_transaction(lambda: self._bucket.leak(item.timestamp))
        if taken:
            return 0.0
        wait: Any = self._bucket.waiting(item)
        if self._run_transaction(self._correct_future_entries):
            return MIN_WAIT
        return min(max(float(wait) / 1000, MIN_WAIT), self._length * 2 / 1000)

    def _put_item(self) -> tuple[Any, bool]:
        """Add the item of a request; return it, and whether the window had a free slot."""
        item = load_library().RateItem("hq", self._read_milliseconds())
        return item, bool(self._bucket.put(item))

    def _read_milliseconds(self) -> int:
        return int(self._now() * 1000)

    def _run_transaction(self, step: Callable[[], Any]) -> Any:
        """Run a step without interruption by another process."""
        return step()

    def _correct_future_entries(self) -> int:
        """Move entries with a future time to the present; return their number."""
        return 0


class _FileLimiter(BucketLimiter):
    """A window that the processes of this machine share."""

    def __init__(
        self, bucket: "AbstractBucket", rates: list[Any], connection: sqlite3.Connection, name: str
    ) -> None:
        super().__init__(bucket, rates, time.time)
        self._connection = connection
        self._correction = CORRECTION_QUERY.format(table=name)

    def _run_transaction(self, step: Callable[[], Any]) -> Any:
        # The library counts and writes in two statements and then commits: each of its calls has
        # its own transaction, so that no other process writes between the two.
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            return step()
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()

    def _correct_future_entries(self) -> int:
        # The time is read while no other process can write, so no entry can be later.
        now = self._read_milliseconds()
        changed = self._connection.execute(self._correction, (now, now)).rowcount
        self._connection.commit()
        return changed


class _RedisLimiter(BucketLimiter):
    """A window that several machines share, with the server's clock."""

    def __init__(self, bucket: "AbstractBucket", rates: list[Any], server: Any, name: str) -> None:
        super().__init__(bucket, rates, lambda: _read_server_time(server))
        self._server = server
        self._name = name

    def _correct_future_entries(self) -> int:
        # Entries that other machines write after the time is read are later, but not by as much.
        now = self._read_milliseconds()
        ahead = self._server.zrangebyscore(self._name, f"({now + self._length}", "+inf")
        if ahead:
            self._server.zadd(self._name, dict.fromkeys(ahead, now), xx=True)
        return len(ahead)


def create_memory_limiter(rates: list[Any], monotonic: Callable[[], float]) -> BucketLimiter:
    """Return a window of this process."""
    return BucketLimiter(load_library().InMemoryBucket(rates), rates, monotonic)


def create_file_limiter(rates: list[Any], path: Path, name: str) -> BucketLimiter:
    """Return a window in a SQLite file, which is created if it does not exist."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # an existing store keeps its permissions
        os.close(files.create_file(path))
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode=WAL")
    table = f"CREATE TABLE IF NOT EXISTS '{name}' (name VARCHAR, item_timestamp INTEGER)"
    connection.execute(table)
    return _FileLimiter(
        load_library().SQLiteBucket(rates, connection, name), rates, connection, name
    )


def create_redis_limiter(rates: list[Any], url: str, name: str) -> BucketLimiter:
    """Return a window on a Redis server."""
    import redis  # noqa: PLC0415 - an extra

    server = redis.Redis.from_url(
        url, socket_timeout=STORE_TIMEOUT, socket_connect_timeout=STORE_TIMEOUT
    )
    script = server.script_load(
        _patch_script(load_library().buckets.redis_bucket.LuaScript.PUT_ITEM)
    )
    bucket: Any = load_library().RedisBucket(rates, server, name, script)
    return _RedisLimiter(bucket, rates, server, name)


def load_library() -> Any:
    """Return ``pyrate_limiter``, imported with the first request."""
    import pyrate_limiter  # noqa: PLC0415 - costs 30 ms that a preview never needs

    return pyrate_limiter


def _patch_script(script: str) -> str:
    """Patch the library's script to count slots that are newer than the requested one.

    It counts up to the time of the request. A process that is suspended before its request
    reaches the server requests a slot in the past and would not count newer slots.
    """
    return script.replace("window_start, now)", "window_start, '+inf')")


def _read_server_time(server: Any) -> float:
    """Return the server's time; the clocks of the machines that share a window may differ."""
    seconds, micros = server.time()
    return float(seconds) + float(micros) / 1e6


class RateLimiter(Protocol):
    """A window in which requests are counted."""

    def try_acquire(self) -> float:
        """Take a slot and return 0, or return the seconds after which to try again."""


class NoLimiter:
    """A window without a limit."""

    def try_acquire(self) -> float:
        """Return 0 for every request."""
        return 0.0


def create_limiter(
    limit: int,
    store: str | None,
    client_id: str,
    monotonic: Callable[[], float],
    window: float = WINDOW_SECONDS,
) -> RateLimiter:
    """Return the window of a client id.

    Args:
        limit: Requests in a window; 0 is no limit.
        store: None keeps the window in this process; a path shares it with the processes of this
            machine, a ``redis://`` URL with other machines.
        client_id: The client id; only a hash of it is stored.
        monotonic: The clock of a window in this process; shared windows use the wall clock.
        window: The length of the window in seconds.

    Raises:
        SharedLimitError: The store cannot be used; the message says why.
    """
    if not limit:
        return NoLimiter()
    rates = [load_library().Rate(limit, int(window * 1000))]
    if not store:
        return create_memory_limiter(rates, monotonic)
    name = f"bim360_{hashlib.sha256(client_id.encode()).hexdigest()[:16]}"
    try:
        if is_redis_url(parse_rate_limit_store(store)):
            return create_redis_limiter(rates, store, name)
        return create_file_limiter(rates, Path(store).expanduser(), name)
    except ModuleNotFoundError as error:
        install = "pip install '../bim360_provider[redis]'"
        msg = f"the shared rate limit needs the package '{error.name}': {install}"
        raise SharedLimitError(msg) from None
    except Exception as error:  # noqa: BLE001 - a file or a server may raise anything
        msg = f"the shared rate limit cannot be used ({type(error).__name__})"
        raise SharedLimitError(msg) from None


class Throttle:
    """Delays requests to HQ's rate limit, and stops all requests during a pause."""

    def __init__(
        self,
        clock: Clock,
        notify: Callable[[str], object],
        create_limiter: Callable[[str], RateLimiter],
        create_fallback: Callable[[str], RateLimiter],
    ) -> None:
        """Create a throttle.

        Args:
            clock: The clock for waits.
            notify: Receives a message about each long wait, once for all threads.
            create_limiter: Creates a window before its first request.
            create_fallback: Creates a window that replaces a shared one that has failed.
        """
        self._clock = clock
        self._notify = notify
        self._create_limiter = create_limiter
        self._create_fallback = create_fallback
        self._lock = threading.Lock()
        self._limiters: dict[str, RateLimiter] = {}
        self._resume_at = 0.0
        self._notified_until = 0.0

    def acquire(self, window: str | None = HQ_WINDOW) -> float:
        """Wait until a request may be sent, and return the seconds waited.

        Args:
            window: The window that needs a free slot; None for a token request.
        """
        start = self._clock.monotonic()
        while True:
            wait = self._read_remaining_pause() or (self._try_acquire(window) if window else 0.0)
            if wait <= 0:
                return self._clock.monotonic() - start
            self._notify_wait(wait, "the rate limit is used up")
            self._clock.sleep(wait)

    def pause(self, seconds: float) -> None:
        """Stop all requests for these seconds; the first thread with a 429 reports it once."""
        with self._lock:
            self._resume_at = max(self._resume_at, self._clock.monotonic() + seconds)
        self._notify_wait(seconds, "HQ's rate limit was exceeded (429)")

    def _read_remaining_pause(self) -> float:
        with self._lock:
            return max(0.0, self._resume_at - self._clock.monotonic())

    def _try_acquire(self, window: str) -> float:
        try:
            return self._get_limiter(window).try_acquire()
        except SharedLimitError as error:
            self._notify(f"BIM 360: {error}; continuing with a limit for this process only.")
            with self._lock:
                self._limiters[window] = self._create_fallback(window)
            return self._limiters[window].try_acquire()

    def _get_limiter(self, window: str) -> RateLimiter:
        with self._lock:
            if window not in self._limiters:
                self._limiters[window] = self._create_limiter(window)
            return self._limiters[window]

    def _notify_wait(self, wait: float, why: str) -> None:
        """Report a long wait once for all threads that wait for the same time."""
        now = self._clock.monotonic()
        with self._lock:
            is_reported = self._notified_until > now
            self._notified_until = max(self._notified_until, now + wait)
        if not is_reported and wait > NOTIFY_AFTER:
            self._notify(f"BIM 360: {why}; requests wait {wait:.0f} s.")


def create_throttle(
    connection: Connection, clock: Clock, notify: Callable[[str], object]
) -> Throttle:
    """Return the throttle of a client id; a shared limit falls back to one of this process."""

    def create(window: str, store: str | None) -> RateLimiter:
        share, owner = connection.requests_per_minute, connection.client_id
        limit = max(1, share * get_quota(window) // HQ_QUOTA) if share else 0
        owner = owner if window == HQ_WINDOW else f"{owner} {window}"
        return create_limiter(limit, store, owner, clock.monotonic)

    shared = connection.rate_limit_store
    return Throttle(
        clock, notify, lambda window: create(window, shared), lambda window: create(window, None)
    )
