"""Detect lists that repeat a page or never end, as from a server that ignores ``offset``.

An incomplete list must not pass for a complete one: "not found" leads to a create, and an export
would leave out the rest.
"""

from collections.abc import Sequence
from typing import Final, NoReturn, Protocol, TypeVar

from bim360_provider.errors import UnansweredError

__all__ = ["Identified", "PageWatch"]

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
