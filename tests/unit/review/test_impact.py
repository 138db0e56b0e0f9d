"""The impact of a plan on objects at HQ matches the documentation of each entity."""

import json
from typing import Any

import pytest

from bim360_provider.review.model import Verb
from bim360_provider.review.render.json import render_json
from tests.unit.review.plan_factory import (
    PROJECT_INPUTS,
    Properties,
    build_step,
    build_update,
    render_comment,
    review_change,
    review_steps,
)

MEMBER: Properties = {
    "email": "ada@example.com",
    "project_id": "id-tower",
    "document_management": "admin",
}


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ({}, Verb.ARCHIVE),
        ({"old": {**PROJECT_INPUTS, "on_destroy": "retain"}}, Verb.RELEASE),
        ({"retainOnDelete": True}, Verb.RELEASE),
        ({"outputs": {"status": "archived"}}, Verb.RELEASE),
    ],
)
def test_a_removed_project_is_archived_unless_it_is_retained(
    state: dict[str, Any], verb: Verb
) -> None:
    old = state.pop("old", PROJECT_INPUTS)

    found = review_steps(build_step("delete", old, None, **state))

    assert [each.verb for each in found.changes] == [verb]
    assert found.counts["archive"] == (verb is Verb.ARCHIVE)


def test_the_review_omits_a_removed_lookup() -> None:
    assert review_steps(build_step("delete", {}, None, external=True)).changes == ()


@pytest.mark.parametrize(
    ("before", "after", "verb", "counts"),
    [
        (None, "archived", Verb.ARCHIVE, {"archive": 1}),
        ("archived", None, Verb.RESTORE, {"restore": 1}),
        ("archived", "active", Verb.RESTORE, {"restore": 1}),
        ("archived", "inactive", Verb.RESTORE, {"restore": 1, "access-loss": 1}),
        ("active", "inactive", Verb.CHANGE, {"change": 1, "access-loss": 1}),
        ("inactive", "active", Verb.CHANGE, {"change": 1}),
    ],
)
def test_a_new_status_determines_the_verb_of_a_project(
    before: str | None, after: str | None, verb: Verb, counts: dict[str, int]
) -> None:
    old, new = ({**PROJECT_INPUTS, "status": each} for each in (before, after))

    found = review_steps(build_step("update", old, new))

    assert found.changes[0].verb is verb
    assert {k: n for k, n in found.counts.items() if n and k != "any"} == counts


def test_a_removed_service_counts_as_a_loss_of_access() -> None:
    old = {**PROJECT_INPUTS, "service_types": ["cost", "pm"]}

    (risk,) = review_change(
        build_step("update", old, {**PROJECT_INPUTS, "service_types": ["pm"]})
    ).risks

    assert (risk.kinds, risk.subject) == (("access-loss",), "Cost Management of Tower")


@pytest.mark.parametrize(
    ("kind", "old", "status", "title"),
    [
        ("Project", {**PROJECT_INPUTS, "status": "active"}, "inactive", "Suspended"),
        ("AccountUser", {"email": "a@x.com"}, "inactive", "Deactivated"),
    ],
)
def test_a_reversible_status_has_its_own_section(
    kind: str, old: Properties, status: str, title: str
) -> None:
    row = build_step("update", old, {**old, "status": status}, kind=kind)

    text = render_comment(row)

    assert "Hard to undo" not in text
    assert "> [!WARNING]\n> **Takes access (can be undone)**" in text
    assert f"**{title} (1):**" in text
    assert review_steps(row).counts["access-loss"] == 1


REMOVED: Properties = {**MEMBER, "on_destroy": "remove"}
PERSON: Properties = {"email": "ada@example.com", "account_id": "a", "region": "US"}
COMPANY: Properties = {"name": "Cable & Sons", "account_id": "a", "region": "US"}


@pytest.mark.parametrize(
    ("kind", "old", "kept"),
    [
        ("Project", PROJECT_INPUTS, "the project at HQ is kept (adopted)"),
        ("Company", COMPANY, "the company at HQ is kept (adopted)"),
        ("AccountUser", PERSON, "the person stays in the account (adopted)"),
        (
            "BusinessUnits",
            {"units": {}, "on_destroy": "remove"},
            "the units at HQ are kept (adopted)",
        ),
        ("ProjectAdmin", REMOVED, "the admin stays in the project (adopted)"),
        ("ProjectMember", REMOVED, "the member stays in the project (adopted)"),
        (
            "ProjectMembers",
            {"members": {"a@x.com": {}}, "on_removal": "remove"},
            "the members stay in the project (adopted)",
        ),
    ],
)
def test_a_forced_replacement_keeps_what_hq_has(kind: str, old: Properties, kept: str) -> None:
    """With replace_on_changes, --replace or a taint, the new resource adopts the old object."""
    found = review_steps(build_step("replace", old, {**old, "note": "x"}, kind=kind))

    assert found.changes[0].note == f"replaced in Pulumi's state; {kept}"
    assert {kind: n for kind, n in found.counts.items() if n} == {"change": 1, "any": 1}


