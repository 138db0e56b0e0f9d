"""Caches: values fetched once, and rows of a list read from its pages."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, NoReturn, Protocol, TypeVar

from bim360_provider.errors import Bim360Error, UnansweredError

__all__ = ["MAX_AGE", "IdentifiedRow", "ListCache", "ListPage", "Memo", "PageWatch"]

Value = TypeVar("Value")

MAX_ROWS: Final = 200_000
"""Rows of the longest list that is read; accounts of 5,000 projects are expected."""

MAX_AGE: Final = 60.0
"""Seconds that a list is cached after its last request.

Not after each row was received: under HQ's rate limit the pages of a large account take minutes.
"""


class Memo(Generic[Value]):
    """Caches values by key; concurrent threads fetch the same value once.

    Errors are not cached: the next call fetches again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._values: dict[str, Value] = {}

    def get(self, key: str, fetch: Callable[[], Value]) -> Value:
        """Return the cached value of the key, or fetch it."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._values:
                self._values[key] = fetch()
            return self._values[key]


class IdentifiedRow(Protocol):
    """A row of a list."""

    @property
    def id(self) -> str:
        """Return HQ's id."""


Row = TypeVar("Row", bound=IdentifiedRow)


class PageWatch:
    """Checks the pages of one list."""

    def __init__(self, description: str) -> None:
        """Start a list.

        Args:
            description: The purpose, for error messages: ``list the projects``.
        """
        self._description = description
        self._seen_ids: set[str] = set()
        self._offsets: set[int] = set()
        self._first_id = ""

    def filter_new_rows(self, rows: Sequence[Row], offset: int, *, is_last: bool) -> list[Row]:
        """Return the rows of a page that were not on an earlier page.

        Args:
            rows: All rows of the page.
            offset: The offset in the request; the same page may be requested again.
            is_last: Whether no page follows it.

        Raises:
            UnansweredError: The page repeats an earlier one, or the list is too long.
        """
        fresh = list({row.id: row for row in rows if row.id not in self._seen_ids}.values())
        if offset not in self._offsets and not fresh and self._is_repeated(rows, is_last=is_last):
            self._raise_error("HQ sent a page of the list that it had sent before")
        if len(self._seen_ids) > MAX_ROWS:
            self._raise_error(f"the list has more than {MAX_ROWS:,} rows")
        self._offsets.add(offset)
        self._first_id = self._first_id or (rows[0].id if rows else "")
        self._seen_ids.update(row.id for row in fresh)
        return fresh

    def _is_repeated(self, rows: Sequence[Row], *, is_last: bool) -> bool:
        """Return whether a page without new rows repeats an earlier page.

        The last page may hold only rows that moved there while other rows were added.
        """
        return not is_last or (bool(rows) and rows[0].id == self._first_id)

    def _raise_error(self, why: str) -> NoReturn:
        msg = (
            f"BIM 360: could not {self._description}: {why}, so it is incomplete. "
            "Check the base URL, and the proxy if there is one, then run it again."
        )
        raise UnansweredError(msg)


@dataclass(frozen=True)
class ListPage(Generic[Row]):
    """One page of a list: its rows, and the offset of the next page, None after the last."""

    rows: list[Row]
    next_offset: int | None


