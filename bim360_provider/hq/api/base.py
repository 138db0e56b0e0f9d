"""What the endpoints of one account have in common: requests in, models out."""

import html
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as Names
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bim360_provider.errors import UnansweredError
from bim360_provider.hq.api.cache import Page, PageWatch, Snapshot
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.clock import parse_time
from bim360_provider.hq.transport.request import OpenOutcomeError, Question, unreadable
from bim360_provider.hq.transport.transport import Transport

if TYPE_CHECKING:
    from bim360_provider.hq.client import HqClient
    from bim360_provider.models import AccountUser, Company, Project

__all__ = [
    "OLDEST_FIRST",
    "PAGE",
    "Collection",
    "Endpoints",
    "foreign",
    "mismatch",
    "read_one",
    "same_name",
]

TEXTS: Final = frozenset({"name", "email"})
"""Fields that people write; the others are ids."""


def same_name(one: str | None, other: str | None) -> bool:
    """Return whether two names differ in nothing that HQ may normalize.

    That is the Unicode form (NFC), blanks, and characters that HTML escapes.
    """
    return _plain(one) == _plain(other)


def mismatch(row: object, expected: Mapping[str, str | None]) -> str:
    """Return what shows that a response is about something else; empty if nothing does.

    Args:
        row: The response as a model. A field that it lacks, or that is null, shows nothing.
        expected: The ids, the name or the e-mail that it must have.
    """
    for field, wanted in expected.items():
        found = getattr(row, field, None)
        if wanted and isinstance(found, str) and found and not _same(field, wanted, found):
            return f"its {field} is '{found}'"
    return ""


def foreign(question: Question, why: str) -> UnansweredError:
    """Return the error for a response that is about something else.

    Args:
        question: The request.
        why: What shows it.
    """
    msg = (
        f"BIM 360: could not {question.asked}: the response is about another resource ({why}). "
        "A proxy or gateway may mix up responses: check HTTPS_PROXY and the base URL, then run "
        "it again."
    )
    return UnansweredError(msg) if question.repeatable else OpenOutcomeError(msg)


def _same(field: str, wanted: str, found: str) -> bool:
    if field in TEXTS:
        return _plain(wanted).casefold() == _plain(found).casefold()
    return _bare(wanted) == _bare(found)


def _plain(name: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", html.unescape(name or "")).split())


def _bare(id_: Any) -> str:
    return str(id_).strip().lower().removeprefix("b.")


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


Row = TypeVar("Row", "Project", "Company", "AccountUser")


class Collection(Endpoints, Generic[Row]):
    """Things of one account that HQ lists, and shows and changes by their id."""

    _model: type[Row]
    _tail: ClassVar[str]
    _kind: ClassVar[str]

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        now = transport.clock.monotonic
        self._snapshot: Snapshot[Row] = Snapshot(self._page_at, now, self._listing)

    def get(self, item_id: str, *, new_resource: bool = False) -> Row:
        """Return one as HQ has it now: one request.

        Args:
            item_id: HQ's id; of a user not the uid of the Autodesk account.
            new_resource: It was made a moment ago, so that a 404 is not believed at once.

        Raises:
            NotFoundError: There is none, or the whole account is not visible.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        asked = f"read {self._kind} {item_id}"
        path = f"{self._tail}/{item_id}"
        question = self._question("GET", path, asked, new_resource=new_resource)
        return self._snapshot.keep(self._one(self._model, question, id=item_id))

    def seen(
        self,
        item_id: str,
        *,
        fields: Names[str] = (),
        since: str | None = None,
        new_resource: bool = False,
    ) -> Row:
        """Return one as this run has seen it: from a page of the list where that saves requests.

        Args:
            item_id: HQ's id.
            fields: What has to be known of it; a row that lacks one is not enough.
            since: The ``updated_at`` that is known; a row that is older is not enough.
            new_resource: It was made a moment ago, so that a 404 is not believed at once.

        Raises:
            NotFoundError: There is none, or the whole account is not visible.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """

        def suits(row: Row) -> bool:
            return row.model_fields_set.issuperset(fields) and not _is_older(row.updated_at, since)

        def ask() -> Row:
            return self.get(item_id, new_resource=new_resource)

        return self._snapshot.get(item_id, ask, suits)

    def update(
        self, item_id: str, changes: Mapping[str, Any], *, new_resource: bool = False
    ) -> Row:
        """Change the given fields and no others: one PATCH.

        Raises:
            HqError: HQ refused it.
            UnansweredError: No answer came.
        """
        asked = f"change {', '.join(changes)} of {self._kind} {item_id}"
        path = f"{self._tail}/{item_id}"
        question = self._question("PATCH", path, asked, json=changes, new_resource=new_resource)
        self.wrote(item_id)
        row = self._one(self._model, question, id=item_id)
        self.wrote(item_id, row)
        return row

    def wrote(self, item_id: str, row: Row | None = None) -> None:
        """Note that it is changed: from then on it is not taken from pages any more."""
        self._snapshot.wrote(item_id, row)

    def walk(self, *, sort: str = OLDEST_FIRST) -> Iterator[Row]:
        """Yield all of the account, page by page, oldest first.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        yield from self._pages(self._model, self._tail, self._listing, {"sort": sort})

    @property
    def _listing(self) -> str:
        return f"list the {self._tail}"

    def _page_at(self, offset: int) -> Page[Row]:
        params = {"limit": str(PAGE), "offset": str(offset), "sort": OLDEST_FIRST}
        question = self._question("GET", self._tail, self._listing, params=params)
        rows, number = self._readable_rows(self._model, question)
        return Page(rows, offset + PAGE if number >= PAGE else None)


def _is_older(updated_at: str | None, since: str | None) -> bool:
    """Return whether a row is older than what is known; lists may lag behind."""
    seen, known = parse_time(updated_at), parse_time(since)
    return seen is not None and known is not None and seen < known
