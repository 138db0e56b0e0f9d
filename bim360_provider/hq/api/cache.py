"""Caches: values computed once, and reads that are answered from the pages of a list."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, NoReturn, Protocol, TypeVar

from bim360_provider.errors import Bim360Error, UnansweredError

__all__ = ["MAX_AGE", "AskOnce", "Identified", "Page", "PageWatch", "Snapshot"]

Answer = TypeVar("Answer")


class AskOnce(Generic[Answer]):
    """Remembers answers by their key; threads that ask the same thing at once ask it once.

    An error is not remembered: whoever asks next asks again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._answers: dict[str, Answer] = {}

    def answer(self, key: str, ask: Callable[[], Answer]) -> Answer:
        """Return what is known under the key, or ask for it."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._answers:
                self._answers[key] = ask()
            return self._answers[key]


LONGEST: Final = 200_000
"""Rows of the longest list that is read; the documents plan for accounts of 5,000 projects."""


class Identified(Protocol):
    """A row of a list."""

    @property
    def id(self) -> str:
        """Return HQ's id of it."""


Row = TypeVar("Row", bound=Identified)


class PageWatch:
    """Checks the pages of one list."""

    def __init__(self, asked: str) -> None:
        """Begin a list.

        Args:
            asked: The purpose in an error message: ``list the projects``.
        """
        self._asked = asked
        self._seen: set[str] = set()
        self._offsets: set[int] = set()
        self._first = ""

    def new(self, rows: Sequence[Row], offset: int, *, last: bool) -> list[Row]:
        """Return the rows of a page that no earlier page had.

        Args:
            rows: All rows of the page.
            offset: The offset in the request; the same page may be requested again.
            last: Whether no page follows it.

        Raises:
            UnansweredError: It is an earlier page once more, or the list has no end.
        """
        fresh = list({row.id: row for row in rows if row.id not in self._seen}.values())
        if offset not in self._offsets and not fresh and self._is_repeated(rows, last=last):
            self._refuse("HQ sent a page of the list that it had sent before")
        if len(self._seen) > LONGEST:
            self._refuse(f"the list has more than {LONGEST:,} rows")
        self._offsets.add(offset)
        self._first = self._first or (rows[0].id if rows else "")
        self._seen.update(row.id for row in fresh)
        return fresh

    def _is_repeated(self, rows: Sequence[Row], *, last: bool) -> bool:
        """Return whether a page without a new row is an earlier page.

        The last page may hold only rows that moved there while other rows were added.
        """
        return not last or (bool(rows) and rows[0].id == self._first)

    def _refuse(self, why: str) -> NoReturn:
        msg = (
            f"BIM 360: could not {self._asked}: {why}, so it is not complete. "
            "Check the base URL, and the proxy if there is one, then run it again."
        )
        raise UnansweredError(msg)


