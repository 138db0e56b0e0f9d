"""An admin of a project: what check takes, what acts once, and what replaces."""

from typing import Any

import pytest

from bim360_provider.core.project_admin import check, diff
from bim360_provider.core.validation import UNKNOWN
from tests.support.hq import build_settings
from tests.support.members import ACCOUNT_SCOPE, COMPANY_ID, PROJECT_ID, acting_settings

OTHER = "85d84020-0000-4000-8000-000000000001"
ANNA = {
    "project_id": PROJECT_ID,
    "email": "anna@example.com",
    "service_type": "doc_manager",
    "company_id": COMPANY_ID,
    **ACCOUNT_SCOPE,
}


def problems(new: dict[str, Any], old: dict[str, Any] | None = None, **config: str) -> list[str]:
    """Return what is wrong with Anna, changed by ``new``; None takes an argument away."""
    given = {k: v for k, v in {**ANNA, **new}.items() if v is not None}
    return [str(problem) for problem in check(old or {}, given, build_settings(**config))[1]]


def test_no_acting_user_is_needed() -> None:
    """HQ takes this request from the app alone, so that the very first admin can be added."""
    assert problems({"email": "Anna@Example.com"}) == []


def test_a_removal_needs_an_acting_user() -> None:
    """Said in the preview of the up, not in the middle of a destroy."""
    assert problems({"on_destroy": "remove"})[0].startswith("acting_user is missing: set BIM360")
    assert problems({"on_destroy": "remove"}, actingUser="anna@example.com") == []
    assert acting_settings().acting_user


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ({"service_type": "docs"}, "service_type 'docs' is not a valid value"),
        ({"service_type": None}, "service_type is missing"),
        ({"company_id": ""}, "company_id must be an id such as"),
        ({"email": "anna"}, "email must be an e-mail address"),
        ({"role": "project_admin"}, "role is not an argument"),
    ],
)
def test_a_problem_names_its_argument(new: dict[str, Any], message: str) -> None:
    """One problem for one mistake."""
    found = problems(new)

    assert len(found) == 1
    assert found[0].startswith(message)


def test_the_way_to_another_service_is_another_admin() -> None:
    """HQ takes one request for each service of a person, so each is a resource."""
    (found,) = problems({"service_type": "pm"}, ANNA)

    assert found.endswith("declare another Bim360ProjectAdmin to activate another service")


def test_a_service_of_tomorrow_can_be_let_through() -> None:
    """Autodesk extends its lists without a new version of the API."""
    assert problems({"service_type": "tomorrow"}, unknownValues="allow") == []


@pytest.mark.parametrize(("name", "value"), [("service_type", "pm"), ("company_id", OTHER)])
def test_what_acts_once_cannot_be_changed_later(name: str, value: str) -> None:
    """HQ has no request for it; another project or person is a new admin, and free to choose."""
    (found,) = problems({name: value}, ANNA)
    assert found.startswith(f"{name} applies only when the admin is added")
    assert problems({name: value, "project_id": OTHER}, ANNA) == []
    assert problems({name: value, "email": "bob@example.com"}, ANNA) == []


@pytest.mark.parametrize("name", ["project_id", "email", "account_id", "region"])
def test_another_project_person_or_place_is_another_admin(name: str) -> None:
    """They, and nothing else, replace."""
    assert diff(ANNA, {**ANNA, name: UNKNOWN}).replaces == (name,)
    assert diff(ANNA, ANNA).changed_arguments == ()


def test_on_destroy_is_kept_in_the_state_so_its_change_is_one() -> None:
    """A destroy sees the state alone."""
    assert diff(ANNA, {**ANNA, "on_destroy": "remove"}).changed_arguments == ("on_destroy",)
    assert diff(ANNA, {**ANNA, "on_destroy": "retain"}).changed_arguments == ()
