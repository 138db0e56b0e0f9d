"""The rules for the body of a project: fields, types, limits, lists and business rules."""

from collections.abc import Mapping

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.hq import enums
from bim360_provider.emulator.hq.body import (
    EMPTY_VALUES,
    TEXT_LIMIT,
    BodyField,
    build_choice_reader,
    build_text_reader,
    find_readonly_problems,
    find_unknown_fields,
    parse_field,
    parse_object,
    read_boolean,
    read_date,
    read_number,
    read_project_name,
    read_services,
    read_uuid,
    refuse_problems,
)
from bim360_provider.emulator.http.errors import HqApiError, build_unprocessable_error
from bim360_provider.emulator.http.messages import IncomingRequest
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.storage.database import Row

JOB_NUMBER_LIMIT = 100

SETTABLE_FIELDS = (
    BodyField("name", read_project_name, is_required=True),
    BodyField("service_types", read_services),
    BodyField("start_date", read_date, is_required=True),
    BodyField("end_date", read_date, is_required=True),
    BodyField("project_type", build_text_reader(TEXT_LIMIT), is_required=True),
    BodyField("value", read_number, is_required=True),
    BodyField("currency", build_choice_reader(enums.CURRENCIES), is_required=True),
    BodyField("job_number", build_text_reader(JOB_NUMBER_LIMIT)),
    BodyField("address_line_1", build_text_reader(TEXT_LIMIT)),
    BodyField("address_line_2", build_text_reader(TEXT_LIMIT)),
    BodyField("city", build_text_reader(TEXT_LIMIT)),
    # The states of a country are on a page that was not readable; any text is accepted.
    BodyField("state_or_province", build_text_reader(TEXT_LIMIT)),
    BodyField("postal_code", build_text_reader(TEXT_LIMIT)),
    BodyField("country", build_text_reader(TEXT_LIMIT)),
    BodyField("business_unit_id", read_uuid),
    BodyField("timezone", build_choice_reader(enums.TIMEZONES)),
    BodyField("language", build_choice_reader(enums.LANGUAGES)),
    BodyField("construction_type", build_choice_reader(enums.CONSTRUCTION_TYPES)),
    BodyField("contract_type", build_choice_reader(enums.CONTRACT_TYPES)),
)
"""The fields of POST and PATCH."""

CREATE_ONLY_FIELDS = (
    BodyField("template_project_id", read_uuid),
    BodyField("include_locations", read_boolean),
    BodyField("include_companies", read_boolean),
)
"""The fields of POST only; absent from the page of PATCH."""

STATUS_FIELD = BodyField("status", build_choice_reader(enums.SETTABLE_STATUSES), is_required=True)
"""The field of PATCH only."""