MAX_AGE: Final = 60.0
"""Seconds after its last request that a snapshot is kept.

Not seconds after each row came: under HQ's limit the pages of a large account take minutes.
"""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list: its rows, and the offset of the next page, None after the last."""

    rows: list[Row]
    following: int | None


class Snapshot(Generic[Row]):
    """What one run has seen of a list; shared by all threads.

    Rows are found by their id alone. What the pages do not hold is asked for by itself, so that
    only HQ's own answer about it can mean that it is gone.
    """

    def __init__(
        self,
        ask: Callable[[int], Page[Row]],
        now: Callable[[], float],
        asked: str = "read the list",
    ) -> None:
        """Make a snapshot; nothing is asked yet.

        Args:
            ask: Asks HQ for the page at an offset; the order is one in which new rows join at the
                end.
            now: Monotonic seconds.
            asked: The purpose in an error message: ``list the projects``.
        """
        self._asked = asked
        self._ask = ask
        self._now = now
        self._turn = threading.Lock()  # one decision, and so one page, at a time
        self._lock = threading.Lock()  # what follows
        self._written: dict[str, Row | None] = {}
        self._open = 0
        self._next: int | None
        self._begin()

    def get(
        self, key: str, ask: Callable[[], Row], suits: Callable[[Row], bool] = lambda _row: True
    ) -> Row:
        """Return a row: from a page if that is known or cheaper, else by asking for it alone.

        Args:
            key: Its id.
            ask: Asks HQ for it alone.
            suits: Says whether a row that is known tells enough.

        Raises:
            Bim360Error: Whatever asking for it alone raises; a page that fails is no error.
        """
        known = self._known(key, suits)
        if known is None:
            with self._turn:
                known = self._found(key, suits)
        return self._alone(ask) if known is None else known

    def keep(self, row: Row) -> Row:
        """Note what HQ has just answered about one thing; return it."""
        with self._lock:
            if row.id not in self._written:
                self._rows[row.id] = row
        return row

    def wrote(self, key: str, row: Row | None = None) -> None:
        """Note a write, before it is sent and when it is answered: from then on it is asked alone.

        A page that is on its way may be older than the write. What was last seen of the row can
        still be found by ``where``: a search for a name must not miss a row that is being changed.
        """
        with self._lock:
            last_seen = self._rows.pop(key, None) or self._written.get(key)
            self._written[key] = row or last_seen

    def where(self, wanted: Callable[[Row], bool], *, fresh: bool = True) -> list[Row]:
        """Return the rows that are wanted, of all pages: they are walked once for all who ask.

        A row that is returned may be as old as the walk: who acts on it asks for it alone.

        Args:
            wanted: Selects rows.
            fresh: If there are none, look at rows that have joined since the walk as well.

        Raises:
            Bim360Error: A page could not be had.
        """
        pages_before = self._pages
        with self._turn:
            self._forget_old()
            self._walk()
            found = self._matching(wanted)
            if fresh and not found and self._pages == pages_before:
                self._next = self._last
                self._walk()
                found = self._matching(wanted)
            return found

    def _begin(self) -> None:
        self._rows: dict[str, Row] = {}
        self._alones = 0
        self._pages = 0
        self._last = 0
        self._next = 0
        self._watch = PageWatch(self._asked)
        self._has_failed = False
        self._asked_at = self._now()

    def _forget_old(self) -> None:
        with self._lock:
            # What waits for its place under the limit keeps the snapshot as well.
            if not self._open and self._now() - self._asked_at > MAX_AGE:
                self._begin()

    def _known(self, key: str, suits: Callable[[Row], bool]) -> Row | None:
        self._forget_old()
        with self._lock:
            row = self._rows.get(key)
        return row if row is not None and suits(row) else None

    def _found(self, key: str, suits: Callable[[Row], bool]) -> Row | None:
        """Return a row, having bought a page if it is time to; without one, it goes alone."""
        while self._alones > self._pages and self._next is not None and self._is_unknown(key):
            if self._has_failed:
                break
            self._try(self._next)
        row = self._known(key, suits)
        if row is None and key not in self._written:
            self._alones += 1
        return row

    def _is_unknown(self, key: str) -> bool:
        with self._lock:
            return key not in self._rows and key not in self._written

    def _walk(self) -> None:
        while self._next is not None:
            self._buy(self._next)

    def _try(self, offset: int) -> None:
        try:
            self._buy(offset)
        except Bim360Error:
            self._has_failed = True  # reads go on as if there were no more pages

    def _buy(self, offset: int) -> None:
        self._pages += 1
        self._last = offset
        with self._asking():
            page = self._ask(offset)
        self._watch.new(page.rows, offset, last=page.following is None)
        with self._lock:
            self._next = page.following
            for row in page.rows:
                rows = self._written if row.id in self._written else self._rows
                if rows is self._rows or rows[row.id] is None:
                    rows[row.id] = row

    def _alone(self, ask: Callable[[], Row]) -> Row:
        with self._asking():
            return self.keep(ask())

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with self._lock:
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1
                self._asked_at = self._now()

    def _matching(self, wanted: Callable[[Row], bool]) -> list[Row]:
        with self._lock:
            answered: list[Any] = [row for row in self._written.values() if row is not None]
            return [row for row in (*self._rows.values(), *answered) if wanted(row)]
