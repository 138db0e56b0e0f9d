"""The query of a list or a search: ``limit``, ``offset``, ``sort``, ``field`` and criteria."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bim360_provider.emulator.hq.values import TEXT_LIMIT
from bim360_provider.emulator.http.errors import build_bad_request_error, format_suggestion
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.storage.database import Row, SqlValue

DEFAULT_LIMIT = 10

MAX_LIMIT = 100

NUMBER_PATTERN = re.compile(r"\d{1,15}", re.ASCII)
"""More digits would exceed the integers of the database."""

PAGE_PARAMETERS = ("limit", "offset", "sort", "field")

OPERATORS = ("OR", "AND")
"""OR is the default now; it was AND in the 2016 draft."""

BOOLEANS = {"true": True, "false": False}

SEARCH_PARAMETERS = ("operator", "partial")

PARTIAL_MATCH_SQL = "instr(folded({0}), folded(?)) > 0"

EXACT_MATCH_SQL = "folded({0}) = folded(?)"
"""Whether HQ's search is case-sensitive is not known (inference)."""


@dataclass(frozen=True, slots=True)
class PageQuery:
    """The requested rows, their order and their fields."""

    limit: int
    offset: int
    order: str
    fields: tuple[str, ...]

    def select_fields(self, row: Row) -> Row:
        """Return the requested fields and ``id``."""
        return {name: row[name] for name in row if name in self.fields}


def list_rows(call: ApiCall, table: str, fields: Sequence[str]) -> Reply:
    """Return a reply with one page of an account's rows: a bare array (documented)."""
    page = parse_page(call.request.parse_query(), fields, call.options)
    return _build_reply(fetch_page(call, table, page), fields, page)


def search_rows(call: ApiCall, table: str, fields: Sequence[str], criteria: Sequence[str]) -> Reply:
    """Return a reply with one page of the rows that a search finds: fuzzy by default (documented).

    Args:
        call: The call.
        table: The table or view.
        fields: The fields of a row.
        criteria: The columns that may be searched for.

    Raises:
        HqApiError: 400, without a criterion or with a malformed parameter (inference).
    """
    query = call.request.parse_query()
    page = parse_page(query, fields, call.options, (*criteria, *SEARCH_PARAMETERS))
    found = fetch_page(call, table, page, *_build_search_condition(query, criteria))
    return _build_reply(found, fields, page)


def _build_reply(found: list[Row], fields: Sequence[str], page: PageQuery) -> Reply:
    rows = ({name: row[name] for name in fields} for row in found)
    return Reply.from_content(200, [page.select_fields(row) for row in rows])


def fetch_page(
    call: ApiCall, table: str, page: PageQuery, where: str = "1", values: Sequence[SqlValue] = ()
) -> list[Row]:
    """Return one page of an account's rows."""
    # Tables and conditions are constants; the order consists of validated column names.
    sql = (
        f"SELECT * FROM {table} WHERE account_id = ? AND ({where}) "  # noqa: S608 - see above
        f"ORDER BY {page.order} LIMIT ? OFFSET ?"
    )
    return call.hq.store.fetch_all(sql, [call.account.id, *values, page.limit, page.offset])


def parse_page(
    query: dict[str, str],
    known: Sequence[str],
    options: Options,
    criteria: Sequence[str] = (),
    sortable_fields: Sequence[str] | None = None,
) -> PageQuery:
    """Return the page that a query requests.

    Args:
        query: The query parameters.
        known: The fields of a row.
        options: The options for unknown parameters and for a limit above 100.
        criteria: Further parameters of the list.
        sortable_fields: The fields that are columns; all known fields by default.

    Raises:
        HqApiError: 400, a number is invalid, or a parameter is unknown (both inference).
    """
    refuse_unknown_parameters(query, (*PAGE_PARAMETERS, *criteria), options)
    limit = _parse_number(query, "limit", DEFAULT_LIMIT, minimum=1)
    if limit > MAX_LIMIT and options.limit_over_100 == "refuse":
        raise build_bad_request_error(problem=f"limit {limit} is above {MAX_LIMIT}")
    return PageQuery(
        limit=min(limit, MAX_LIMIT),
        offset=_parse_number(query, "offset", 0, minimum=0),
        order=_build_order(
            query.get("sort", ""), known if sortable_fields is None else sortable_fields
        ),
        fields=_parse_fields(query.get("field"), known),
    )


def refuse_unknown_parameters(
    query: dict[str, str], known: Sequence[str], options: Options
) -> None:
    """Refuse an unknown query parameter, unless an option allows it.

    Raises:
        HqApiError: 400 with the nearest known one (inference).
    """
    unknown = [name for name in query if name not in known]
    if unknown and options.unknown_fields == "refuse":
        name = unknown[0]
        raise build_bad_request_error(
            problem=f"unknown query parameter {name}{format_suggestion(name, known)}"
        )


def _parse_number(query: dict[str, str], name: str, default: int, *, minimum: int) -> int:
    given = query.get(name, "")
    if not given:
        return default
    if not NUMBER_PATTERN.fullmatch(given) or int(given) < minimum:
        raise build_bad_request_error(
            problem=f'{name} "{given}" is not a whole number from {minimum} up'
        )
    return int(given)


def _build_order(sort: str, known: Sequence[str]) -> str:
    """Return the ORDER BY; unknown fields and whitespace are ignored, as documented.

    The default order is the newest change first (observed in the 2016 draft reference); equal rows
    are ordered by creation in the direction of the last key, so that pages are stable.
    """
    keys = [each.strip() for each in sort.split(",")]
    terms = [(key.removeprefix("-"), key.startswith("-")) for key in keys]
    terms = [term for term in terms if term[0] in known] or [("updated_at", True)]
    terms.append(("seq", terms[-1][1]))
    return ", ".join(f"{name} {'DESC' if down else 'ASC'}" for name, down in terms)


def _parse_fields(field: str | None, known: Sequence[str]) -> tuple[str, ...]:
    if field is None:
        return tuple(known)
    return ("id", *(each.strip() for each in field.split(",")))


def _build_search_condition(
    query: dict[str, str], criteria: Sequence[str]
) -> tuple[str, list[SqlValue]]:
    wanted = {name: query[name] for name in criteria if query.get(name)}
    if not wanted:
        raise build_bad_request_error(problem=f"search needs one of {', '.join(criteria)}")
    for name, value in wanted.items():
        if len(value) > TEXT_LIMIT:
            raise build_bad_request_error(
                problem=f"{name} has {len(value)} characters; the limit is {TEXT_LIMIT}"
            )
    operator = query.get("operator") or OPERATORS[0]
    if operator not in OPERATORS:
        raise build_bad_request_error(
            problem=f'operator "{operator}" is not one of {", ".join(OPERATORS)}'
        )
    form = PARTIAL_MATCH_SQL if _is_partial_search(query) else EXACT_MATCH_SQL
    return f" {operator} ".join(form.format(name) for name in wanted), [*wanted.values()]


def _is_partial_search(query: dict[str, str]) -> bool:
    """Documented: a search is fuzzy by default."""
    given = query.get("partial") or "true"
    if given not in BOOLEANS:
        raise build_bad_request_error(problem=f'partial "{given}" is neither true nor false')
    return BOOLEANS[given]
