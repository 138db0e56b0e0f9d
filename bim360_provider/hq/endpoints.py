"""What the endpoints of one account have in common: questions in, models out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from bim360_provider.hq.connection import Connection
from bim360_provider.hq.foreign import foreign, mismatch
from bim360_provider.hq.page_watch import PageWatch
from bim360_provider.hq.question import Question, unreadable
from bim360_provider.hq.transport import Transport

if TYPE_CHECKING:
    from bim360_provider.hq.client import HqClient
    from bim360_provider.models import AccountUser, Company, Project

__all__ = ["OLDEST_FIRST", "PAGE", "Endpoints", "read_one"]

PAGE: Final = 100
"""Rows of a page: HQ's maximum."""

DEFAULT_PAGE: Final = 10
"""Rows of a page for a request without a limit."""

OLDEST_FIRST: Final = "created_at"
"""New rows join at the end, so a walk over the pages neither skips nor repeats one."""

FOREIGN_PAUSES: Final = (1.0, 2.0, 0.0)
"""Seconds after a response that is about something else, before the request is sent again."""

Model = TypeVar("Model", bound=BaseModel)
Read = TypeVar("Read")
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

    def _one(self, model: type[Model], question: Question, **expected: str | None) -> Model:
        """Send a request, and return the one object of the response.

        Args:
            model: What the response holds.
            question: The request.
            **expected: The ids, the name or the e-mail that the object must have, if it has any.

        Raises:
            OpenOutcomeError: A POST got a response about something else.
            UnansweredError: So did every attempt of another request.
        """

        def read(body: Any) -> tuple[Model, str]:
            row = read_one(model, question, body)
            return row, self._mismatch(row, expected)

        return self._matching(question, read)

    def _rows(self, model: type[Model], question: Question) -> list[Model]:
        """Ask, and return the objects of the list that is answered."""

        def read(body: Any) -> tuple[list[Model], str]:
            if not isinstance(body, list):
                raise unreadable(question)
            rows = [read_one(model, question, row) for row in body]
            return rows, self._foreign_row(rows)

        return self._matching(question, read)

    def _readable_rows(self, model: type[Model], question: Question) -> tuple[list[Model], int]:
        """Ask, and return the objects of the list that can be read, and how many there were."""

        def read(body: Any) -> tuple[tuple[list[Model], int], str]:
            if not isinstance(body, list):
                raise unreadable(question)
            rows = [each for row in body if (each := _readable(model, row)) is not None]
            return (rows, len(body)), self._foreign_row(rows)

        return self._matching(question, read)

    def _matching(self, question: Question, read: Callable[[Any], tuple[Read, str]]) -> Read:
        """Send a request until its response is about what was asked.

        Args:
            question: The request; a POST is sent once.
            read: Reads a body, and returns what shows that it is about something else.
        """
        for pause in FOREIGN_PAUSES:
            result, why = read(self._transport.ask(question).json)
            if not why:
                return result
            if not question.repeatable:
                break
            if pause:
                self._transport.wait(pause, f"the response is about another resource: {why}")
        raise foreign(question, why)

    def _foreign_row(self, rows: Sequence[BaseModel]) -> str:
        """Return what shows that a list is another account's; one such row is enough."""
        return next((why for row in rows if (why := self._mismatch(row, {}))), "")

    def _mismatch(self, row: BaseModel, expected: Mapping[str, str | None]) -> str:
        return mismatch(row, {"account_id": self._connection.account_id, **expected})

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


def read_one(model: type[Model], question: Question, row: object) -> Model:
    """Return one object of a response.

    Raises:
        UnansweredError: It is not what HQ documents; OpenOutcomeError after a POST.
    """
    read = _readable(model, row)
    if read is None:
        raise unreadable(question)
    return read


def _readable(model: type[Model], row: object) -> Model | None:
    try:
        return model.model_validate(row)
    except ValidationError:
        return None
