"""The models: what a stack may say, and how leniently HQ's answers are read."""

import pytest
from pydantic import ValidationError

from bim360_provider.models import Job, Project, ProjectArguments
from bim360_provider.models.project import (
    CLEARABLE_FIELDS,
    CREATE_ONLY_FIELDS,
    PATCHABLE_FIELDS,
    PROVIDER_ONLY_FIELDS,
)


def test_every_argument_has_exactly_one_role() -> None:
    """Sent on create alone, sent at any time, or never sent."""
    roles = [*PATCHABLE_FIELDS, *CREATE_ONLY_FIELDS, *PROVIDER_ONLY_FIELDS]

    assert sorted(roles) == sorted(ProjectArguments.model_fields)


def test_what_can_be_cleared_is_an_optional_field_of_hqs() -> None:
    """A required field cannot be emptied."""
    required = {k for k, field in ProjectArguments.model_fields.items() if field.is_required()}

    assert set(PATCHABLE_FIELDS) - required >= CLEARABLE_FIELDS


def test_every_field_hq_takes_is_a_field_hq_gives() -> None:
    """What can be declared can be compared."""
    assert set(PATCHABLE_FIELDS) <= set(Project.model_fields)


def test_a_project_may_hold_nothing_but_its_id() -> None:
    """Projects made by hand lack even what an API create requires."""
    nulls = dict.fromkeys(set(Project.model_fields) - {"id"})
    project = Project.model_validate({**nulls, "id": "p1"})

    assert project.get_fields() == {"id": "p1"}


def test_an_answer_is_read_leniently() -> None:
    """Unknown fields, services as text, amounts as text, dates with a time."""
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


def test_a_project_without_an_id_is_no_project() -> None:
    """Some proxy's JSON is not taken for HQ's."""
    with pytest.raises(ValidationError, match="id"):
        Project.model_validate({"name": "Tower A"})


@pytest.mark.parametrize(
    ("word", "state"),
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
def test_a_jobs_word_is_read_leniently(word: str | None, state: str) -> None:
    """HQ's list of states is not public: what is not known still runs."""
    assert Job(status=word).state == state
