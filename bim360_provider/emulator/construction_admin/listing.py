"""The lists of ``construction/admin``: envelope, pages, filters and sort."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, TypeAlias
from urllib.parse import urlencode

from bim360_provider.emulator.hq.listing import refuse_unknown_parameters
from bim360_provider.emulator.http.errors import build_bad_request_error
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall

PRODUCT_KEYS = {
    "field": "field",
    "glue": "glue",
    "plan": "plan",
    "doc_manager": "documentManagement",
    "admin": "projectAdministration",
    "pm": "projectManagement",
    "fng": "fieldManagement",
    "collab": "designCollaboration",
    "cost": "costManagement",
    "gng": "modelCoordination",
    "insight": "insight",
}
"""The keys of products by service (the keys are documented, the mapping is partly an inference).

Documented: https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml)
"""

ACC_PRODUCTS = (
    "autoSpecs",
    "build",
    "cost",
    "designCollaboration",
    "docs",
    "insight",
    "modelCoordination",
    "projectAdministration",
    "takeoff",
)
"""The products of an ACC project, all of which are active (documented):
https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-POST/"""

DEFAULT_LIMIT = 20

MAX_LIMIT = 200

LIST_PARAMETERS = ("limit", "offset", "sort", "fields", "filterTextMatch")

OR_FILTERS_PARAMETER = "orFilters"


def camelize_name(name: str) -> str:
    """Return ``address_line_1`` as ``addressLine1``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


Item: TypeAlias = dict[str, Any]

Filter: TypeAlias = Callable[[Item, str, "Matcher"], bool]

Matcher: TypeAlias = Callable[[str, str], bool]

MATCHERS: dict[str, Matcher] = {
    "contains": lambda text, wanted: wanted in text,
    "startsWith": lambda text, wanted: text.startswith(wanted),
    "endsWith": lambda text, wanted: text.endswith(wanted),
    "equals": lambda text, wanted: text == wanted,
}


def build_text_filter(name: str) -> Filter:
    """Return a filter that compares text as set by ``filterTextMatch``, ignoring case."""

    def keep(item: Item, wanted: str, matches: Matcher) -> bool:
        return matches(str(item[name] or "").casefold(), wanted.casefold())

    return keep


def build_value_filter(name: str) -> Filter:
    """Return a filter for one of several values, separated by commas; ``-X`` excludes."""

    def keep(item: Item, wanted: str, _matches: Matcher) -> bool:
        values = {each.strip() for each in wanted.split(",")}
        unwanted = {each[1:] for each in values if each.startswith("-")}
        return item[name] not in unwanted and (
            item[name] in values or values <= _negate_names(unwanted)
        )

    return keep


def build_time_filter(name: str) -> Filter:
    """Return a filter for ranges of times: ``from..to``, of which one may be missing.

    Documented: accountadmin.yaml of https://github.com/autodesk-platform-services/aps-sdk-openapi
    """

    def keep(item: Item, wanted: str, _matches: Matcher) -> bool:
        return any(_is_within_range(str(item[name]), each.strip()) for each in wanted.split(","))

    return keep


def has_access_level(item: Item, wanted: str, _matches: Matcher) -> bool:
    """Return whether a row has one of several access levels."""
    return any(item["accessLevels"].get(level) for level in wanted.split(","))


def _is_within_range(moment: str, wanted: str) -> bool:
    start, dots, end = wanted.partition("..")
    bounds = [_parse_time(each) for each in (start, end) if each]
    if not bounds:
        raise build_bad_request_error(
            problem=f'"{wanted}" is not a range such as 2026-03-01T12:00:00Z..'
        )
    if not dots:
        return _parse_time(moment) == bounds[0]
    at = _parse_time(moment)
    return (not start or bounds[0] <= at) and (not end or at <= bounds[-1])


