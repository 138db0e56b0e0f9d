"""A user's pure part: what is wrong, what differs, and what the preview says of it."""

from typing import Any

import pytest

from bim360_provider.core.account_user import check, diff
from bim360_provider.core.account_user.rules import FIELD_SPEC, build_fields
from bim360_provider.core.entity import Diff
from bim360_provider.core.validation import UNKNOWN, Unknown
from bim360_provider.emulator import ACCOUNT_ID, COMPANY_ID
from bim360_provider.models import AccountUser, AccountUserArguments
from tests.support.hq import build_settings

ADA: dict[str, Any] = {"email": "ada@example.com", "account_id": ACCOUNT_ID, "region": "US"}


def list_messages(new: dict[str, Any]) -> list[str]:
    """Return what check says of Ada, changed by ``new``; None takes an argument away."""
    return [str(each) for each in check({}, {**ADA, **new}, build_settings())[1]]


def test_an_email_is_enough_and_its_case_means_nothing() -> None:
    """Account and region come from the settings."""
    assert check({}, {"email": "Ada@Example.com "}, build_settings()) == (ADA, [])


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ({"email": None}, "email is missing"),
        ({"email": "ada"}, "email must be an e-mail address such as 'ada@example.com', not 'ada'"),
        ({"company_id": "Acme"}, "company_id must be an id such as"),
        ({"status": "pending"}, "status 'pending' is not a valid value; write one of"),
        ({"on_destroy": "remove"}, "on_destroy 'remove' is not a valid value; write one"),
        ({"default_role": "x" * 256}, "default_role has 256 characters; HQ accepts 255 at most"),
        ({"about_me": "x" * 256}, "about_me has 256 characters; HQ accepts 255 at most"),
        ({"phone": 4711.0}, "phone must be text, not 4711.0; put it in quotes: '4711'"),
        ({"name": "Ada"}, "name is not an argument; did you mean first_name?"),
    ],
)
def test_a_problem_names_its_argument(new: dict[str, Any], message: str) -> None:
    """One problem for one mistake, on one line."""
    found = list_messages(new)

    assert len(found) == 1
    assert found[0].startswith(message)
    assert "\n" not in found[0]


@pytest.mark.parametrize("name", AccountUserArguments.model_fields)
def test_an_unknown_value_passes_as_any_argument(name: str) -> None:
    """A company's id is one, in the preview that makes the company."""
    inputs, found = check({}, {**ADA, name: UNKNOWN}, build_settings())

    assert found == []
    assert isinstance(inputs[name], Unknown)


def test_the_body_of_a_create_has_the_profile_and_no_status() -> None:
    """HQ gives everybody the same first status."""
    given = {**ADA, "first_name": "Ada", "phone": "", "status": "active", "on_destroy": "retain"}

    assert FIELD_SPEC.build_create_body(given) == {"email": "ada@example.com", "first_name": "Ada"}


@pytest.mark.parametrize("name", FIELD_SPEC.patch_fields)
def test_company_role_and_status_change_in_place(name: str) -> None:
    """HQ's PATCH takes nothing else."""
    state = {**ADA, "status": "active"}

    assert diff(state, {**ADA, name: "other"}) == Diff(changed_arguments=(name,))


@pytest.mark.parametrize("name", ["email", "account_id", "region"])
def test_another_email_or_place_is_another_person(name: str) -> None:
    """The only arguments that replace."""
    assert diff(ADA, {**ADA, name: "other"}) == Diff((name,), (name,))


@pytest.mark.parametrize(
    ("live", "declared"),
    [
        ({"email": "Ada@Example.COM"}, {}),
        ({"company_id": COMPANY_ID.upper()}, {"company_id": COMPANY_ID}),
        ({"company_id": None}, {"company_id": ""}),
        ({"default_role": None}, {"default_role": ""}),
        ({"status": "not_invited"}, {"status": "active"}),
        ({"status": "pending"}, {"status": "active"}),
        ({"status": "pending"}, {}),
        ({"first_name": "Ada"}, {}),
        ({"first_name": "Ada"}, {"first_name": "Ada"}),
    ],
)
def test_equal_values_in_two_forms_are_not_a_change(
    live: dict[str, Any], declared: dict[str, Any]
) -> None:
    """Case, null and "", a user before the first sign-in, and an undeclared profile."""
    assert diff({**ADA, **live}, {**ADA, **declared}) == Diff()


@pytest.mark.parametrize("name", FIELD_SPEC.create_only_fields)
def test_another_profile_is_an_update_that_sends_nothing_and_says_so(name: str) -> None:
    """It has to get into the state, where the next preview looks."""
    difference = diff({**ADA, name: "before"}, {**ADA, name: "after"})

    assert (difference.changed_arguments, difference.replaces) == ((name,), ())
    assert difference.warnings == (
        (
            f"BIM 360: user 'ada@example.com': {name} cannot be changed: the profile is the "
            "person's own once they are in the account. Nothing of it is sent."
        ),
    )


def test_a_profile_that_is_not_known_yet_is_not_warned_of() -> None:
    """It may turn out to be the same."""
    assert diff({**ADA, "city": "Oslo"}, {**ADA, "city": UNKNOWN}).warnings == ()


def test_another_person_gets_their_profile() -> None:
    """What is sent once is sent to them."""
    assert diff(ADA, {**ADA, "email": "eve@example.com", "first_name": "Eve"}).warnings == ()


@pytest.mark.parametrize("status", ["pending", "not_invited"])
def test_the_preview_warns_about_deactivating_a_user_who_never_signed_in(status: str) -> None:
    """The state has the status, so no request is sent."""
    difference = diff({**ADA, "status": status}, {**ADA, "status": "inactive"})

    assert difference.changed_arguments == ("status",)
    assert difference.warnings == (
        (
            f"BIM 360: user 'ada@example.com' has never signed in ({status}), so HQ cannot make "
            "them inactive; every `pulumi up` tries again."
        ),
    )


def test_who_was_deactivated_by_hand_is_brought_back() -> None:
    """A declared user should be active unless declared otherwise."""
    state = {**ADA, "status": "inactive"}

    assert diff(state, ADA).changed_arguments == ("status",)
    assert diff(state, {**ADA, "status": "inactive"}) == Diff()


def test_another_way_to_be_destroyed_gets_into_the_state() -> None:
    """A destroy looks there."""
    assert diff(ADA, {**ADA, "on_destroy": "retain"}) == Diff(("on_destroy",))
    assert diff({**ADA, "on_destroy": "retain"}, ADA) == Diff(("on_destroy",))


def test_a_role_that_a_response_leaves_out_keeps_its_declared_value() -> None:
    """Autodesk's own pages disagree whether responses have it; null is a value."""
    bare = AccountUser.model_validate({"id": "u1"})
    null = AccountUser.model_validate({"id": "u1", "default_role": None})

    assert build_fields(bare, {"default_role": "Architect"})["default_role"] == "Architect"
    assert "default_role" not in build_fields(null, {"default_role": "Architect"})