@pytest.mark.parametrize(
    ("kind", "old", "changes"),
    [
        ("Project", PROJECT_INPUTS, {"account_id": "b"}),
        ("Project", PROJECT_INPUTS, {"region": "EMEA"}),
        ("Project", PROJECT_INPUTS, {"account_id": "[unknown]"}),
        ("Project", PROJECT_INPUTS, {"region": "[secret]"}),
        ("Company", COMPANY, {"account_id": "b"}),
        ("AccountUser", PERSON, {"email": "bob@example.com"}),
        ("AccountUser", PERSON, {"account_id": "b"}),
        ("ProjectMember", MEMBER, {"email": "bob@example.com"}),
        ("ProjectMember", MEMBER, {"project_id": "[unknown]"}),
        ("ProjectAdmin", MEMBER, {"service_type": "pm"}),
        ("ProjectMembers", {"members": {}, "project_id": "a"}, {"project_id": "b"}),
        ("BusinessUnits", {"units": {}}, {"account_id": "b"}),
        ("Project", PROJECT_INPUTS, {"name": "Another"}),
        ("Company", COMPANY, {"name": "Another"}),
        ("ProjectImage", {"project_id": "a"}, {}),
    ],
)
def test_a_replacement_by_another_object_counts_as_replaced(
    kind: str, old: Properties, changes: Properties
) -> None:
    assert (
        review_steps(build_step("replace", old, {**old, **changes}, kind=kind)).counts["replace"]
        == 1
    )


def test_a_forced_replacement_counts_its_losses() -> None:
    old = {**PROJECT_INPUTS, "service_types": ["cost", "pm"], "status": "active"}
    new = {**old, "service_types": ["pm"], "status": "archived"}

    found = review_steps(build_step("replace", old, new))

    assert (found.counts["archive"], found.counts["access-loss"]) == (1, 1)


def test_a_moved_project_counts_as_archived_and_replaced() -> None:
    moved = {**PROJECT_INPUTS, "region": "EMEA", "account_id": "b"}

    found = review_steps(build_step("replace", PROJECT_INPUTS, moved))

    assert found.counts["replace"] == found.counts["archive"] == 1
    assert [line.field for line in found.changes[0].lines] == ["account", "region"]


@pytest.mark.parametrize(
    ("inputs", "outputs", "verb"),
    [
        ({}, {"status": "active", "adopted": False}, Verb.DEACTIVATE),
        ({}, {}, Verb.DEACTIVATE),
        ({}, {"status": "active", "adopted": True}, Verb.RELEASE),
        ({"on_destroy": "deactivate"}, {"status": "active", "adopted": True}, Verb.DEACTIVATE),
        ({"on_destroy": "retain"}, {"status": "active"}, Verb.RELEASE),
        ({}, {"status": "active", "role": "account_admin"}, Verb.RELEASE),
        ({"on_destroy": "deactivate"}, {"status": "pending"}, Verb.RELEASE),
        ({}, {"status": "not_invited"}, Verb.RELEASE),
        ({}, {"status": "inactive"}, Verb.RELEASE),
    ],
)
def test_a_removed_person_is_deactivated_as_documented(
    inputs: Properties, outputs: Properties, verb: Verb
) -> None:
    old = {"email": "ada@example.com", **inputs}

    found = review_steps(build_step("delete", old, None, kind="AccountUser", outputs=outputs))

    assert found.changes[0].verb is verb
    assert found.counts["deactivate"] == found.counts["access-loss"] == (verb is Verb.DEACTIVATE)


def test_a_changed_profile_shows_that_it_is_not_sent() -> None:
    old = {"email": "ada@example.com", "first_name": "Ada"}

    (line,) = review_change(
        build_step("update", old, {**old, "first_name": "Eda"}, kind="AccountUser")
    ).lines

    assert line.after == "Eda (not sent: users edit their own profile)"


@pytest.mark.parametrize("kind", ["ProjectMember", "ProjectAdmin"])
@pytest.mark.parametrize(("on_destroy", "lost"), [(None, 0), ("retain", 0), ("remove", 1)])
def test_a_removed_member_stays_unless_on_destroy_is_remove(
    kind: str, on_destroy: str | None, lost: int
) -> None:
    found = review_steps(
        build_step("delete", {**MEMBER, "on_destroy": on_destroy}, None, kind=kind)
    )

    assert found.counts["access-loss"] == lost


@pytest.mark.parametrize(("on_removal", "lost"), [(None, 0), ("remove", 1)])
def test_an_undeclared_team_member_stays_unless_on_removal_is_remove(
    on_removal: str | None, lost: int
) -> None:
    old: Properties = {"members": {"ada@example.com": {"document_management": "user"}}}
    new: Properties = {"members": {}, "on_removal": on_removal}

    found = review_steps(build_step("update", old, new, kind="ProjectMembers"))

    assert found.counts["access-loss"] == lost
    assert found.changes[0].lines[-1].field == "no longer declared"


def test_a_removed_team_removes_each_member() -> None:
    old: Properties = {
        "members": {"a@example.com": {}, "b@example.com": {}},
        "on_removal": "remove",
    }

    found = review_steps(build_step("delete", old, None, kind="ProjectMembers"))

    assert found.counts["access-loss"] == 2


