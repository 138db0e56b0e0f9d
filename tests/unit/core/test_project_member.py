"""A member: what check takes, what diff sees, and what is said before access is changed."""

from typing import Any

import pytest

from bim360_provider.core.project_member import check, diff
from bim360_provider.core.project_member.rules import build_import_row, build_patch_body
from bim360_provider.core.validation import UNKNOWN, Unknown
from bim360_provider.models.project_member import PATCHABLE_FIELDS, ProjectMemberArguments
from tests.support.hq import build_settings
from tests.support.members import COMPANY_ID, MEMBER_INPUTS, PROJECT_ID, acting_settings

OTHER = "85d84020-0000-4000-8000-000000000001"
STATE = {**MEMBER_INPUTS, "company_id": None, "project_administration": None, "user_id": "u1"}


def problems(**new: Any) -> list[str]:
    """Return what is wrong with Ada, changed; None takes an argument away."""
    given = {k: v for k, v in {**MEMBER_INPUTS, **new}.items() if v is not None}
    return [str(problem) for problem in check({}, given, acting_settings())[1]]


def changed(state: dict[str, Any], inputs: dict[str, Any]) -> tuple[str, ...]:
    """Return what would change of Ada with such a state."""
    return diff({**STATE, **state}, {**MEMBER_INPUTS, **inputs}).changed_arguments


def test_arguments_take_their_normal_form() -> None:
    """Order, case and repeats mean nothing; account and region come from the settings."""
    written = {
        "project_id": f"b.{PROJECT_ID.upper()}",
        "email": "Ada@Example.com",
        "industry_roles": ["BIM Manager", "Architect", "Architect"],
        "document_management": "user",
    }

    inputs, found = check({}, written, acting_settings())

    assert found == []
    assert inputs == MEMBER_INPUTS


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ({"email": "ada"}, "email must be an e-mail address such as 'ada@example.com', not 'ada'"),
        ({"email": None}, "email is missing"),
        ({"project_id": "tower"}, "project_id must be an id such as"),
        ({"company_id": ""}, "company_id must not be empty: HQ would remove the member"),
        ({"company_id": "Halvorsen"}, "company_id must be an id such as"),
        ({"industry_roles": "Architect"}, "industry_roles must be a list such as ['Architect'"),
        ({"industry_roles": [""]}, "industry_roles contains an empty name"),
        ({"industry_roles": [7.0]}, "industry_roles must be text, not 7.0"),
        ({"document_management": "view"}, "document_management 'view' is not a valid value"),
        ({"project_administration": "user"}, "project_administration 'user' is not a valid value"),
        ({"document_management": None}, "document_management is missing, and so is project_adm"),
        ({"document_management": ""}, "document_management is missing, and so is project_adm"),
        ({"on_destroy": "archive"}, "on_destroy 'archive' is not a valid value; write one of"),
        ({"role": "Architect"}, "role is not an argument"),
    ],
)
def test_a_problem_names_its_argument_and_the_fix(new: dict[str, Any], message: str) -> None:
    """One problem for one mistake, on one line."""
    found = problems(**new)

    assert len(found) == 1
    assert found[0].startswith(message)


def test_the_preview_reports_a_missing_acting_user() -> None:
    """With the two ways to set it."""
    _, found = check({}, MEMBER_INPUTS, build_settings())

    expected = (
        "acting_user is missing: set BIM360_ACTING_USER, or run `pulumi config set "
        "bim360:actingUser …` (the e-mail, id or uid of an admin of the account or of the "
        "project): HQ adds members on behalf of a user"
    )
    assert [str(each) for each in found] == [expected]


@pytest.mark.parametrize("name", ProjectMemberArguments.model_fields)
def test_an_unknown_value_passes_as_any_argument(name: str) -> None:
    """Outputs of other resources are not known in a preview."""
    inputs, found = check({}, {**MEMBER_INPUTS, name: UNKNOWN}, acting_settings())

    assert found == []
    assert isinstance(inputs[name], Unknown)


def test_an_unchanged_member_has_no_difference() -> None:
    """Other fields of HQ are ignored."""
    difference = diff({**STATE, "status": "pending", "company_id": COMPANY_ID}, MEMBER_INPUTS)

    assert (difference.changed_arguments, difference.replaces, difference.warnings) == ((), (), ())


