"""Read JSON bodies: all problems of one at once, and for an import those of each row."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from pydantic import JsonValue

from bim360_provider.emulator.hq.enums import SERVICES, TRADES
from bim360_provider.emulator.http.errors import RefusedError, invalid, nearest
from bim360_provider.emulator.http.messages import Reply, Request, parse_json
from bim360_provider.emulator.http.routing import Call
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.storage.database import Row, Value

Reader: TypeAlias = Callable[[JsonValue, Options], Value]
"""Raises ValueError with the words that follow the field's name in the message."""

NAME_LIMIT = 255

RESERVED = '\\/?[]>*:<"|,'
"""Documented; the page leaves open whether "." belongs to the list, and the vendor's set-up tool
allows it: https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

EMAIL_FORM = re.compile(r"[^@\s]+@[^@\s]+")

UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def text(limit: int) -> Reader:
    """Return a reader of text up to a number of characters."""

    def read(given: JsonValue, _options: Options) -> str:
        given = _string(given)
        if len(given) > limit:
            msg = f"has {len(given)} characters; the limit is {limit}"
            raise ValueError(msg)
        return given

    return read


def any_text(given: JsonValue, _options: Options) -> str:
    """Read text of any length, as long as it is text."""
    return _string(given)


def email(given: JsonValue, options: Options) -> Value:
    """Read an e-mail address: text up to 255 characters with an @ in the middle (inference)."""
    value = str(text(NAME_LIMIT)(given, options))
    if not EMAIL_FORM.fullmatch(value):
        msg = f'"{value}" is not an e-mail address'
        raise ValueError(msg)
    return value


def trade(given: JsonValue, options: Options) -> Value:
    """Read a company's trade.

    The vendor's OpenAPI file lists 66, its own example of an import has another: any text is taken
    unless ``trades`` is strict.
    """
    value = str(text(NAME_LIMIT)(given, options))
    if options.trades == "strict" and value not in TRADES:
        msg = f'"{value}" is not on the list{nearest(value, TRADES)}'
        raise ValueError(msg)
    return value


def name(given: JsonValue, options: Options) -> Value:
    """Read a project's name: up to 255 characters, none of them reserved."""
    value = str(text(NAME_LIMIT)(given, options))
    bad = [character for character in RESERVED if character in value]
    if bad:
        msg = f"must not contain {' '.join(bad)}"
        raise ValueError(msg)
    return value


def day(given: JsonValue, _options: Options) -> str:
    """Read a date as ``YYYY-MM-DD``."""
    value = _string(given)
    if not _is_day(value):
        msg = f'"{value}" is not a date as YYYY-MM-DD'
        raise ValueError(msg)
    return value


def _is_day(value: str) -> bool:
    # fromisoformat alone would take 20240102 as well from Python 3.11 on.
    if not DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def amount(given: JsonValue, _options: Options) -> float:
    """Read a number, or a number in a string (observed: the vendor's set-up tool sends one)."""
    number = _number(given)
    if not math.isfinite(number):
        msg = "is not a number"
        raise ValueError(msg)
    return number


def _number(given: JsonValue) -> float:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return math.nan
    try:
        return float(given)
    except (ValueError, OverflowError):
        return math.nan


def listed(allowed: Sequence[str]) -> Reader:
    """Return a reader of one of HQ's lists, case-sensitive."""

    def read(given: JsonValue, options: Options) -> Value:
        value = str(text(NAME_LIMIT)(given, options))
        if options.enums == "strict" and value not in allowed:
            msg = f'"{value}" is not on the list{nearest(value, allowed)}'
            raise ValueError(msg)
        return value

    return read


def unique_id(given: JsonValue, _options: Options) -> str:
    """Read a UUID and keep it as it was written."""
    value = _string(given)
    if not UUID_FORM.fullmatch(value):
        msg = f'"{value}" is not a UUID'
        raise ValueError(msg)
    return value


def flag(given: JsonValue, _options: Options) -> int:
    """Read a boolean, or one in a string as the page's own example sends it."""
    if isinstance(given, bool) or given in ("true", "false"):
        return int(given in (True, "true"))
    msg = "is neither true nor false"
    raise ValueError(msg)


def services(given: JsonValue, options: Options) -> str:
    """Read a comma separated list; HQ promises no order, the emulator keeps its own."""
    wanted = {each.strip() for each in _string(given).split(",") if each.strip()}
    unknown = sorted(wanted - {*SERVICES})
    if unknown and options.enums == "strict":
        msg = f'"{unknown[0]}" is not a service{nearest(unknown[0], SERVICES)}'
        raise ValueError(msg)
    return joined(wanted)


def joined(wanted: set[str]) -> str:
    """Return services as HQ writes them, in the emulator's own order."""
    known = [each for each in SERVICES if each in wanted]
    return ",".join([*known, *sorted(wanted - {*SERVICES})])


def _string(given: JsonValue) -> str:
    if not isinstance(given, str):
        msg = "is not a string"
        raise ValueError(msg)
    if not given.isprintable() and any("\ud800" <= each <= "\udfff" for each in given):
        msg = "is not valid Unicode"
        raise ValueError(msg)
    return given