@pytest.mark.parametrize("after", ["user", ""])
def test_changed_access_counts_as_a_loss_of_other_modules(after: str) -> None:
    found = review_change(
        build_step("update", MEMBER, {**MEMBER, "document_management": after}, kind="ProjectMember")
    )

    assert [risk.kinds for risk in found.risks] == [("access-loss",)]
    assert found.lines[0].after == (after or "no access")


def test_undeclared_access_is_not_a_loss() -> None:
    new = {key: value for key, value in MEMBER.items() if key != "document_management"}

    found = review_change(
        build_step("update", MEMBER, {**new, "company_id": "c"}, kind="ProjectMember")
    )

    assert found.risks == ()


def test_a_renamed_business_unit_is_not_removed() -> None:
    """Renaming a unit changes its key; exported units also declare their id, which stays."""
    east, west = (f"c17e6837-96cd-4839-868e-051a2ad6000{number}" for number in (1, 2))
    old: Properties = {"units": {"East": {"id": east}, "West": {"id": west}, "South": {}}}
    new: Properties = {
        "units": {"West": {"id": east}, "Far West": {"id": west, "description": "Oregon"}}
    }

    found = review_change(build_step("update", old, new, kind="BusinessUnits", name="units"))

    assert [risk.subject for risk in found.risks] == ["South"]
    assert {(line.row, line.field, line.before, line.after) for line in found.lines} == {
        ("West", "key", "East", "West"),
        ("Far West", "key", "West", "Far West"),
        ("Far West", "description", "", "Oregon"),
        ("South", "no longer declared", "", "removed, if HQ allows it"),
    }


@pytest.mark.parametrize(("on_destroy", "removed"), [(None, 0), ("remove", 2)])
def test_removed_business_units_stay_unless_on_destroy_is_remove(
    on_destroy: str | None, removed: int
) -> None:
    old: Properties = {"units": {"North": {}, "South": {}}, "on_destroy": on_destroy}

    found = review_steps(build_step("delete", old, None, kind="BusinessUnits"))

    assert found.counts["remove"] == removed


@pytest.mark.parametrize("kind", ["Company", "ProjectImage"])
def test_a_removed_company_or_picture_is_no_longer_managed(kind: str) -> None:
    assert review_change(build_step("delete", {"name": "x"}, None, kind=kind)).verb is Verb.RELEASE


def test_a_new_project_shows_that_it_may_be_adopted() -> None:
    assert (
        "adopts"
        in review_change(build_step("create", None, {**PROJECT_INPUTS, "adopt": "any"})).note
    )


SEALED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@pytest.mark.parametrize("form", ["ciphertext", "plaintext", "value"])
def test_the_review_masks_an_unmasked_secret(form: str) -> None:
    secret = {**SEALED, form: '"s3cr3t"'}
    rows = [
        build_update(job_number=secret, service_types=["pm", secret]),
        build_step(
            "create",
            None,
            {**PROJECT_INPUTS, "city": secret, "more": {"inner": secret}},
            name="new",
        ),
        build_step("delete", {**PROJECT_INPUTS, "name": secret}, None, name="old"),
    ]

    text = render_comment(*rows)

    assert "s3cr3t" not in text
    assert text.count("secret") >= 4


def test_a_changed_secret_shows_no_value() -> None:
    old, new = ({**PROJECT_INPUTS, "job_number": "[secret]"} for _ in range(2))
    row = build_step("update", old, new)
    row["detailedDiff"] = {"job_number": {"kind": "update"}}

    (line,) = review_change(row).lines

    assert (line.before, line.after) == ("secret", "another secret")


@pytest.mark.parametrize("unknown", ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "[unknown]"])
def test_an_unknown_value_shows_that_it_is_known_after_the_run(unknown: str) -> None:
    (line,) = review_change(build_update(business_unit_id=unknown)).lines

    assert line.after == "known after the run"


def test_the_review_shows_the_name_of_a_known_id() -> None:
    company = build_step(
        "update", {"name": "Cable & Sons"}, {"name": "C & S"}, kind="Company", name="c"
    )
    person = {"email": "ada@example.com"}
    moved = build_step("update", person, {**person, "company_id": "id-c"}, kind="AccountUser")

    found = {each.entity: each for each in review_steps(company, moved).changes}

    assert found["person"].lines[0].after == "Cable & Sons"


def test_an_amount_shows_grouped_digits_and_its_currency() -> None:
    (line,) = review_change(build_update(value=191000000.5)).lines

    assert (line.before, line.after) == ("3,000,000 USD", "191,000,000.50 USD")


def test_a_long_value_is_truncated_with_a_count() -> None:
    (line,) = review_change(build_update(address_line_1="x" * 1000)).lines

    assert line.after.endswith("(840 more characters)")


def test_the_json_review_contains_counts_and_verbs() -> None:
    document = json.loads(render_json(review_steps(build_step("delete", PROJECT_INPUTS, None))))

    assert document["counts"]["archive"] == 1
    assert document["changes"][0]["verb"] == "archive"
