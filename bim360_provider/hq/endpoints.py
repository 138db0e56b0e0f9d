"""What the endpoints of one account have in common: questions in, models out."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from bim360_provider.hq.connection import Connection
from bim360_provider.hq.page_watch import PageWatch
from bim360_provider.hq.question import Question, unreadable
from bim360_provider.hq.transport import Transport

if TYPE_CHECKING:
    from bim360_provider.hq.client import HqClient
    from bim360_provider.models import AccountUser, Company, Project

__all__ = ["OLDEST_FIRST", "PAGE", "Endpoints"]

PAGE: Final = 100
"""Rows of a page: HQ's maximum."""

DEFAULT_PAGE: Final = 10
"""Rows of a page for a request without a limit."""

OLDEST_FIRST: Final = "created_at"
"""New rows join at the end, so a walk over the pages neither skips nor repeats one."""

Model = TypeVar("Model", bound=BaseModel)
Listed = TypeVar("Listed", "Project", "Company", "AccountUser")


class Endpoints:
    """Some endpoints of one account."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection

    @classmethod
    def made_for(cls, client: "HqClient") -> "Endpoints":
        """Make those of a client's account."""
        return cls(client.transport, client.connection)

    def _question(
        self, method: str, tail: str, asked: str, *, version: str = "v1", **rest: Any
    ) -> Question:
        """Return a question about something in the account, such as ``projects``."""
        path = self._connection.path(tail, version)
        return Question(method, path, asked, headers=self._connection.headers(), **rest)

    def _one(self, model: type[Model], question: Question) -> Model:
        """Ask, and return the one object that is answered."""
        return _read(model, question, self._transport.ask(question).json)

    def _rows(self, model: type[Model], question: Question) -> list[Model]:
        """Ask, and return the objects of the list that is answered."""
        rows = self._transport.ask(question).json
        if not isinstance(rows, list):
            raise unreadable(question)
        return [_read(model, question, row) for row in rows]

    def _readable_rows(self, model: type[Model], question: Question) -> tuple[list[Model], int]:
        """Ask, and return the objects of the list that can be read, and how many there were."""
        rows = self._transport.ask(question).json
        if not isinstance(rows, list):
            raise unreadable(question)
        return [each for row in rows if (each := _readable(model, row)) is not None], len(rows)

    def _pages(
        self, model: type[Listed], tail: str, asked: str, filters: Mapping[str, str] | None = None
    ) -> Iterator[Listed]:
        """Yield the objects of a list, page by page, up to the first page that is not full.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came, or the list is not complete.
        """
        offset, watch = 0, PageWatch(asked)
        while True:
            place = {"limit": str(PAGE), "offset": str(offset), "sort": OLDEST_FIRST}
            question = self._question("GET", tail, asked, params={**place, **(filters or {})})
            rows = self._rows(model, question)
            # HQ's default size: perhaps the query was dropped on the way, so look for another page.
            follows = len(rows) >= PAGE or (offset == 0 and len(rows) == DEFAULT_PAGE)
            yield from watch.new(rows, offset, last=not follows)
            if not follows:
                return
            offset += len(rows)


def _read(model: type[Model], question: Question, row: object) -> Model:
    read = _readable(model, row)
    if read is None:
        raise unreadable(question)
    return read


def _readable(model: type[Model], row: object) -> Model | None:
    try:
        return model.model_validate(row)
    except ValidationError:
        return None
