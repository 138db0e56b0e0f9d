"""Adopt: what a create may take for its own when the name is taken."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bim360_provider.core.project.adoption import decide_adoption, is_created_project
from bim360_provider.models import Project
from tests.support.hq import PROJECT_INPUTS, build_settings

BEGAN = datetime(2027, 1, 2, 12, 0, 0, tzinfo=timezone.utc)


def at(moment: datetime) -> str:
    """Return a moment as HQ writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def build_candidate(**changes: Any) -> Project:
    """Return the project that has the tower's name: a leftover of an hour ago."""
    created = {"id": "p1", "status": "pending", "created_at": at(BEGAN - timedelta(hours=1))}
    return Project.model_validate({**PROJECT_INPUTS, **created, **changes})


def decide(*candidates: Project, adopt: str | None = None, **config: str) -> tuple[str | None, str]:
    """Return the id that is adopted, and the reason."""
    inputs = {**PROJECT_INPUTS, **({"adopt": adopt} if adopt else {})}
    decision = decide_adoption(list(candidates), inputs, build_settings(**config), BEGAN)
    return (decision.row.id if decision.row else None), decision.reason


def test_the_leftover_of_an_interrupted_run_is_adopted() -> None:
    """As declared, pending, never signed in to, created within a day before this run."""
    adopted, message = decide(build_candidate())

    assert adopted == "p1"
    assert "'Tower A'" in message
    assert "an interrupted run" in message


@pytest.mark.parametrize(
    "changes",
    [
        {"created_at": at(BEGAN - timedelta(days=1, seconds=1))},
        {"created_at": at(BEGAN)},
        {"created_at": at(BEGAN + timedelta(seconds=1))},
        {"created_at": None},
        {"created_at": "long ago"},
        {"status": "active"},
        {"status": "inactive"},
        {"status": None},
        {"status": "archived"},
        {"last_sign_in": at(BEGAN - timedelta(minutes=1))},
        {"value": 3001.0},
        {"start_date": "2027-01-03"},
        {"project_type": "Hospital"},
        {"currency": "EUR"},
        {"service_types": "cost"},
    ],
)
def test_any_other_project_with_the_name_is_not_adopted(changes: dict[str, Any]) -> None:
    """Each single condition that fails prevents the adoption."""
    decision = decide_adoption(
        [build_candidate(**changes)],
        {**PROJECT_INPUTS, "service_types": ["pm"]},
        build_settings(),
        BEGAN,
    )

    assert decision.row is None


@pytest.mark.parametrize(
    ("declared", "found", "adopted"),
    [
        ("archived", "archived", True),
        ("archived", "pending", True),
        ("inactive", "inactive", True),
        ("active", "active", False),
        ("inactive", "archived", False),
    ],
)
def test_a_leftover_may_have_the_declared_status_already(
    declared: str, found: str, adopted: bool
) -> None:
    """The run was killed after its PATCH; an active project has people in it, and is theirs."""
    decision = decide_adoption(
        [build_candidate(status=found)],
        {**PROJECT_INPUTS, "status": declared},
        build_settings(),
        BEGAN,
    )

    assert (decision.row is not None) == adopted


@pytest.mark.parametrize("age", [timedelta(seconds=1), timedelta(days=1)])
def test_a_leftover_is_taken_up_within_a_day(age: timedelta) -> None:
    """The first second of it and the last."""
    assert decide(build_candidate(created_at=at(BEGAN - age)))[0] == "p1"


def test_leftovers_can_be_left_alone_by_configuration() -> None:
    """For who never wants anything to be adopted."""
    adopted, message = decide(build_candidate(), adoptLeftovers="false")

    assert adopted is None
    assert message == (
        "a project 'Tower A' exists already (p1, pending); "
        "adopt it with adopt='any', or declare another name; "
        "if only the resource was renamed, add an alias to it"
    )


def test_a_project_created_during_the_run_is_an_error_with_its_cause() -> None:
    """Two resources or two pipelines that declare one name."""
    adopted, message = decide(build_candidate(created_at=at(BEGAN)))

    assert adopted is None
    assert "was created by another user or pipeline during this run" in message


def test_the_configuration_allows_adopting_a_project_created_during_the_run() -> None:
    """For who runs the same stack from two places on purpose."""
    assert decide(build_candidate(created_at=at(BEGAN)), adoptSimultaneous="true")[0] == "p1"


@pytest.mark.parametrize(
    ("adopt", "status", "adopted"),
    [
        ("never", "active", False),
        ("never", "archived", False),
        ("archived", "active", False),
        ("archived", "inactive", False),
        ("archived", "archived", True),
        ("any", "active", True),
        ("any", "inactive", True),
        ("any", "archived", True),
        ("any", "pending", True),
    ],
)
def test_the_policy_decides_about_all_others(adopt: str, status: str, adopted: bool) -> None:
    """Three policies over HQ's four states."""
    other = build_candidate(status=status, value=1.0)

    assert decide(other, adopt=adopt)[0] == ("p1" if adopted else None)


def test_the_advice_for_an_archived_project_is_to_bring_it_back() -> None:
    """Names stay taken."""
    assert decide(build_candidate(status="archived"))[1] == (
        "'Tower A' is the name of an archived project (p1) and stays in use; "
        "reactivate it with adopt='archived', or declare another name"
    )


def test_a_name_without_a_project_is_probably_an_acc_project() -> None:
    """HQ says it is taken, and its list does not show by what."""
    adopted, message = decide(adopt="any")

    assert adopted is None
    assert "it may also be an ACC project: declare another name" in message


def test_of_several_the_living_one_counts() -> None:
    """Then the oldest, in any order."""
    archived = build_candidate(id="p0", status="archived", created_at=at(BEGAN - timedelta(days=9)))
    recent = build_candidate(id="p2", status="active", created_at=at(BEGAN - timedelta(days=2)))
    old = build_candidate(id="p3", status="active", created_at=at(BEGAN - timedelta(days=3)))

    assert decide(archived, recent, old, adopt="any")[0] == "p3"
    assert decide(old, archived, recent, adopt="any")[0] == "p3"


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({"created_at": at(BEGAN)}, True),
        ({"created_at": at(BEGAN - timedelta(seconds=1))}, False),
        ({"created_at": None}, False),
        ({"created_at": at(BEGAN), "value": 1.0}, False),
        ({"created_at": "2027-01-02 12:00:00.020422"}, True),
    ],
)
def test_after_a_lost_response_a_project_created_since_is_found(
    changes: dict[str, Any], ours: bool
) -> None:
    """With the declared values, and not before the request."""
    assert is_created_project(build_candidate(**changes), PROJECT_INPUTS, BEGAN) is ours