def _parse_time(given: str) -> float:
    try:
        at = datetime.fromisoformat(given.replace("Z", "+00:00"))
    except ValueError:
        raise build_bad_request_error(
            problem=f'"{given}" is not a moment such as 2026-03-01T12:00:00Z'
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()


def _negate_names(names: Iterable[str]) -> set[str]:
    return {f"-{name}" for name in names}


def build_list_reply(
    call: ApiCall,
    items: Iterable[Item],
    filters: Mapping[str, Filter],
    or_filters: Sequence[str] = (),
) -> Reply:
    """Return a reply with one page of a list: filtered, sorted and wrapped in an envelope.

    Args:
        call: The call.
        items: All rows of the list.
        filters: The filters of the list.
        or_filters: The fields whose filters the caller may combine with OR.

    Raises:
        HqApiError: 400, a parameter is malformed or unknown (inference).
    """
    query = call.request.parse_query()
    known = (*LIST_PARAMETERS, *filters, *([OR_FILTERS_PARAMETER] if or_filters else []))
    refuse_unknown_parameters(query, known, call.options)
    either = _parse_or_filters(query, or_filters)
    limit = _parse_number(query, "limit", DEFAULT_LIMIT, (1, MAX_LIMIT))
    offset = _parse_number(query, "offset", 0, (0, 10**15))
    found = [item for item in items if _is_selected(item, query, filters, either)]
    _sort_items(found, query.get("sort", ""))
    ends = (offset - limit, offset + limit)
    pagination = {
        "limit": limit,
        "offset": offset,
        "totalResults": len(found),
        "nextUrl": _build_page_url(call, query, ends[1]) if ends[1] < len(found) else None,
        "previousUrl": _build_page_url(call, query, max(ends[0], 0)) if offset else None,
    }
    results = [select_fields(item, query.get("fields")) for item in found[offset : ends[1]]]
    return Reply.from_content(200, {"pagination": pagination, "results": results})


def select_fields(item: Item, fields: str | None) -> Item:
    """Return the requested fields and ``id``."""
    if not fields:
        return item
    wanted = {"id", *(each.strip() for each in fields.split(","))}
    return {name: item[name] for name in item if name in wanted}


def _parse_number(query: dict[str, str], name: str, default: int, bounds: tuple[int, int]) -> int:
    given = query.get(name) or str(default)
    least, most = bounds
    if not (given.isascii() and given.isdecimal() and len(given) <= len(str(most))):
        raise build_bad_request_error(problem=f'{name} "{given}" is not a whole number')
    if not least <= int(given) <= most:
        raise build_bad_request_error(problem=f"{name} {given} is not between {least} and {most}")
    return int(given)


def _parse_or_filters(query: dict[str, str], known: Sequence[str]) -> set[str]:
    """Return the names of the filters that are combined with OR."""
    named = {each.strip() for each in query.get(OR_FILTERS_PARAMETER, "").split(",")} - {""}
    if known and not named <= {*known}:
        unknown = min(named - {*known})
        raise build_bad_request_error(
            problem=f'orFilters "{unknown}" is not one of {", ".join(known)}'
        )
    return {f"filter[{name}]" for name in named}


def _is_selected(
    item: Item, query: dict[str, str], filters: Mapping[str, Filter], either: Collection[str]
) -> bool:
    match_mode = query.get("filterTextMatch") or "contains"
    if match_mode not in MATCHERS:
        raise build_bad_request_error(
            problem=f'filterTextMatch "{match_mode}" is not one of {", ".join(MATCHERS)}'
        )
    matches_by_name = {
        name: keep(item, query[name], MATCHERS[match_mode])
        for name, keep in filters.items()
        if query.get(name)
    }
    joined = [matches_by_name[name] for name in matches_by_name if name in either]
    return all(matches_by_name[name] for name in matches_by_name if name not in either) and (
        any(joined) or not joined
    )


def _sort_items(items: list[Item], sort: str) -> None:
    """Sort by ``name asc, email desc``; unknown fields are refused (inference)."""
    for term in reversed([*filter(None, sort.split(","))]):
        name, _, direction = term.strip().partition(" ")
        if direction not in {"", "asc", "desc"} or (items and name not in items[0]):
            raise build_bad_request_error(
                problem=f'sort "{term}" is not a field, optionally followed by asc or desc'
            )
        items.sort(key=lambda item: _build_sort_key(item, name), reverse=direction == "desc")


def _build_sort_key(item: Item, name: str) -> tuple[bool, str]:
    return item[name] is None, str(item[name]).casefold()


def _build_page_url(call: ApiCall, query: dict[str, str], offset: int) -> str:
    page_query = urlencode({**query, "offset": str(offset)})
    return (
        f"http://{call.request.get_header('host') or 'localhost'}{call.request.path}?{page_query}"
    )
