"""The lists of construction/admin: an envelope, pages of 20, filters and a sort of their own.

Documented: https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlencode

from bim360_provider.emulator.errors import invalid
from bim360_provider.emulator.listing import refuse_unknown
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call

DEFAULT_LIMIT = 20
MAX_LIMIT = 200

Item: TypeAlias = dict[str, Any]
Filter: TypeAlias = Callable[[Item, str, "Matcher"], bool]
Matcher: TypeAlias = Callable[[str, str], bool]

MATCHERS: dict[str, Matcher] = {
    "contains": lambda text, wanted: wanted in text,
    "startsWith": lambda text, wanted: text.startswith(wanted),
    "endsWith": lambda text, wanted: text.endswith(wanted),
    "equals": lambda text, wanted: text == wanted,
}

PARAMETERS = ("limit", "offset", "sort", "fields", "filterTextMatch")


def text(name: str) -> Filter:
    """Return a filter that compares text as ``filterTextMatch`` says, whatever its case."""

    def keep(item: Item, wanted: str, matches: Matcher) -> bool:
        return matches(str(item[name] or "").casefold(), wanted.casefold())

    return keep


def value(name: str) -> Filter:
    """Return a filter for one of several values, separated by commas; ``-X`` excludes."""

    def keep(item: Item, wanted: str, _matches: Matcher) -> bool:
        asked = {each.strip() for each in wanted.split(",")}
        unwanted = {each[1:] for each in asked if each.startswith("-")}
        return item[name] not in unwanted and (item[name] in asked or asked <= _minus(unwanted))

    return keep


def _minus(names: Iterable[str]) -> set[str]:
    return {f"-{name}" for name in names}


def envelope(call: Call, items: Iterable[Item], filters: Mapping[str, Filter]) -> Reply:
    """Answer a list: filtered, sorted, cut into a page, and wrapped.

    Raises:
        HqError: 400, a parameter is malformed or not known (inference).
    """
    query = call.request.arguments()
    refuse_unknown(query, (*PARAMETERS, *filters), call.options)
    limit = _number(query, "limit", DEFAULT_LIMIT, (1, MAX_LIMIT))
    offset = _number(query, "offset", 0, (0, 10**15))
    found = [item for item in items if _kept(item, query, filters)]
    _sort(found, query.get("sort", ""))
    ends = (offset - limit, offset + limit)
    pagination = {
        "limit": limit,
        "offset": offset,
        "totalResults": len(found),
        "nextUrl": _url(call, query, ends[1]) if ends[1] < len(found) else None,
        "previousUrl": _url(call, query, max(ends[0], 0)) if offset else None,
    }
    results = [cut(item, query.get("fields")) for item in found[offset : ends[1]]]
    return Reply.json(200, {"pagination": pagination, "results": results})


def cut(item: Item, fields: str | None) -> Item:
    """Return the fields asked for, ``id`` always among them."""
    if not fields:
        return item
    wanted = {"id", *(each.strip() for each in fields.split(","))}
    return {name: item[name] for name in item if name in wanted}


def _number(query: dict[str, str], name: str, default: int, bounds: tuple[int, int]) -> int:
    given = query.get(name) or str(default)
    least, most = bounds
    if not (given.isascii() and given.isdecimal() and len(given) <= len(str(most))):
        raise invalid(problem=f'{name} "{given}" is not a whole number')
    if not least <= int(given) <= most:
        raise invalid(problem=f"{name} {given} is not between {least} and {most}")
    return int(given)


def _kept(item: Item, query: dict[str, str], filters: Mapping[str, Filter]) -> bool:
    how = query.get("filterTextMatch") or "contains"
    if how not in MATCHERS:
        raise invalid(problem=f'filterTextMatch "{how}" is not one of {", ".join(MATCHERS)}')
    return all(
        keep(item, query[name], MATCHERS[how]) for name, keep in filters.items() if query.get(name)
    )


def _sort(items: list[Item], sort: str) -> None:
    """Sort by ``name asc, email desc``; fields that are not there are refused (inference)."""
    for term in reversed([*filter(None, sort.split(","))]):
        name, _, direction = term.strip().partition(" ")
        if direction not in {"", "asc", "desc"} or (items and name not in items[0]):
            raise invalid(problem=f'sort "{term}" is not a field with asc or desc behind it')
        items.sort(key=lambda item: _key(item, name), reverse=direction == "desc")


def _key(item: Item, name: str) -> tuple[bool, str]:
    return item[name] is None, str(item[name]).casefold()


def _url(call: Call, query: dict[str, str], offset: int) -> str:
    asked = urlencode({**query, "offset": str(offset)})
    return f"http://{call.request.header('host') or 'localhost'}{call.request.path}?{asked}"
