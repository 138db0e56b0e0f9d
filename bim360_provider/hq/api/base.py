"""The base classes of endpoints: build requests, send them, and parse the responses."""

import html
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as Names
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bim360_provider.errors import HqError, UnansweredError
from bim360_provider.hq.api.cache import ListCache, ListPage, PageWatch
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.clock import parse_time
from bim360_provider.hq.transport.message import (
    OpenOutcomeError,
    Request,
    Response,
    build_unreadable_error,
)
from bim360_provider.hq.transport.transport import Transport

if TYPE_CHECKING:
    from bim360_provider.hq.api.platform import Platforms
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
"""Fields with text; the others are ids."""

PAGE_SIZE: Final = 100
"""Rows of a page: HQ's maximum."""

DEFAULT_PAGE_SIZE: Final = 10
"""Rows of a page for a request without a limit."""

OLDEST_FIRST: Final = "created_at"
"""New rows are appended at the end, so a walk over the pages neither skips nor repeats a row."""

MISMATCH_RETRY_DELAYS: Final = (1.0, 2.0, 0.0)
"""Seconds before each retry after a response that is about another resource."""


def is_same_name(one: str | None, other: str | None) -> bool:
    """Return whether two names are equal after the normalization that HQ may apply.

    It concerns the Unicode form (NFC), white space, and characters that HTML escapes.
    """
    return _normalize_name(one) == _normalize_name(other)


def find_mismatch(row: object, expected: Mapping[str, str | None]) -> str:
    """Return why a response is about another resource; empty if it is not.

    Args:
        row: The response as a model. A field that is absent or null is not compared.
        expected: The ids, the name or the e-mail that it must have.
    """
    for field, wanted in expected.items():
        found = getattr(row, field, None)
        if wanted and isinstance(found, str) and found and not _is_same_value(field, wanted, found):
            return f"its {field} is '{found}'"
    return ""


def build_mismatch_error(request: Request, why: str) -> UnansweredError:
    """Return the error for a response that is about another resource.

    Args:
        request: The request.
        why: The reason, from `find_mismatch`.
    """
    msg = (
        f"BIM 360: could not {request.description}: the response is about another resource "
        f"({why}). A proxy or gateway may mix up responses: check HTTPS_PROXY and the base URL, "
        "then run it again."
    )
    return UnansweredError(msg) if request.idempotent else OpenOutcomeError(msg)


def _is_same_value(field: str, wanted: str, found: str) -> bool:
    if field in TEXT_FIELDS:
        return _normalize_name(wanted).casefold() == _normalize_name(found).casefold()
    return _normalize_id(wanted) == _normalize_id(found)


