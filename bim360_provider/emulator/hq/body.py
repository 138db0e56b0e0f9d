"""Parse and validate JSON bodies; an error lists all problems of a body."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from bim360_provider.emulator.hq.values import BodyField
from bim360_provider.emulator.http.errors import (
    ApiError,
    build_bad_request_error,
    format_suggestion,
)
from bim360_provider.emulator.http.messages import IncomingRequest, Reply, parse_json
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.storage.database import Row, SqlValue

JSON_CONTENT_TYPE = "application/json"

EMPTY_VALUES: tuple[JsonValue, ...] = (None, "")

MAX_ROWS = 50
"""Rows of one import; documented for companies, users and project users:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-import-POST/"""


@dataclass(frozen=True, slots=True)
class BodySchema:
    """The fields of a body, and the names of fields that cannot be set."""

    fields: tuple[BodyField, ...]
    read_only_names: tuple[str, ...] = ()
    create_only_names: tuple[str, ...] = ()
    """Names that only the body of a POST sets."""

    @property
    def names(self) -> tuple[str, ...]:
        """All known names, to suggest one for an unknown name."""
        fields = (field.name for field in self.fields)
        return (*fields, *self.read_only_names, *self.create_only_names)


def build_schema(
    fields: tuple[BodyField, ...], reply_fields: Sequence[str], create_only: Sequence[str] = ()
) -> BodySchema:
    """Return the schema of a body; the other fields of replies are read-only."""
    settable = {field.name for field in fields}
    read_only = (name for name in reply_fields if name not in settable)
    return BodySchema(fields, tuple(read_only), tuple(create_only))


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


def parse_object(
    request: IncomingRequest, content_type: str = JSON_CONTENT_TYPE
) -> dict[str, JsonValue]:
    """Return the body as a JSON object.

    Raises:
        HqApiError: 400, the body or its content type is not JSON, or it is not an object.
    """
    return require_object(_parse_body(request, content_type))


def parse_array(request: IncomingRequest) -> list[JsonValue]:
    """Return the body as a JSON array.

    Raises:
        HqApiError: 400, it is not an array.
    """
    body = _parse_body(request)
    if not isinstance(body, list):
        raise build_bad_request_error(problem="the body is not a JSON array")
    return body


def parse_rows(request: IncomingRequest) -> list[JsonValue]:
    """Return the body as a JSON array of at most 50 rows.

    Raises:
        HqApiError: 400, it is not an array; that 51 rows result in a 400 is an inference.
    """
    body = parse_array(request)
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


def _parse_body(request: IncomingRequest, content_type: str = JSON_CONTENT_TYPE) -> JsonValue:
    kind = request.get_header("content-type").partition(";")[0].strip().lower()
    if kind != content_type:
        raise build_bad_request_error(
            problem=f'the content type must be {content_type}, not "{kind}"'
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


def _find_readonly_problems(
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
    yield from _find_readonly_problems(body, schema.read_only_names, options.read_only_fields)
    yield from _find_readonly_problems(body, schema.create_only_names, options.create_only_fields)
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
