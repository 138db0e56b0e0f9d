"""What the body of a project may contain: fields, types, limits, lists and business rules."""

from collections.abc import Mapping

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import Code
from bim360_provider.emulator.hq import enums
from bim360_provider.emulator.hq.body import (
    EMPTY,
    TEXT_LIMIT,
    Field,
    amount,
    day,
    flag,
    json_object,
    listed,
    name,
    refuse,
    services,
    taken,
    text,
    unique_id,
    unknown,
    unwelcome,
)
from bim360_provider.emulator.http.errors import HqError, refused
from bim360_provider.emulator.http.messages import Request
from bim360_provider.emulator.http.routing import Call
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.storage.database import Row

JOB_NUMBER_LIMIT = 100

SETTABLE = (
    Field("name", name, required=True),
    Field("service_types", services),
    Field("start_date", day, required=True),
    Field("end_date", day, required=True),
    Field("project_type", text(TEXT_LIMIT), required=True),
    Field("value", amount, required=True),
    Field("currency", listed(enums.CURRENCIES), required=True),
    Field("job_number", text(JOB_NUMBER_LIMIT)),
    Field("address_line_1", text(TEXT_LIMIT)),
    Field("address_line_2", text(TEXT_LIMIT)),
    Field("city", text(TEXT_LIMIT)),
    # Which states a country has stands on a page that could not be read; any text is accepted.
    Field("state_or_province", text(TEXT_LIMIT)),
    Field("postal_code", text(TEXT_LIMIT)),
    Field("country", text(TEXT_LIMIT)),
    Field("business_unit_id", unique_id),
    Field("timezone", listed(enums.TIMEZONES)),
    Field("language", listed(enums.LANGUAGES)),
    Field("construction_type", listed(enums.CONSTRUCTION_TYPES)),
    Field("contract_type", listed(enums.CONTRACT_TYPES)),
)
"""What POST and PATCH take."""

CREATE_ONLY = (
    Field("template_project_id", unique_id),
    Field("include_locations", flag),
    Field("include_companies", flag),
)
"""What only POST takes; absent from the page of PATCH."""

STATUS = Field("status", listed(enums.SETTABLE_STATUSES), required=True)
"""What only PATCH takes."""

READ_ONLY = (
    "id",
    "account_id",
    "last_sign_in",
    "copy_project_job_id",
    "created_at",
    "updated_at",
    "folders_created_from",
)
"""What is answered but never set. The vendor's set-up tool sends some of them, and
``folders_created_from``, and works (observed), so they are ignored by default:
https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

ON_CREATE = SETTABLE + CREATE_ONLY

ON_PATCH = (*SETTABLE, STATUS)

EVERY_NAME = tuple(field.name for field in (*ON_CREATE, STATUS)) + READ_ONLY

FIELD_SERVICE = "field"


def check(project: Row, sent: Row, call: Call) -> None:
    """Check a project as it is going to be; what was not sent may be as odd as it was.

    Args:
        project: All of its values, the sent ones included.
        sent: The values of the request.
        call: The call.

    Raises:
        HqError: 422 for the first rule that is broken; that it is 422 and not 400 is an inference.
    """
    if "start_date" in sent or "end_date" in sent:
        _dates_run_forward(project)
    if "service_types" in sent:
        _services_are_enabled(project, call)
    if "business_unit_id" in sent:
        _business_unit_exists(project, call)
    if "state_or_province" in sent or "country" in sent:
        _state_has_country(project, call)


def _dates_run_forward(project: Row) -> None:
    """Documented on the page of POST projects: start_date is before end_date."""
    start, end = project["start_date"], project["end_date"]
    if start and end and str(start) >= str(end):
        raise refused(why=f"start_date {start} must be before end_date {end}")


def _services_are_enabled(project: Row, call: Call) -> None:
    """Inference: the page of POST projects speaks of the services enabled in the account."""
    wanted = {*str(project["service_types"]).split(",")} - {""}
    absent = sorted(wanted - {*call.account.services})
    if absent and call.options.services_must_be_enabled:
        raise refused(why=f"service_types: the account has no {absent[0]}")


def _business_unit_exists(project: Row, call: Call) -> None:
    """Documented as the id of an existing business unit; the status code is an inference."""
    unit = project["business_unit_id"]
    if unit is None or not call.options.business_unit_must_exist:
        return
    sql = "SELECT 1 FROM business_units WHERE account_id = ? AND id = ?"
    if call.backend.store.row(sql, [call.account.id, unit]) is None:
        raise refused(why=f"business_unit_id: the account has no business unit {unit}")


def _state_has_country(project: Row, call: Call) -> None:
    """Inference from "the allowed states depend on the country"; off by default."""
    alone = project["state_or_province"] is not None and project["country"] is None
    if alone and call.options.state_needs_country:
        raise refused(why="state_or_province needs a country")


def check_template(template: Row | None, project: Row) -> None:
    """Check the project a new one is copied from.

    Documented on the page of POST projects: it exists, Field is active on it, and the languages
    are the same.

    Raises:
        HqError: 422.
    """
    if template is None:
        raise refused(why="template_project_id: the account has no such project")
    if FIELD_SERVICE not in str(template["service_types"]).split(","):
        raise refused(
            why=f"template_project_id: {template['name']} does not have the Field service"
        )
    language, wanted = template["language"], project["language"]
    if language and wanted and language != wanted:
        raise refused(why=f"language {wanted} is not the template's, which is {language}")


def check_name(project: Row, call: Call) -> None:
    """Check that no project of the account has this name, archived ones included.

    409 is documented for a conflict; that the name of an archived project stays taken is an
    inference from there being no delete.

    Raises:
        HqError: 409.
    """
    sql = "SELECT id FROM projects WHERE account_id = ? AND name = ?"
    if call.backend.store.row(sql, [call.account.id, project["name"]]) is not None:
        raise HqError(409, Code.NAME_TAKEN, f'a project named "{project["name"]}" already exists')


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
