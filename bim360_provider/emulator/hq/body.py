"""Parse and validate JSON bodies; an error lists all problems of a body."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from pydantic import JsonValue

from bim360_provider.emulator.hq.enums import SERVICES, TRADES
from bim360_provider.emulator.http.errors import (
    ApiError,
    build_bad_request_error,
    format_suggestion,
)
from bim360_provider.emulator.http.messages import IncomingRequest, Reply, parse_json
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.storage.database import Row, SqlValue

FieldReader: TypeAlias = Callable[[JsonValue, Options], SqlValue]
"""A reader of one field; its ValueError has the text after the field's name in the message."""

NAME_LIMIT = 255

RESERVED_CHARACTERS = '\\/?[]>*:<"|,'
"""Documented; the page leaves open whether "." belongs to the list, and the vendor's set-up tool
allows it: https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

DATE_PATTERN = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

EMAIL_PATTERN = re.compile(r"[^@\s]+@[^@\s]+")

UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

TEXT_LIMIT = 255
"""Characters; the documented limit of nearly every text of HQ."""

EMPTY_VALUES: tuple[JsonValue, ...] = (None, "")

MAX_ROWS = 50
"""Rows of one import; documented for companies, users and project users:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-import-POST/"""


def build_text_reader(limit: int) -> FieldReader:
    """Return a reader of text up to a number of characters."""

    def read(given: JsonValue, _options: Options) -> str:
        given = _require_text(given)
        if len(given) > limit:
            msg = f"has {len(given)} characters; the limit is {limit}"
            raise ValueError(msg)
        return given

    return read


def read_text(given: JsonValue, _options: Options) -> str:
    """Read text of any length."""
    return _require_text(given)


def read_email_address(given: JsonValue, options: Options) -> SqlValue:
    """Read an e-mail address: text up to 255 characters with an @ in the middle (inference)."""
    value = str(build_text_reader(NAME_LIMIT)(given, options))
    if not EMAIL_PATTERN.fullmatch(value):
        msg = f'"{value}" is not an e-mail address'
        raise ValueError(msg)
    return value


def read_trade(given: JsonValue, options: Options) -> SqlValue:
    """Read a company's trade.

    The vendor's OpenAPI file lists 66 trades, but its example of an import uses another one: any
    text is accepted unless ``trades`` is strict.
    """
    value = str(build_text_reader(NAME_LIMIT)(given, options))
    if options.trades == "strict" and value not in TRADES:
        msg = f'"{value}" is not on the list{format_suggestion(value, TRADES)}'
        raise ValueError(msg)
    return value


def read_project_name(given: JsonValue, options: Options) -> SqlValue:
    """Read a project's name: up to 255 characters, none of them reserved."""
    value = str(build_text_reader(NAME_LIMIT)(given, options))
    bad = [character for character in RESERVED_CHARACTERS if character in value]
    if bad:
        msg = f"must not contain {' '.join(bad)}"
        raise ValueError(msg)
    return value


def read_date(given: JsonValue, _options: Options) -> str:
    """Read a date as ``YYYY-MM-DD``."""
    value = _require_text(given)
    if not _is_date(value):
        msg = f'"{value}" is not a date as YYYY-MM-DD'
        raise ValueError(msg)
    return value


def _is_date(value: str) -> bool:
    # From Python 3.11 on, fromisoformat alone would accept 20240102 as well.
    if not DATE_PATTERN.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def read_number(given: JsonValue, _options: Options) -> float:
    """Read a number, or a number in a string (observed: the vendor's set-up tool sends one)."""
    number = _parse_number(given)
    if not math.isfinite(number):
        msg = "is not a number"
        raise ValueError(msg)
    return number


def _parse_number(given: JsonValue) -> float:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return math.nan
    try:
        return float(given)
    except (ValueError, OverflowError):
        return math.nan


def build_choice_reader(allowed: Sequence[str]) -> FieldReader:
    """Return a reader of one of HQ's lists, case-sensitive."""

    def read(given: JsonValue, options: Options) -> SqlValue:
        value = str(build_text_reader(NAME_LIMIT)(given, options))
        if options.enums == "strict" and value not in allowed:
            msg = f'"{value}" is not on the list{format_suggestion(value, allowed)}'
            raise ValueError(msg)
        return value

    return read


def read_uuid(given: JsonValue, _options: Options) -> str:
    """Read a UUID and keep it as it was written."""
    value = _require_text(given)
    if not UUID_PATTERN.fullmatch(value):
        msg = f'"{value}" is not a UUID'
        raise ValueError(msg)
    return value


def read_boolean(given: JsonValue, _options: Options) -> int:
    """Read a boolean, or one in a string as in the page's own example."""
    if isinstance(given, bool) or given in ("true", "false"):
        return int(given in (True, "true"))
    msg = "is neither true nor false"
    raise ValueError(msg)


def read_services(given: JsonValue, options: Options) -> str:
    """Read a comma-separated list of services into the emulator's order; HQ documents none."""
    wanted = {each.strip() for each in _require_text(given).split(",") if each.strip()}
    unknown = sorted(wanted - {*SERVICES})
    if unknown and options.enums == "strict":
        msg = f'"{unknown[0]}" is not a service{format_suggestion(unknown[0], SERVICES)}'
        raise ValueError(msg)
    return join_services(wanted)


def join_services(wanted: set[str]) -> str:
    """Join services as HQ does, in the emulator's order."""
    known = [each for each in SERVICES if each in wanted]
    return ",".join([*known, *sorted(wanted - {*SERVICES})])


