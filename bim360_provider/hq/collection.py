"""A collection of an account: what projects, companies and users have in common."""

from collections.abc import Collection as Names
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from bim360_provider.hq.clock import parse_time
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.endpoints import OLDEST_FIRST, PAGE, Endpoints
from bim360_provider.hq.snapshot import Page, Snapshot
from bim360_provider.hq.transport import Transport

if TYPE_CHECKING:
    from bim360_provider.models import AccountUser, Company, Project

__all__ = ["Collection"]

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
