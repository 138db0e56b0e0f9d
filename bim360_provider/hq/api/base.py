"""What the endpoints of one account have in common: requests in, models out."""

import html
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as Names
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bim360_provider.errors import UnansweredError
from bim360_provider.hq.api.cache import ListCache, ListPage, PageWatch
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.clock import parse_time
from bim360_provider.hq.transport.request import OpenOutcomeError, Request, build_unreadable_error
from bim360_provider.hq.transport.transport import Transport

if TYPE_CHECKING:
    from bim360_provider.hq.client import HqClient
    from bim360_provider.models import AccountUser, Company, Project

__all__ = [
    "OLDEST_FIRST",
    "PAGE_SIZE",
    "Endpoints",
    "EntityEndpoints",
    "build_mismatch_error",
    "find_mismatch",
    "is_same_name",
    "parse_row",
]

TEXT_FIELDS: Final = frozenset({"name", "email"})
"""Fields that people write; the others are ids."""


def is_same_name(one: str | None, other: str | None) -> bool:
    """Return whether two names differ in nothing that HQ may normalize.

    That is the Unicode form (NFC), blanks, and characters that HTML escapes.
    """
    return _normalize_name(one) == _normalize_name(other)


def find_mismatch(row: object, expected: Mapping[str, str | None]) -> str:
    """Return what shows that a response is about something else; empty if nothing does.

    Args:
        row: The response as a model. A field that it lacks, or that is null, shows nothing.
        expected: The ids, the name or the e-mail that it must have.
    """
    for field, wanted in expected.items():
        found = getattr(row, field, None)
        if wanted and isinstance(found, str) and found and not _is_same_value(field, wanted, found):
            return f"its {field} is '{found}'"
    return ""


def build_mismatch_error(question: Request, why: str) -> UnansweredError:
    """Return the error for a response that is about something else.

    Args:
        question: The request.
        why: What shows it.
    """
    msg = (
        f"BIM 360: could not {question.description}: the response is about another resource ({why}). "
        "A proxy or gateway may mix up responses: check HTTPS_PROXY and the base URL, then run "
        "it again."
    )
    return UnansweredError(msg) if question.idempotent else OpenOutcomeError(msg)


def _is_same_value(field: str, wanted: str, found: str) -> bool:
    if field in TEXT_FIELDS:
        return _normalize_name(wanted).casefold() == _normalize_name(found).casefold()
    return _normalize_id(wanted) == _normalize_id(found)


