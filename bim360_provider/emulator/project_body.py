"""Reading the body of POST and PATCH projects: every problem of it at once."""

import json
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from bim360_provider.emulator.errors import invalid
from bim360_provider.emulator.messages import Request
from bim360_provider.emulator.nearest import nearest
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.project_fields import (
    CREATE_ONLY,
    EVERY_NAME,
    ON_CREATE,
    ON_PATCH,
    READ_ONLY,
    STATUS,
    Field,
)
from bim360_provider.emulator.store import Row, Value

EMPTY: tuple[JsonValue, ...] = (None, "")


def for_create(request: Request, options: Options) -> Row:
    """Return the values of a POST, every documented field present.

    Raises:
        HqError: 400 with all problems.
    """
    body = json_object(request)
    # Observed: a status is sent by the vendor's set-up tool, and the project stays pending.
    problems = [*_unwelcome(body, (*READ_ONLY, STATUS.name), options.read_only_fields)]
    problems += _unknown(body, options)
    values = {
        field.name: _taken(field, body.get(field.name), options, problems) for field in ON_CREATE
    }
    if problems:
        raise invalid(problem="; ".join(problems))
    return values


def for_patch(request: Request, options: Options) -> Row:
    """Return the values of a PATCH: only what was sent.

    Raises:
        HqError: 400 with all problems.
    """
    body = json_object(request)
    create_only = [field.name for field in CREATE_ONLY]
    problems = [*_unwelcome(body, READ_ONLY, options.read_only_fields)]
    problems += [*_unwelcome(body, create_only, options.create_only_fields)]
    problems += _unknown(body, options)
    values = {
        field.name: _taken(field, body[field.name], options, problems)
        for field in ON_PATCH
        if _is_sent(field, body, options)
    }
    if problems:
        raise invalid(problem="; ".join(problems))
    return values


def json_object(request: Request) -> dict[str, JsonValue]:
    """Return the body as a JSON object.

    Raises:
        HqError: 400, the body or its content type is something else.
    """
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise invalid(problem=f'the content type must be application/json, not "{kind}"')
    try:
        body: JsonValue = json.loads(request.body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise invalid(problem="the body is not JSON") from None
    if not isinstance(body, dict):
        raise invalid(problem="the body is not a JSON object")
    return body


def _no_constant(name: str) -> float:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


def _taken(field: Field, given: JsonValue, options: Options, problems: list[str]) -> Value:
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


def _is_sent(field: Field, body: Mapping[str, JsonValue], options: Options) -> bool:
    """Say whether a PATCH means to change a field.

    Observed: the vendor's set-up tool archives with ``service_types: ""`` and loses no service, so
    an empty list changes nothing.
    """
    if field.name not in body:
        return False
    if field.name == "service_types" and body[field.name] in EMPTY:
        return False
    return body[field.name] is not None or options.patch_null == "clear"


def _unwelcome(body: Mapping[str, JsonValue], names: Sequence[str], treat: str) -> Iterator[str]:
    if treat == "refuse":
        yield from (f"{name} cannot be set here" for name in names if name in body)


def _unknown(body: Mapping[str, JsonValue], options: Options) -> Iterator[str]:
    """Yield unknown names; HQ itself most likely ignores them (inference), which hides mistakes."""
    if options.unknown_fields == "refuse":
        for name in body:
            if name not in EVERY_NAME:
                yield f"there is no field {name}{nearest(name, EVERY_NAME)}"