def _require_text(given: JsonValue) -> str:
    if not isinstance(given, str):
        msg = "is not a string"
        raise ValueError(msg)
    if not given.isprintable() and any("\ud800" <= each <= "\udfff" for each in given):
        msg = "is not valid Unicode"
        raise ValueError(msg)
    return given


@dataclass(frozen=True, slots=True)
class BodyField:
    """One field of a body."""

    name: str
    reader: FieldReader
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class BodySchema:
    """The fields of a body, and the names that are only in replies."""

    fields: tuple[BodyField, ...]
    read_only_names: tuple[str, ...] = ()
    ignored_names: tuple[str, ...] = ()
    """Names that the public sources contain only in some places; they are accepted and ignored."""

    @property
    def names(self) -> tuple[str, ...]:
        """All known names, to suggest one for an unknown name."""
        return (*(field.name for field in self.fields), *self.read_only_names, *self.ignored_names)


def parse_full(body: Mapping[str, JsonValue], schema: BodySchema, options: Options) -> Row:
    """Return every field of a schema, None for fields that were not sent.

    Raises:
        HqApiError: 400 with all problems.
    """
    problems = [*_find_name_problems(body, schema, options)]
    values = {
        field.name: parse_field(field, body.get(field.name), options, problems)
        for field in schema.fields
    }
    refuse_problems(problems)
    return values


def parse_partial(body: Mapping[str, JsonValue], schema: BodySchema, options: Options) -> Row:
    """Return the fields that a PATCH changes; null is ignored unless ``patch_null`` is ``clear``.

    Raises:
        HqApiError: 400 with all problems.
    """
    problems = [*_find_name_problems(body, schema, options)]
    values = {
        field.name: parse_field(field, body[field.name], options, problems)
        for field in schema.fields
        if field.name in body and (body[field.name] is not None or options.patch_null == "clear")
    }
    refuse_problems(problems)
    return values


def refuse_problems(problems: Sequence[str]) -> None:
    """Refuse a body that has problems, and list all of them.

    Raises:
        HqApiError: 400.
    """
    if problems:
        raise build_bad_request_error(problem="; ".join(problems))


def parse_object(request: IncomingRequest) -> dict[str, JsonValue]:
    """Return the body as a JSON object.

    Raises:
        HqApiError: 400, the body or its content type is not JSON, or it is not an object.
    """
    return require_object(_parse_body(request))


def parse_rows(request: IncomingRequest) -> list[JsonValue]:
    """Return the body as a JSON array of at most 50 rows.

    Raises:
        HqApiError: 400, it is not an array; that 51 rows result in a 400 is an inference.
    """
    body = _parse_body(request)
    if not isinstance(body, list):
        raise build_bad_request_error(problem="the body is not a JSON array")
    if len(body) > MAX_ROWS:
        raise build_bad_request_error(
            problem=f"the body has {len(body)} rows; the limit is {MAX_ROWS}"
        )
    return body


def require_object(value: JsonValue) -> dict[str, JsonValue]:
    """Return a value that must be a JSON object.

    Raises:
        HqApiError: 400, it is not an object.
    """
    if not isinstance(value, dict):
        raise build_bad_request_error(problem="the body is not a JSON object")
    return value


def _parse_body(request: IncomingRequest) -> JsonValue:
    kind = request.get_header("content-type").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise build_bad_request_error(
            problem=f'the content type must be application/json, not "{kind}"'
        )
    try:
        return parse_json(request.body)
    except ValueError:
        raise build_bad_request_error(problem="the body is not JSON") from None


def parse_field(
    field: BodyField, given: JsonValue, options: Options, problems: list[str]
) -> SqlValue:
    """Return the value to store; None if the field is cleared or absent."""
    if given in EMPTY_VALUES or (isinstance(given, str) and not given.strip()):
        if field.is_required:
            problems.append(f"{field.name} is required")
        return None
    try:
        return field.reader(given, options)
    except ValueError as problem:
        problems.append(f"{field.name} {problem}")
        return None


def find_readonly_problems(
    body: Mapping[str, JsonValue], names: Sequence[str], treat: str
) -> Iterator[str]:
    """Yield a problem for each name that cannot be set, if such names are refused."""
    if treat == "refuse":
        yield from (f"{name} cannot be set here" for name in names if name in body)


def find_unknown_fields(
    body: Mapping[str, JsonValue], names: Sequence[str], options: Options
) -> Iterator[str]:
    """Yield a problem for each unknown name; HQ itself most likely ignores them (inference)."""
    if options.unknown_fields == "refuse":
        for name in body:
            if name not in names:
                yield f"unknown field {name}{format_suggestion(name, names)}"


def _find_name_problems(
    body: Mapping[str, JsonValue], schema: BodySchema, options: Options
) -> Iterator[str]:
    yield from find_readonly_problems(body, schema.read_only_names, options.read_only_fields)
    yield from find_unknown_fields(body, schema.names, options)


def import_rows(call: ApiCall, create: Callable[[dict[str, JsonValue]], Row]) -> Reply:
    """Handle an import of companies or account users.

    Documented: 201 and at most 50 rows; observed: 200, and ``{"item", "error"}`` for a row that
    failed, see https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool
    """
    created: list[Row] = []
    failed: list[JsonValue] = []
    for row in parse_rows(call.request):
        _import_row(row, create, created, failed)
    content = {
        "success": len(created),
        "failure": len(failed),
        "success_items": created,
        "failure_items": failed,
    }
    return Reply.from_content(call.options.import_status, content)


def _import_row(
    row: JsonValue,
    create: Callable[[dict[str, JsonValue]], Row],
    created: list[Row],
    failed: list[JsonValue],
) -> None:
    try:
        created.append(create(require_object(row)))
    except ApiError as error:
        failed.append({"item": row, "error": error.message})