@pytest.mark.parametrize(
    ("name", "live", "declared"),
    [
        ("industry_roles", ["BIM Manager", "Architect"], ["Architect", "BIM Manager"]),
        ("industry_roles", None, []),
        ("company_id", COMPANY_ID.upper(), COMPANY_ID),
        ("project_administration", None, ""),
    ],
)
def test_equal_values_in_two_forms_are_not_a_change(name: str, live: Any, declared: Any) -> None:
    """Order, case of ids, no access and an empty text."""
    assert changed({name: live}, {name: declared}) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("company_id", COMPANY_ID),
        ("industry_roles", []),
        ("document_management", "admin"),
        ("project_administration", "admin"),
    ],
)
def test_another_value_is_a_change_in_place(name: str, value: Any) -> None:
    """That field alone; an unknown value counts as one."""
    assert changed({}, {name: value}) == (name,)
    assert changed({}, {name: UNKNOWN}) == (name,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("project_id", OTHER),
        ("email", "bob@example.com"),
        ("account_id", OTHER),
        ("region", "EMEA"),
        ("project_id", UNKNOWN),
    ],
)
def test_another_project_person_or_place_is_another_member(name: str, value: Any) -> None:
    """Only they are a replacement, which gives no warning about access."""
    difference = diff(STATE, {**MEMBER_INPUTS, name: value, "document_management": "admin"})

    assert difference.replaces == (name,)
    assert difference.warnings == ()


@pytest.mark.parametrize("name", ["document_management", "project_administration"])
def test_a_change_of_access_says_what_it_costs(name: str) -> None:
    """HQ drops what its PATCH cannot name."""
    warnings = diff(STATE, {**MEMBER_INPUTS, name: "admin"}).warnings

    expected = (
        f"BIM 360: ada@example.com in project {PROJECT_ID}: {name} changes, and HQ then drops "
        "access to all modules that it cannot name here, such as Cost, Field or Design "
        "Collaboration; give it again in Project Admin."
    )
    assert warnings == (expected,)


@pytest.mark.parametrize(("name", "value"), [("company_id", COMPANY_ID), ("industry_roles", [])])
def test_company_and_roles_cost_nothing(name: str, value: Any) -> None:
    """So there is no warning, and no services are sent."""
    assert diff(STATE, {**MEMBER_INPUTS, name: value}).warnings == ()
    assert "services" not in build_patch_body(STATE, {**MEMBER_INPUTS, name: value}, {name}, ["r1"])


def test_services_are_sent_whole() -> None:
    """What is not declared stays as it is, for HQ takes away what is left out."""
    live = {**STATE, "project_administration": "admin"}

    body = build_patch_body(
        live, {**MEMBER_INPUTS, "document_management": "admin"}, {"document_management"}, []
    )

    assert body == {
        "services": {
            "document_management": {"access_level": "admin"},
            "project_administration": {"access_level": "admin"},
        }
    }


def test_an_empty_access_is_left_out_of_the_services() -> None:
    """Which is HQ's way to say none."""
    live = {**STATE, "project_administration": "admin"}

    body = build_patch_body(
        live, {**MEMBER_INPUTS, "project_administration": ""}, {"project_administration"}, []
    )

    assert body == {"services": {"document_management": {"access_level": "user"}}}


def test_a_row_of_an_import_never_holds_an_empty_company() -> None:
    """Nor empty roles."""
    inputs = {**MEMBER_INPUTS, "company_id": "", "industry_roles": []}

    assert build_import_row(inputs, []) == {
        "email": "ada@example.com",
        "services": {"document_management": {"access_level": "user"}},
    }


@pytest.mark.parametrize("name", PATCHABLE_FIELDS)
def test_what_is_not_declared_is_not_compared(name: str) -> None:
    """An absent argument is not managed, regardless of changes in the browser."""
    inputs = {k: v for k, v in MEMBER_INPUTS.items() if k != name}

    assert diff({**STATE, name: "by hand"}, inputs).changed_arguments == ()


def test_on_destroy_is_kept_in_the_state_so_its_change_is_one() -> None:
    """A destroy reads only the state; declaring the default is not a change."""
    assert changed({}, {"on_destroy": "remove"}) == ("on_destroy",)
    assert changed({}, {"on_destroy": "retain"}) == ()


def test_what_an_earlier_run_left_is_still_to_be_done() -> None:
    """Also where no argument shows it."""
    assert diff({**STATE, "unfinished": ["industry_roles"]}, MEMBER_INPUTS).is_unfinished