TEXT_LIMIT = 255
"""Characters; the documented limit of nearly every text HQ takes."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body."""

    name: str
    read: Reader
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What a body may say: fields that are read, and names that are answered but never set."""

    fields: tuple[Field, ...]
    read_only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    """Names the public sources have in one place and not in another: taken, and not looked at."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name there is, for the suggestion beside an unknown one."""
        return (*(field.name for field in self.fields), *self.read_only, *self.ignored)


EMPTY: tuple[JsonValue, ...] = (None, "")

MOST_ROWS = 50
"""Rows of one import; documented for companies, users and project users:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-import-POST/"""


def whole(body: Mapping[str, JsonValue], shape: Shape, options: Options) -> Row:
    """Return every field of a shape, None for what was not sent.

    Raises:
        HqError: 400 with all problems.
    """
    problems = [*_strange(body, shape, options)]
    values = {
        field.name: taken(field, body.get(field.name), options, problems) for field in shape.fields
    }
    refuse(problems)
    return values


def sent(body: Mapping[str, JsonValue], shape: Shape, options: Options) -> Row:
    """Return the fields a PATCH means to change; null changes nothing unless ``patch_null`` does.

    Raises:
        HqError: 400 with all problems.
    """
    problems = [*_strange(body, shape, options)]
    values = {
        field.name: taken(field, body[field.name], options, problems)
        for field in shape.fields
        if field.name in body and (body[field.name] is not None or options.patch_null == "clear")
    }
    refuse(problems)
    return values


def refuse(problems: Sequence[str]) -> None:
    """Refuse a body with all of its problems, if it has any.

    Raises:
        HqError: 400.
    """
    if problems:
        raise invalid(problem="; ".join(problems))


def json_object(request: Request) -> dict[str, JsonValue]:
    """Return the body as a JSON object.

    Raises:
        HqError: 400, the body or its content type is something else.
    """
    return as_object(_json(request))


def json_rows(request: Request) -> list[JsonValue]:
    """Return the body as a JSON array of at most 50 rows.

    Raises:
        HqError: 400, it is something else; that the 51st row is a 400 is an inference.
    """
    body = _json(request)
    if not isinstance(body, list):
        raise invalid(problem="the body is not a JSON array")
    if len(body) > MOST_ROWS:
        raise invalid(problem=f"the body has {len(body)} rows; the limit is {MOST_ROWS}")
    return body


def as_object(value: JsonValue) -> dict[str, JsonValue]:
    """Return a value that must be a JSON object.

    Raises:
        HqError: 400, it is none.
    """
    if not isinstance(value, dict):
        raise invalid(problem="the body is not a JSON object")
    return value


def _json(request: Request) -> JsonValue:
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise invalid(problem=f'the content type must be application/json, not "{kind}"')
    try:
        return parse_json(request.body)
    except ValueError:
        raise invalid(problem="the body is not JSON") from None


def taken(field: Field, given: JsonValue, options: Options, problems: list[str]) -> Value:
    """Return the value to store; None clears, or was never given."""
    if given in EMPTY or (isinstance(given, str) and not given.strip()):
        if field.required:
            problems.append(f"{field.name} is required")
        return None
    try:
        return field.read(given, options)
    except ValueError as problem:
        problems.append(f"{field.name} {problem}")
        return None


def unwelcome(body: Mapping[str, JsonValue], names: Sequence[str], treat: str) -> Iterator[str]:
    """Yield a problem for each name that cannot be set, where such names are refused."""
    if treat == "refuse":
        yield from (f"{name} cannot be set here" for name in names if name in body)


def unknown(body: Mapping[str, JsonValue], names: Sequence[str], options: Options) -> Iterator[str]:
    """Yield unknown names; HQ itself most likely ignores them (inference), which hides mistakes."""
    if options.unknown_fields == "refuse":
        for name in body:
            if name not in names:
                yield f"there is no field {name}{nearest(name, names)}"


def _strange(body: Mapping[str, JsonValue], shape: Shape, options: Options) -> Iterator[str]:
    yield from unwelcome(body, shape.read_only, options.read_only_fields)
    yield from unknown(body, shape.names, options)


def imported(call: Call, make: Callable[[dict[str, JsonValue]], Row]) -> Reply:
    """Answer an import of companies or account users.

    Documented: 201 and at most 50 rows; observed: 200, and ``{"item", "error"}`` for a row that
    failed, see https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool
    """
    made: list[Row] = []
    failed: list[JsonValue] = []
    for row in json_rows(call.request):
        _one(row, make, made, failed)
    content = {
        "success": len(made),
        "failure": len(failed),
        "success_items": made,
        "failure_items": failed,
    }
    return Reply.json(call.options.import_status, content)


def _one(
    row: JsonValue,
    make: Callable[[dict[str, JsonValue]], Row],
    made: list[Row],
    failed: list[JsonValue],
) -> None:
    try:
        made.append(make(as_object(row)))
    except RefusedError as refused:
        failed.append({"item": row, "error": refused.message})
