"""The business rules of projects: what well-formed values must be to each other."""

from bim360_provider.emulator.errors import HqError, refused
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.store import Row

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
