"""A team: members by e-mail, every mistake named by it, and who joins, changes and leaves."""

from typing import Any

import pytest

from bim360_provider.core.project_members import check, diff, diff_members
from bim360_provider.core.validation import UNKNOWN
from tests.support.members import ACCOUNT_SCOPE, PROJECT_ID, acting_settings, build_members

ADA = {"email": "Ada@Example.com", "industry_roles": ["Architect"], "document_management": "user"}
BOB = {"email": "bob@example.com", "project_administration": "admin"}


def checked(members: Any) -> tuple[Any, list[str]]:
    """Return the members in normal form, and what is wrong."""
    given = {"project_id": PROJECT_ID, "members": members}
    inputs, found = check({}, given, acting_settings())
    return inputs, [str(problem) for problem in found]


def declared(members: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a team's arguments as check returns them."""
    return {"project_id": PROJECT_ID, "members": members, **ACCOUNT_SCOPE, **more}


def state(members: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the state of a team."""
    there = {email: {"user_id": f"u-{email}", **each} for email, each in members.items()}
    return {**declared(there), "unfinished": [], **more}


def test_the_order_of_the_list_means_nothing() -> None:
    """Members are kept by e-mail, so that a preview shows who is new by name."""
    one, found = checked([ADA, BOB])
    other, _ = checked([BOB, ADA])

    assert found == []
    assert one == other
    assert one["members"] == {
        "ada@example.com": {"industry_roles": ["Architect"], "document_management": "user"},
        "bob@example.com": {"project_administration": "admin"},
    }


def test_what_check_returned_it_takes_again() -> None:
    """Pulumi may check its own inputs a second time."""
    once, _ = checked([ADA, BOB])
    twice, found = checked(once["members"])

    assert (twice, found) == (once, [])


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([{**BOB, "company_id": ""}], "'bob@example.com' company_id must not be empty"),
        ([{**ADA, "email": "ada"}], "'member 1' email must be an e-mail address such as"),
        ([{"document_management": "user"}], "'member 1' email is missing"),
        ([BOB, {"email": "cy@example.com"}], "'cy@example.com' document_management is missing"),
        ([{**BOB, "roles": ["IT"]}], "'bob@example.com' roles is not an argument"),
        ([ADA, {**ADA, "email": "ADA@example.com"}], "'ada@example.com' is in the list twice"),
        (["bob@example.com"], "members holds 'bob@example.com'; write each member as"),
        ("bob@example.com", "members must be a list of members, not 'bob@example.com'"),
    ],
)
def test_a_problem_names_its_member(members: Any, message: str) -> None:
    """By e-mail, not by its position in a long list."""
    _, found = checked(members)

    assert len(found) == 1
    assert found[0].startswith(message)


def test_problems_of_several_members_are_reported_at_once() -> None:
    """One preview shows all of them."""
    _, found = checked([{**ADA, "email": "x"}, {**BOB, "project_administration": "all"}])

    assert len(found) == 2


def test_unknown_values_are_accepted_everywhere() -> None:
    """The id of a new company, an e-mail of another resource, a whole list."""
    deep, found = checked([{**ADA, "company_id": UNKNOWN}, {**BOB, "email": UNKNOWN}])
    whole, none = checked(UNKNOWN)

    assert (found, none) == ([], [])
    assert deep["members"]["ada@example.com"]["company_id"] is UNKNOWN
    assert whole["members"] is UNKNOWN


def test_an_empty_team_is_a_team() -> None:
    """As when the last one is taken out of the list."""
    assert checked([]) == ({"project_id": PROJECT_ID, "members": {}, **ACCOUNT_SCOPE}, [])


def test_nothing_to_do_is_no_difference() -> None:
    """For 200 members as for none."""
    members = build_members(200)

    difference = diff(state(members), declared(members))

    assert (difference.changed_arguments, difference.is_unfinished, difference.warnings) == (
        (),
        False,
        (),
    )


@pytest.mark.parametrize(
    "members",
    [
        build_members(2),
        build_members(4),
        {**build_members(2), "m002@example.com": {"document_management": "admin"}},
    ],
)
def test_one_more_one_less_and_one_changed_are_a_change_of_the_members(members: Any) -> None:
    """Nothing is replaced."""
    difference = diff(state(build_members(3)), declared(members))

    assert (difference.changed_arguments, difference.replaces) == (("members",), ())


def test_the_preview_names_members_who_are_no_longer_declared_and_stay() -> None:
    """The plan shows a minus; HQ cannot keep that promise."""
    leaving = diff(state(build_members(8)), declared(build_members(1)))
    removing = diff(state(build_members(8)), declared(build_members(1), on_removal="remove"))

    expected = (
        "BIM 360: m001@example.com, m002@example.com, m003@example.com, m004@example.com, "
        f"m005@example.com and 2 more stay in project {PROJECT_ID}: HQ documents no way to remove "
        "a member; remove them in Project Admin, or declare on_removal='remove' to try."
    )
    assert leaving.warnings == (expected,)
    assert removing.warnings == ()


def test_the_preview_names_no_member_while_e_mails_are_unknown() -> None:
    """In a preview they may be outputs; who seems to leave may be one of these."""
    inputs, _ = checked([{**BOB, "email": UNKNOWN}])

    difference = diff(state(build_members(1)), {**inputs, **ACCOUNT_SCOPE})

    assert (difference.changed_arguments, difference.warnings) == (("members",), ())


def test_a_change_of_access_is_warned_of_in_one_line_for_all() -> None:
    """With the e-mails of members who may lose access."""
    warnings = diff(
        state(build_members(2)), declared(build_members(2, document_management="admin"))
    ).warnings

    assert len(warnings) == 1
    assert warnings[0].startswith(
        f"BIM 360: m000@example.com, m001@example.com in project {PROJECT_ID}: "
        "document_management changes, and HQ then drops access"
    )


def test_a_change_of_roles_gives_no_warning() -> None:
    """So nothing is said."""
    assert (
        diff(state(build_members(2)), declared(build_members(2, industry_roles=[]))).warnings == ()
    )


def test_another_project_is_another_team() -> None:
    """The destroy reports its members."""
    difference = diff(
        state(build_members(1)), {**declared(build_members(1)), "project_id": UNKNOWN}
    )

    assert difference.replaces == ("project_id",)


def test_unknown_members_count_as_a_change() -> None:
    """A preview promises no less than the up may do."""
    assert diff(
        state(build_members(1)), {**declared({}), "members": UNKNOWN}
    ).changed_arguments == ("members",)


def test_a_refused_member_is_still_to_be_done() -> None:
    """Pulumi's own comparison of the arguments would find nothing."""
    assert diff(
        state(build_members(1), unfinished=["m000@example.com"]), declared(build_members(1))
    ).is_unfinished


def test_members_join_in_one_order_however_they_are_handed_over() -> None:
    """Pulumi's protocol keeps no order of a mapping."""
    rows: dict[str, Any] = {"b@example.com": {}, "c@example.com": {}, "a@example.com": {}}

    joining = diff_members({}, {"members": rows}).additions

    assert list(joining) == sorted(rows)
