"""A watch over the pages of a list: a server that ignores ``offset`` would send pages without end.

A list that is not complete must not pass for a complete one: "not found" leads to a create, and an
export would leave out what it has not seen.
"""

from collections.abc import Sequence
from typing import Final, NoReturn, Protocol, TypeVar

from bim360_provider.errors import UnansweredError

__all__ = ["Identified", "PageWatch"]

LONGEST: Final = 200_000
"""Rows of the longest list that is read: forty times the largest account known to us."""


class Identified(Protocol):
    """A row of a list."""

    @property
    def id(self) -> str:
        """Return HQ's id of it."""


Row = TypeVar("Row", bound=Identified)


class PageWatch:
    """The rows of one list, as its pages come in."""

    def __init__(self, asked: str) -> None:
        """Begin a list.

        Args:
            asked: What it is read for, as errors say it: ``list the projects``.
        """
        self._asked = asked
        self._seen: set[str] = set()
        self._offsets: set[int] = set()
        self._first = ""

    def new(self, rows: Sequence[Row], offset: int, *, last: bool) -> list[Row]:
        """Return the rows of a page that no earlier page had.

        Args:
            rows: All rows of the page.
            offset: The offset that was asked for; a page may be asked for again.
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
        """Return whether a page without a new row is an earlier one.

        A last page may hold nothing but rows that moved onto it while others joined.
        """
        return not last or (bool(rows) and rows[0].id == self._first)

    def _refuse(self, why: str) -> NoReturn:
        msg = (
            f"BIM 360: could not {self._asked}: {why}, so it is not complete. "
            "Check the base URL, and the proxy if there is one, then run it again."
        )
        raise UnansweredError(msg)