READ_ONLY_NAMES = (
    "id",
    "account_id",
    "last_sign_in",
    "copy_project_job_id",
    "created_at",
    "updated_at",
    "folders_created_from",
)
"""Fields of replies that cannot be set. The vendor's set-up tool sends some of them, and
``folders_created_from``, successfully (observed), so they are ignored by default:
https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

CREATE_FIELDS = SETTABLE_FIELDS + CREATE_ONLY_FIELDS

PATCH_FIELDS = (*SETTABLE_FIELDS, STATUS_FIELD)

FIELD_NAMES = tuple(field.name for field in (*CREATE_FIELDS, STATUS_FIELD)) + READ_ONLY_NAMES

FIELD_SERVICE = "field"


def check_project(project: Row, sent: Row, call: ApiCall) -> None:
    """Check the business rules of the fields that were sent.

    Args:
        project: All values of the project, including the sent ones.
        sent: The values of the request.
        call: The call.

    Raises:
        HqApiError: 422 for the first broken rule; the status is an inference.
    """
    if "start_date" in sent or "end_date" in sent:
        _check_dates(project)
    if "service_types" in sent:
        _check_services(project, call)
    if "business_unit_id" in sent:
        _check_business_unit(project, call)
    if "state_or_province" in sent or "country" in sent:
        _check_state(project, call)


def _check_dates(project: Row) -> None:
    """Documented on the page of POST projects: start_date is before end_date."""
    start, end = project["start_date"], project["end_date"]
    if start and end and str(start) >= str(end):
        raise build_unprocessable_error(reason=f"start_date {start} must be before end_date {end}")


def _check_services(project: Row, call: ApiCall) -> None:
    """Inference: the page of POST projects mentions the services enabled in the account."""
    wanted = {*str(project["service_types"]).split(",")} - {""}
    absent = sorted(wanted - {*call.account.services})
    if absent and call.options.services_must_be_enabled:
        raise build_unprocessable_error(reason=f"service_types: the account has no {absent[0]}")


def _check_business_unit(project: Row, call: ApiCall) -> None:
    """Documented as the id of an existing business unit; the status code is an inference."""
    unit = project["business_unit_id"]
    if unit is None or not call.options.business_unit_must_exist:
        return
    sql = "SELECT 1 FROM business_units WHERE account_id = ? AND id = ?"
    if call.hq.store.fetch_one(sql, [call.account.id, unit]) is None:
        raise build_unprocessable_error(
            reason=f"business_unit_id: the account has no business unit {unit}"
        )


def _check_state(project: Row, call: ApiCall) -> None:
    """Inference from "the allowed states depend on the country"; off by default."""
    lacks_country = project["state_or_province"] is not None and project["country"] is None
    if lacks_country and call.options.state_needs_country:
        raise build_unprocessable_error(reason="state_or_province needs a country")


def check_template(template: Row | None, project: Row) -> None:
    """Check the template of a new project.

    Documented on the page of POST projects: it exists, Field is active on it, and the languages
    are the same.

    Raises:
        HqApiError: 422.
    """
    if template is None:
        raise build_unprocessable_error(
            reason="template_project_id: the account has no such project"
        )
    if FIELD_SERVICE not in str(template["service_types"]).split(","):
        raise build_unprocessable_error(
            reason=f"template_project_id: {template['name']} does not have the Field service"
        )
    language, wanted = template["language"], project["language"]
    if language and wanted and language != wanted:
        raise build_unprocessable_error(
            reason=f"language {wanted} is not the template's, which is {language}"
        )


def check_name(project: Row, call: ApiCall) -> None:
    """Check that no project of the account has this name, archived ones included.

    409 is documented for a conflict; that an archived project keeps its name is an inference from
    the lack of a delete.

    Raises:
        HqApiError: 409.
    """
    sql = "SELECT id FROM projects WHERE account_id = ? AND name = ?"
    if call.hq.store.fetch_one(sql, [call.account.id, project["name"]]) is not None:
        raise HqApiError(
            409, ErrorCode.NAME_TAKEN, f'a project named "{project["name"]}" already exists'
        )


def parse_create_body(request: IncomingRequest, options: Options) -> Row:
    """Return the values of a POST, with every documented field.

    Raises:
        HqApiError: 400 with all problems.
    """
    body = parse_object(request)
    # Observed: the vendor's set-up tool sends a status, and the project stays pending.
    problems = [
        *find_readonly_problems(
            body, (*READ_ONLY_NAMES, STATUS_FIELD.name), options.read_only_fields
        )
    ]
    problems += find_unknown_fields(body, FIELD_NAMES, options)
    values = {
        field.name: parse_field(field, body.get(field.name), options, problems)
        for field in CREATE_FIELDS
    }
    refuse_problems(problems)
    return values


def parse_patch_body(request: IncomingRequest, options: Options) -> Row:
    """Return the values that a PATCH sends.

    Raises:
        HqApiError: 400 with all problems.
    """
    body = parse_object(request)
    create_only = [field.name for field in CREATE_ONLY_FIELDS]
    problems = [*find_readonly_problems(body, READ_ONLY_NAMES, options.read_only_fields)]
    problems += [*find_readonly_problems(body, create_only, options.create_only_fields)]
    problems += find_unknown_fields(body, FIELD_NAMES, options)
    values = {
        field.name: parse_field(field, body[field.name], options, problems)
        for field in PATCH_FIELDS
        if _is_sent(field, body, options)
    }
    refuse_problems(problems)
    return values


def _is_sent(field: BodyField, body: Mapping[str, JsonValue], options: Options) -> bool:
    """Return whether a PATCH changes a field.

    Observed: the vendor's set-up tool archives with ``service_types: ""`` and no service is
    removed, so an empty list changes nothing.
    """
    if field.name not in body:
        return False
    if field.name == "service_types" and body[field.name] in EMPTY_VALUES:
        return False
    return body[field.name] is not None or options.patch_null == "clear"
