"""Reading the body of POST and PATCH projects."""

from collections.abc import Mapping

from pydantic import JsonValue

from bim360_provider.emulator.body import EMPTY, json_object, refuse, taken, unknown, unwelcome
from bim360_provider.emulator.fields import Field
from bim360_provider.emulator.messages import Request
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.project_fields import (
    CREATE_ONLY,
    EVERY_NAME,
    ON_CREATE,
    ON_PATCH,
    READ_ONLY,
    STATUS,
)
from bim360_provider.emulator.store import Row


def for_create(request: Request, options: Options) -> Row:
    """Return the values of a POST, every documented field present.

    Raises:
        HqError: 400 with all problems.
    """
    body = json_object(request)
    # Observed: a status is sent by the vendor's set-up tool, and the project stays pending.
    problems = [*unwelcome(body, (*READ_ONLY, STATUS.name), options.read_only_fields)]
    problems += unknown(body, EVERY_NAME, options)
    values = {
        field.name: taken(field, body.get(field.name), options, problems) for field in ON_CREATE
    }
    refuse(problems)
    return values


def for_patch(request: Request, options: Options) -> Row:
    """Return the values of a PATCH: only what was sent.

    Raises:
        HqError: 400 with all problems.
    """
    body = json_object(request)
    create_only = [field.name for field in CREATE_ONLY]
    problems = [*unwelcome(body, READ_ONLY, options.read_only_fields)]
    problems += [*unwelcome(body, create_only, options.create_only_fields)]
    problems += unknown(body, EVERY_NAME, options)
    values = {
        field.name: taken(field, body[field.name], options, problems)
        for field in ON_PATCH
        if _is_sent(field, body, options)
    }
    refuse(problems)
    return values


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