class ListCache(Generic[Row]):
    """The rows of a list that one run has read; shared by all threads.

    Rows are found by id only. A row that is not on a page is requested by its id, so that
    only HQ's response to that request can mean that it does not exist.
    """

    def __init__(
        self,
        fetch: Callable[[int], ListPage[Row]],
        now: Callable[[], float],
        description: str = "read the list",
        *,
        pages_first: bool = False,
    ) -> None:
        """Create an empty cache; nothing is requested yet.

        Args:
            fetch: Requests the page at an offset, in an order in which new rows are appended at
                the end.
            now: Monotonic seconds.
            description: The purpose, for error messages: ``list the projects``.
            pages_first: Whether even the first row is read from a page: a page costs no more than
                a row, and most rows are expected on it.
        """
        self._description = description
        self._pages_first = pages_first
        self._request_page = fetch
        self._now = now
        self._fetch_lock = threading.Lock()  # one page at a time
        self._lock = threading.Lock()  # guards the following fields
        self._written_rows: dict[str, Row | None] = {}
        self._open_requests = 0
        self._next_offset: int | None
        self._reset()

    def get(
        self, key: str, fetch: Callable[[], Row], suits: Callable[[Row], bool] = lambda _row: True
    ) -> Row:
        """Return a row, from a page if it is cached or that is cheaper, else by its own request.

        Args:
            key: The row's id.
            fetch: Requests this row only.
            suits: Returns whether a cached row is sufficient.

        Raises:
            Bim360Error: Any error of ``fetch``; a page that fails is not an error.
        """
        known = self._find_cached(key, suits)
        if known is None:
            with self._fetch_lock:
                known = self._find_or_fetch_page(key, suits)
        return self._fetch_row(fetch) if known is None else known

    def store(self, row: Row) -> Row:
        """Cache a row that HQ has just returned, and return it."""
        with self._lock:
            if row.id not in self._written_rows:
                self._rows[row.id] = row
        return row

    def record_write(self, key: str, row: Row | None = None) -> None:
        """Record a write, before it is sent and after its response: the row is then read alone.

        A page in flight may be older than the write. `list_matching` still finds the last known
        state of the row: a search for a name must not miss a row that is being changed.
        """
        with self._lock:
            last_seen = self._rows.pop(key, None) or self._written_rows.get(key)
            self._written_rows[key] = row or last_seen

    def list_matching(
        self, wanted: Callable[[Row], bool], *, include_new: bool = True
    ) -> list[Row]:
        """Return the matching rows of all pages, which are fetched once for all callers.

        A row may be as old as the fetch: read it by its id before acting on it.

        Args:
            wanted: Selects rows.
            include_new: Whether to look for rows created since the fetch if there is no match.

        Raises:
            Bim360Error: A page could not be fetched.
        """
        pages_before = self._pages_read
        with self._fetch_lock:
            self._drop_expired()
            self._fetch_remaining_pages()
            found = self._filter_rows(wanted)
            if include_new and not found and self._pages_read == pages_before:
                self._next_offset = self._last_offset
                self._fetch_remaining_pages()
                found = self._filter_rows(wanted)
            return found

    def _reset(self) -> None:
        self._rows: dict[str, Row] = {}
        self._single_reads = int(self._pages_first)
        self._pages_read = 0
        self._last_offset = 0
        self._next_offset = 0
        self._watch = PageWatch(self._description)
        self._has_failed = False
        self._last_request_at = self._now()

    def _drop_expired(self) -> None:
        with self._lock:
            # A request that waits for the rate limit keeps the cache as well.
            if not self._open_requests and self._now() - self._last_request_at > MAX_AGE:
                self._reset()

    def _find_cached(self, key: str, suits: Callable[[Row], bool]) -> Row | None:
        self._drop_expired()
        with self._lock:
            row = self._rows.get(key)
        return row if row is not None and suits(row) else None

    def _find_or_fetch_page(self, key: str, suits: Callable[[Row], bool]) -> Row | None:
        """Return a cached row, after fetching a page if that is due; None means: read it alone."""
        while (
            self._single_reads > self._pages_read
            and self._next_offset is not None
            and self._is_uncached(key)
        ):
            if self._has_failed:
                break
            self._try_fetch_page(self._next_offset)
        row = self._find_cached(key, suits)
        if row is None and key not in self._written_rows:
            self._single_reads += 1
        return row

    def _is_uncached(self, key: str) -> bool:
        with self._lock:
            return key not in self._rows and key not in self._written_rows

    def _fetch_remaining_pages(self) -> None:
        while self._next_offset is not None:
            self._fetch_page(self._next_offset)

    def _try_fetch_page(self, offset: int) -> None:
        try:
            self._fetch_page(offset)
        except Bim360Error:
            self._has_failed = True  # reads continue as if there were no further pages

    def _fetch_page(self, offset: int) -> None:
        self._pages_read += 1
        self._last_offset = offset
        with self._track_request():
            page = self._request_page(offset)
        self._watch.filter_new_rows(page.rows, offset, is_last=page.next_offset is None)
        with self._lock:
            self._next_offset = page.next_offset
            for row in page.rows:
                rows = self._written_rows if row.id in self._written_rows else self._rows
                if rows is self._rows or rows[row.id] is None:
                    rows[row.id] = row

    def _fetch_row(self, fetch: Callable[[], Row]) -> Row:
        with self._track_request():
            return self.store(fetch())

    @contextmanager
    def _track_request(self) -> Iterator[None]:
        with self._lock:
            self._open_requests += 1
        try:
            yield
        finally:
            with self._lock:
                self._open_requests -= 1
                self._last_request_at = self._now()

    def _filter_rows(self, wanted: Callable[[Row], bool]) -> list[Row]:
        with self._lock:
            written: list[Any] = [row for row in self._written_rows.values() if row is not None]
            return [row for row in (*self._rows.values(), *written) if wanted(row)]
