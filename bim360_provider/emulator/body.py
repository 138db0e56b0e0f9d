"""Reading JSON bodies: every problem of one at once."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from bim360_provider.emulator.errors import invalid
from bim360_provider.emulator.fields import Field, Shape
from bim360_provider.emulator.messages import Request
from bim360_provider.emulator.nearest import nearest
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.parsing import parse_json
from bim360_provider.emulator.store import Row, Value

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