def _normalize_name(name: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", html.unescape(name or "")).split())


def _normalize_id(id_: Any) -> str:
    return str(id_).strip().lower().removeprefix("b.")


PAGE_SIZE: Final = 100
"""Rows of a page: HQ's maximum."""

DEFAULT_PAGE_SIZE: Final = 10
"""Rows of a page for a request without a limit."""

OLDEST_FIRST: Final = "created_at"
"""New rows join at the end, so a walk over the pages neither skips nor repeats one."""

MISMATCH_RETRY_DELAYS: Final = (1.0, 2.0, 0.0)
"""Seconds after a response that is about something else, before the request is sent again."""

Model = TypeVar("Model", bound=BaseModel)

Result = TypeVar("Result")

ListedItem = TypeVar("ListedItem", "Project", "Company", "AccountUser")


class Endpoints:
    """Some endpoints of one account."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection

    @classmethod
    def create_for_client(cls, client: "HqClient") -> "Endpoints":
        """Make those of a client's account."""
        return cls(client.transport, client.connection)

    def _build_request(
        self, method: str, tail: str, asked: str, *, version: str = "v1", **rest: Any
    ) -> Request:
        """Return a question about something in the account, such as ``projects``."""
        path = self._connection.build_path(tail, version)
        return Request(method, path, asked, headers=self._connection.build_headers(), **rest)

    def _request_one(self, model: type[Model], question: Request, **expected: str | None) -> Model:
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
            row = parse_row(model, question, body)
            return row, self._find_mismatch(row, expected)

        return self._send_until_match(question, read)

    def _request_list(self, model: type[Model], question: Request) -> list[Model]:
        """Ask, and return the objects of the list that is answered."""

        def read(body: Any) -> tuple[list[Model], str]:
            if not isinstance(body, list):
                raise build_unreadable_error(question)
            rows = [parse_row(model, question, row) for row in body]
            return rows, self._find_foreign_row(rows)

        return self._send_until_match(question, read)

    def _request_readable_rows(
        self, model: type[Model], question: Request
    ) -> tuple[list[Model], int]:
        """Ask, and return the objects of the list that can be read, and how many there were."""

        def read(body: Any) -> tuple[tuple[list[Model], int], str]:
            if not isinstance(body, list):
                raise build_unreadable_error(question)
            rows = [each for row in body if (each := _parse_row_or_none(model, row)) is not None]
            return (rows, len(body)), self._find_foreign_row(rows)

        return self._send_until_match(question, read)

    def _send_until_match(
        self, question: Request, read: Callable[[Any], tuple[Result, str]]
    ) -> Result:
        """Send a request until its response is about what was asked.

        Args:
            question: The request; a POST is sent once.
            read: Reads a body, and returns what shows that it is about something else.
        """
        for pause in MISMATCH_RETRY_DELAYS:
            result, why = read(self._transport.send(question).json)
            if not why:
                return result
            if not question.idempotent:
                break
            if pause:
                self._transport.sleep(pause, f"the response is about another resource: {why}")
        raise build_mismatch_error(question, why)

    def _find_foreign_row(self, rows: Sequence[BaseModel]) -> str:
        """Return what shows that a list is another account's; one such row is enough."""
        return next((why for row in rows if (why := self._find_mismatch(row, {}))), "")

    def _find_mismatch(self, row: BaseModel, expected: Mapping[str, str | None]) -> str:
        return find_mismatch(row, {"account_id": self._connection.account_id, **expected})

    def _walk_pages(
        self,
        model: type[ListedItem],
        tail: str,
        asked: str,
        filters: Mapping[str, str] | None = None,
    ) -> Iterator[ListedItem]:
        """Yield the objects of a list, page by page, up to the first page that is not full.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came, or the list is not complete.
        """
        offset, watch = 0, PageWatch(asked)
        while True:
            place = {"limit": str(PAGE_SIZE), "offset": str(offset), "sort": OLDEST_FIRST}
            question = self._build_request("GET", tail, asked, params={**place, **(filters or {})})
            rows = self._request_list(model, question)
            # HQ's default size: perhaps the query was dropped on the way, so look for another page.
            follows = len(rows) >= PAGE_SIZE or (offset == 0 and len(rows) == DEFAULT_PAGE_SIZE)
            yield from watch.filter_new_rows(rows, offset, is_last=not follows)
            if not follows:
                return
            offset += len(rows)


def parse_row(model: type[Model], question: Request, row: object) -> Model:
    """Return one object of a response.

    Raises:
        UnansweredError: It is not what HQ documents; OpenOutcomeError after a POST.
    """
    read = _parse_row_or_none(model, row)
    if read is None:
        raise build_unreadable_error(question)
    return read


def _parse_row_or_none(model: type[Model], row: object) -> Model | None:
    try:
        return model.model_validate(row)
    except ValidationError:
        return None


Row = TypeVar("Row", "Project", "Company", "AccountUser")


class EntityEndpoints(Endpoints, Generic[Row]):
    """Things of one account that HQ lists, and shows and changes by their id."""

    _model: type[Row]
    _path: ClassVar[str]
    _kind: ClassVar[str]

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        now = transport.clock.monotonic
        self._list_cache: ListCache[Row] = ListCache(
            self._request_page, now, self._list_description
        )

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
        path = f"{self._path}/{item_id}"
        question = self._build_request("GET", path, asked, new_resource=new_resource)
        return self._list_cache.store(self._request_one(self._model, question, id=item_id))

    def get_cached(
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

        return self._list_cache.get(item_id, ask, suits)

    def update(
        self, item_id: str, changes: Mapping[str, Any], *, new_resource: bool = False
    ) -> Row:
        """Change the given fields and no others: one PATCH.

        Raises:
            HqError: HQ refused it.
            UnansweredError: No answer came.
        """
        asked = f"change {', '.join(changes)} of {self._kind} {item_id}"
        path = f"{self._path}/{item_id}"
        question = self._build_request(
            "PATCH", path, asked, json=changes, new_resource=new_resource
        )
        self.record_write(item_id)
        row = self._request_one(self._model, question, id=item_id)
        self.record_write(item_id, row)
        return row

    def record_write(self, item_id: str, row: Row | None = None) -> None:
        """Note that it is changed: from then on it is not taken from pages any more."""
        self._list_cache.record_write(item_id, row)

    def walk(self, *, sort: str = OLDEST_FIRST) -> Iterator[Row]:
        """Yield all of the account, page by page, oldest first.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        yield from self._walk_pages(self._model, self._path, self._list_description, {"sort": sort})

    @property
    def _list_description(self) -> str:
        return f"list the {self._path}"

    def _request_page(self, offset: int) -> ListPage[Row]:
        params = {"limit": str(PAGE_SIZE), "offset": str(offset), "sort": OLDEST_FIRST}
        question = self._build_request("GET", self._path, self._list_description, params=params)
        rows, number = self._request_readable_rows(self._model, question)
        return ListPage(rows, offset + PAGE_SIZE if number >= PAGE_SIZE else None)


def _is_older(updated_at: str | None, since: str | None) -> bool:
    """Return whether a row is older than what is known; lists may lag behind."""
    seen, known = parse_time(updated_at), parse_time(since)
    return seen is not None and known is not None and seen < known