def _normalize_name(name: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", html.unescape(name or "")).split())


def _normalize_id(id_: Any) -> str:
    return str(id_).strip().lower().removeprefix("b.")


Model = TypeVar("Model", bound=BaseModel)

Result = TypeVar("Result")

ListedItem = TypeVar("ListedItem", "Project", "Company", "AccountUser")


class Endpoints:
    """The base class of the endpoints of one account.

    Attributes:
        get_platforms: Returns the platforms of projects, which explain a refusal; set by the
            client.
    """

    get_platforms: "Callable[[], Platforms] | None" = None

    def __init__(self, transport: Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection

    @classmethod
    def create_for_client(cls, client: "HqClient") -> "Endpoints":
        """Create the endpoints for a client's account."""
        return cls(client.transport, client.connection)

    def _build_request(
        self, method: str, tail: str, description: str, *, version: str = "v1", **rest: Any
    ) -> Request:
        """Return a request for a resource in the account, such as ``projects``."""
        path = self._connection.build_path(tail, version)
        return Request(method, path, description, headers=self._connection.build_headers(), **rest)

    def _request_one(self, model: type[Model], request: Request, **expected: str | None) -> Model:
        """Send a request, and return the one object of the response.

        Args:
            model: The model of the response.
            request: The request.
            **expected: The ids, the name or the e-mail that the object must have, if it has any.

        Raises:
            OpenOutcomeError: The response to a POST is about another resource.
            UnansweredError: The response to every attempt of another request is.
        """

        def read(body: Any) -> tuple[Model, str]:
            row = parse_row(model, request, body)
            return row, self._find_mismatch(row, expected)

        return self._send_until_match(request, read)

    def _request_list(self, model: type[Model], request: Request) -> list[Model]:
        """Send a request, and return the objects of the list in the response."""

        def read(body: Any) -> tuple[list[Model], str]:
            if not isinstance(body, list):
                raise build_unreadable_error(request)
            rows = [parse_row(model, request, row) for row in body]
            return rows, self._find_foreign_row(rows)

        return self._send_until_match(request, read)

    def _request_readable_rows(
        self, model: type[Model], request: Request
    ) -> tuple[list[Model], int]:
        """Send a request, and return the readable objects and the number of all rows."""

        def read(body: Any) -> tuple[tuple[list[Model], int], str]:
            if not isinstance(body, list):
                raise build_unreadable_error(request)
            rows = [each for row in body if (each := _parse_row_or_none(model, row)) is not None]
            return (rows, len(body)), self._find_foreign_row(rows)

        return self._send_until_match(request, read)

    def _send_until_match(
        self, request: Request, read: Callable[[Any], tuple[Result, str]]
    ) -> Result:
        """Send a request until its response is about the requested resource.

        Args:
            request: The request; a POST is sent once.
            read: Parses a body, and returns the result and why it is a mismatch, or an empty text.
        """
        for pause in MISMATCH_RETRY_DELAYS:
            result, why = read(self._send(request).json)
            if not why:
                return result
            if not request.idempotent:
                break
            if pause:
                self._transport.sleep(pause, f"the response is about another resource: {why}")
        raise build_mismatch_error(request, why)

    def _send(self, request: Request) -> Response:
        """Send a request; a refusal says so if the project is one of ACC."""
        try:
            return self._transport.send(request)
        except HqError as error:
            if self.get_platforms is None:
                raise
            raise self.get_platforms().explain(request, error) from None

    def _find_foreign_row(self, rows: Sequence[BaseModel]) -> str:
        """Return why a list belongs to another account; one such row is enough."""
        return next((why for row in rows if (why := self._find_mismatch(row, {}))), "")

    def _find_mismatch(self, row: BaseModel, expected: Mapping[str, str | None]) -> str:
        return find_mismatch(row, {"account_id": self._connection.account_id, **expected})

    def _walk_pages(
        self,
        model: type[ListedItem],
        tail: str,
        description: str,
        filters: Mapping[str, str] | None = None,
    ) -> Iterator[ListedItem]:
        """Yield the objects of a list, page by page, up to the first page that is not full.

        Raises:
            HqError: HQ refused the request.
            UnansweredError: No response arrived, or the list is incomplete.
        """
        offset, watch = 0, PageWatch(description)
        while True:
            place = {"limit": str(PAGE_SIZE), "offset": str(offset), "sort": OLDEST_FIRST}
            request = self._build_request(
                "GET", tail, description, params={**place, **(filters or {})}
            )
            rows = self._request_list(model, request)
            # HQ's default page size: a proxy may have dropped the query, so fetch another page.
            follows = len(rows) >= PAGE_SIZE or (offset == 0 and len(rows) == DEFAULT_PAGE_SIZE)
            yield from watch.filter_new_rows(rows, offset, is_last=not follows)
            if not follows:
                return
            offset += len(rows)


def parse_row(model: type[Model], request: Request, row: object) -> Model:
    """Return one object of a response.

    Raises:
        UnansweredError: It does not have the documented form; OpenOutcomeError after a POST.
    """
    read = _parse_row_or_none(model, row)
    if read is None:
        raise build_unreadable_error(request)
    return read


def _parse_row_or_none(model: type[Model], row: object) -> Model | None:
    try:
        return model.model_validate(row)
    except ValidationError:
        return None


Row = TypeVar("Row", "Project", "Company", "AccountUser")


class EntityEndpoints(Endpoints, Generic[Row]):
    """The endpoints of one kind of resource: list all, and read and change one by its id."""

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
        """Return the current state of one resource: one request.

        Args:
            item_id: HQ's id; for a user, not the uid of the Autodesk account.
            new_resource: Whether it was created recently, so that a 404 is retried.

        Raises:
            NotFoundError: It does not exist, or the whole account is not visible.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        description = f"read {self._kind} {item_id}"
        path = f"{self._path}/{item_id}"
        request = self._build_request("GET", path, description, new_resource=new_resource)
        return self._list_cache.store(self._request_one(self._model, request, id=item_id))

    def get_cached(
        self,
        item_id: str,
        *,
        fields: Names[str] = (),
        since: str | None = None,
        new_resource: bool = False,
    ) -> Row:
        """Return one resource, from a page of the list if that saves requests.

        Args:
            item_id: HQ's id.
            fields: The required fields; a row without one of them is not used.
            since: The last known ``updated_at``; an older row is not used.
            new_resource: Whether it was created recently, so that a 404 is retried.

        Raises:
            NotFoundError: It does not exist, or the whole account is not visible.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """

        def suits(row: Row) -> bool:
            return row.model_fields_set.issuperset(fields) and not _is_older(row.updated_at, since)

        def fetch() -> Row:
            return self.get(item_id, new_resource=new_resource)

        return self._list_cache.get(item_id, fetch, suits)

    def update(
        self, item_id: str, changes: Mapping[str, Any], *, new_resource: bool = False
    ) -> Row:
        """Change only the given fields: one PATCH.

        Raises:
            HqError: HQ refused it.
            UnansweredError: No response arrived.
        """
        description = f"change {', '.join(changes)} of {self._kind} {item_id}"
        path = f"{self._path}/{item_id}"
        request = self._build_request(
            "PATCH", path, description, json=changes, new_resource=new_resource
        )
        self.record_write(item_id)
        row = self._request_one(self._model, request, id=item_id)
        self.record_write(item_id, row)
        return row

    def record_write(self, item_id: str, row: Row | None = None) -> None:
        """Record a write: from now on this resource is not read from pages."""
        self._list_cache.record_write(item_id, row)

    def walk(self, *, sort: str = OLDEST_FIRST) -> Iterator[Row]:
        """Yield all resources of the account, page by page, oldest first.

        Raises:
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        yield from self._walk_pages(self._model, self._path, self._list_description, {"sort": sort})

    @property
    def _list_description(self) -> str:
        return f"list the {self._path}"

    def _request_page(self, offset: int) -> ListPage[Row]:
        params = {"limit": str(PAGE_SIZE), "offset": str(offset), "sort": OLDEST_FIRST}
        request = self._build_request("GET", self._path, self._list_description, params=params)
        rows, number = self._request_readable_rows(self._model, request)
        return ListPage(rows, offset + PAGE_SIZE if number >= PAGE_SIZE else None)


def _is_older(updated_at: str | None, since: str | None) -> bool:
    """Return whether a row is older than the known state; lists may be stale."""
    seen, known = parse_time(updated_at), parse_time(since)
    return seen is not None and known is not None and seen < known
