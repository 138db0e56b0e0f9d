"""Models of a project: the arguments, and lenient parsing of HQ's responses."""

import pytest
from pydantic import ValidationError

from bim360_provider.models import Job, Project, ProjectArguments
from bim360_provider.models.base import FieldRole, list_fields

PATCHABLE_FIELDS = list_fields(ProjectArguments, FieldRole.PATCHABLE, FieldRole.CLEARABLE)


def test_every_argument_has_exactly_one_role() -> None:
    """It is sent on create only, sent at any time, or never sent."""
    roles = [name for role in FieldRole for name in list_fields(ProjectArguments, role)]

    assert sorted(roles) == sorted(ProjectArguments.model_fields)


def test_a_clearable_argument_is_an_optional_field_of_hq() -> None:
    """A required field cannot be empty."""
    required = {k for k, field in ProjectArguments.model_fields.items() if field.is_required()}

    assert required.isdisjoint(list_fields(ProjectArguments, FieldRole.CLEARABLE))


def test_each_patchable_field_is_in_hqs_response() -> None:
    """A declared value can be compared."""
    assert set(PATCHABLE_FIELDS) <= set(Project.model_fields)


def test_a_project_may_contain_only_its_id() -> None:
    """A project that was created on the web page lacks even fields that the API requires."""
    nulls = dict.fromkeys(set(Project.model_fields) - {"id"})
    project = Project.model_validate({**nulls, "id": "p1"})

    assert project.get_fields() == {"id": "p1"}


def test_a_response_is_parsed_leniently() -> None:
    """Unknown fields, services and amounts as text, and dates with a time are accepted."""
    row = {
        "id": "p1",
        "value": "3000",
        "service_types": "pm,doc_manager,insight",
        "start_date": "2027-01-02T00:00:00.000Z",
        "a_field_of_tomorrow": {},
    }

    assert Project.model_validate(row).get_fields() == {
        "id": "p1",
        "value": 3000.0,
        "service_types": ["doc_manager", "insight", "pm"],
        "start_date": "2027-01-02",
    }


def test_a_response_without_an_id_is_refused() -> None:
    """It may be the JSON of a proxy."""
    with pytest.raises(ValidationError, match="id"):
        Project.model_validate({"name": "Tower A"})


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", "done"),
        ("Succeeded", "done"),
        ("COMPLETED", "done"),
        ("finished", "done"),
        ("failed", "failed"),
        ("failure", "failed"),
        ("Error", "failed"),
        ("queued", "running"),
        ("a state of tomorrow", "running"),
        ("", "running"),
        (None, "running"),
    ],
)
def test_an_unknown_job_status_counts_as_running(status: str | None, state: str) -> None:
    """HQ's list of statuses is not public."""
    assert Job(status=status).state == state
