"""Hidden values count as possible losses, are shown as unknown and trigger gates."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bim360_provider.review.analysis import build_review
from bim360_provider.review.model import Review, Verb
from bim360_provider.review.plan import read_plan
from bim360_provider.review.risks import describe_triggered_gates, read_gates
from tests.unit.review.plan_factory import (
    PROJECT_INPUTS,
    PlanStep,
    Properties,
    build_plan,
    build_step,
    render_comment,
    review_change,
    review_steps,
)

HIDDEN = ["[secret]", "[unknown]", "<computed>", "output<string>", "output<Output<list<string>>>"]
PULUMI_MARKERS = [
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]
MEMBER: Properties = {
    "email": "ada@example.com",
    "project_id": "id-tower",
    "document_management": "user",
}


def is_triggered(review: Review, gate: str) -> bool:
    """Return whether a gate is triggered."""
    return bool(describe_triggered_gates(read_gates(gate), review))


def test_newly_declared_services_with_unknown_old_ones_count_as_a_possible_loss() -> None:
    review = review_steps(
        build_step("update", PROJECT_INPUTS, {**PROJECT_INPUTS, "service_types": ["pm"]})
    )

    ((line,), (risk,)) = review.changes[0].lines, review.changes[0].risks
    assert (line.before, line.after) == ("unknown", "Project Management")
    assert (risk.possible, risk.subject) == (True, "Tower")
    assert describe_triggered_gates(read_gates("access-loss"), review) == [
        "access-loss: 1 (1 of them possible), none allowed"
    ]


def test_newly_declared_services_are_compared_with_the_state() -> None:
    new = {**PROJECT_INPUTS, "service_types": ["pm"]}
    outputs = {"service_types": ["pm", "cost", "insight", "admin"]}

    (risk,) = review_change(build_step("update", PROJECT_INPUTS, new, outputs=outputs)).risks

    assert (risk.possible, risk.subject) == (False, "Cost Management of Tower")


@pytest.mark.parametrize("hidden", [*HIDDEN, *PULUMI_MARKERS])
def test_a_list_shows_a_hidden_service_as_hidden(hidden: str) -> None:
    """The review does not show Pulumi's placeholder id."""
    services = ["pm", hidden]

    text = render_comment(
        build_step("update", PROJECT_INPUTS, {**PROJECT_INPUTS, "service_types": services})
    )

    label = "secret" if hidden == "[secret]" else "known after the run"
    assert f"Project Management, {label} |" in text
    assert hidden not in text


def test_newly_declared_services_that_equal_the_state_are_not_a_loss() -> None:
    new = {**PROJECT_INPUTS, "service_types": ["cost", "pm"]}

    found = review_change(
        build_step("update", PROJECT_INPUTS, new, outputs={"service_types": ["pm", "cost"]})
    )

    assert found.risks == ()


def test_undeclared_services_are_not_a_loss() -> None:
    assert (
        review_change(
            build_step("update", {**PROJECT_INPUTS, "service_types": ["pm"]}, PROJECT_INPUTS)
        ).risks
        == ()
    )


@pytest.mark.parametrize("hidden", [*HIDDEN, *PULUMI_MARKERS])
@pytest.mark.parametrize(
    ("before", "after"), [(["pm"], None), (None, ["pm"]), (["pm", None], ["pm"]), (["pm"], [None])]
)
def test_hidden_services_count_as_a_possible_loss(before: Any, after: Any, hidden: str) -> None:
    def insert_hidden(value: Any) -> Any:
        return hidden if value is None else [each or hidden for each in value]

    old, new = (
        {**PROJECT_INPUTS, "service_types": insert_hidden(each)} for each in (before, after)
    )

    review = review_steps(build_step("update", old, new))

    assert review.possible["access-loss"] == review.counts["access-loss"] == 1


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_hidden_project_status_counts_as_a_possible_archive_and_suspension(hidden: str) -> None:
    old = {**PROJECT_INPUTS, "status": "active"}

    review = review_steps(build_step("update", old, {**old, "status": hidden}))

    assert review.possible == {"archive": 1, "access-loss": 1, "drift": 0}


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_project_with_a_hidden_old_status_counts_as_reactivated(hidden: str) -> None:
    old = {**PROJECT_INPUTS, "status": hidden}

    assert is_triggered(
        review_steps(build_step("update", old, {**old, "status": "active"})), "restore"
    )


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_hidden_status_of_a_person_counts_as_a_possible_deactivation(hidden: str) -> None:
    old = {"email": "ada@example.com", "status": "active"}

    review = review_steps(build_step("update", old, {**old, "status": hidden}, kind="AccountUser"))

    assert is_triggered(review, "deactivate")
    assert is_triggered(review, "access-loss")


@pytest.mark.parametrize("status", ["inactive", "[secret]"])
def test_a_person_added_as_inactive_counts_as_a_possible_deactivation(status: str) -> None:
    new = {"email": "ada@example.com", "status": status}

    assert is_triggered(
        review_steps(build_step("create", None, new, kind="AccountUser")), "deactivate"
    )


@pytest.mark.parametrize("adopt", ["any", "[secret]", "[unknown]"])
@pytest.mark.parametrize(
    ("declared", "gate"),
    [
        ({"service_types": ["pm"]}, "access-loss"),
        ({"status": "inactive"}, "access-loss"),
        ({"status": "archived"}, "archive"),
    ],
)
def test_an_adopted_project_may_lose_undeclared_settings(
    adopt: str, declared: Properties, gate: str
) -> None:
    new = {**PROJECT_INPUTS, "adopt": adopt, **declared}

    assert is_triggered(review_steps(build_step("create", None, new)), gate)


def test_a_project_that_adopts_nothing_loses_nothing() -> None:
    new = {**PROJECT_INPUTS, "service_types": ["pm"], "status": "inactive"}

    assert review_change(build_step("create", None, new)).risks == ()


def test_newly_declared_roles_with_unknown_old_ones_count_as_a_possible_loss() -> None:
    row = build_step(
        "update", MEMBER, {**MEMBER, "industry_roles": ["Architect"]}, kind="ProjectMember"
    )

    found = review_change(row)

    assert [risk.possible for risk in found.risks] == [True]
    assert found.lines[0].before == "unknown"


def test_newly_declared_roles_of_a_team_are_compared_with_the_state() -> None:
    def team(**member: Any) -> Properties:
        return {"members": {"ada@example.com": member}}

    row = build_step(
        "update",
        team(),
        team(industry_roles=["Architect"]),
        kind="ProjectMembers",
        outputs=team(industry_roles=["Architect", "Engineer"]),
    )

    (risk,) = review_change(row).risks

    assert (risk.possible, risk.subject) == (False, "Engineer of ada@example.com in tower")


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("field", ["document_management", "project_administration"])
def test_hidden_access_of_a_member_counts_as_a_possible_loss(field: str, hidden: str) -> None:
    row = build_step("update", MEMBER, {**MEMBER, field: hidden}, kind="ProjectMember")

    assert [risk.possible for risk in review_change(row).risks] == [True]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("removal", [None, "remove", "[secret]"])
def test_hidden_members_of_a_team_count_as_a_possible_loss(
    hidden: str, removal: str | None
) -> None:
    old: Properties = {"members": {"ada@example.com": {}}, "on_removal": removal}

    review = review_steps(
        build_step("update", old, {**old, "members": hidden}, kind="ProjectMembers")
    )

    assert is_triggered(review, "access-loss")
    assert is_triggered(review, "remove") is (removal is not None)
    assert [line.row for line in review.changes[0].lines] == [""]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_hidden_member_of_a_team_counts_as_a_possible_loss(hidden: str) -> None:
    old: Properties = {"members": {"ada@example.com": {"document_management": "user"}}}
    new: Properties = {"members": {"ada@example.com": hidden}}

    assert is_triggered(
        review_steps(build_step("update", old, new, kind="ProjectMembers")), "access-loss"
    )


def test_a_removed_member_with_a_hidden_on_removal_counts_as_removed() -> None:
    old: Properties = {"members": {"ada@example.com": {}}, "on_removal": "[secret]"}

    review = review_steps(build_step("update", old, {**old, "members": {}}, kind="ProjectMembers"))

    assert is_triggered(review, "remove")


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(
    ("kind", "old", "outputs", "gate"),
    [
        ("Project", {**PROJECT_INPUTS, "on_destroy": None}, {}, "archive"),
        ("Project", PROJECT_INPUTS, {"status": None}, "archive"),
        ("AccountUser", {"email": "a@x.com", "on_destroy": None}, {"adopted": True}, "deactivate"),
        ("AccountUser", {"email": "a@x.com"}, {"adopted": None}, "deactivate"),
        ("AccountUser", {"email": "a@x.com"}, {"role": None}, "deactivate"),
        ("AccountUser", {"email": "a@x.com"}, {"status": None}, "deactivate"),
        ("ProjectMember", {**MEMBER, "on_destroy": None}, {}, "access-loss"),
        ("ProjectAdmin", {**MEMBER, "on_destroy": None}, {}, "access-loss"),
        ("ProjectMembers", {"members": {"a@x.com": {}}, "on_removal": None}, {}, "access-loss"),
        ("ProjectMembers", {"members": None, "on_removal": "remove"}, {}, "access-loss"),
        ("BusinessUnits", {"units": {"North": {}}, "on_destroy": None}, {}, "remove"),
        ("BusinessUnits", {"units": None, "on_destroy": "remove"}, {}, "remove"),
    ],
)
def test_a_hidden_on_destroy_counts_as_the_worst_case(
    kind: str, old: Properties, outputs: Properties, gate: str, hidden: str
) -> None:
    old = {key: hidden if value is None else value for key, value in old.items()}
    outputs = {key: hidden if value is None else value for key, value in outputs.items()}

    assert is_triggered(
        review_steps(build_step("delete", old, None, kind=kind, outputs=outputs)), gate
    )


@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_business_units_count_as_a_possible_removal(hidden: str) -> None:
    old: Properties = {"units": {"North": {}}}

    assert is_triggered(
        review_steps(build_step("update", old, {"units": hidden}, kind="BusinessUnits")), "remove"
    )


@pytest.mark.parametrize("complete", [True, "[secret]"])
def test_complete_units_remove_undeclared_units(complete: object) -> None:
    old: Properties = {"units": {"North": {}}}
    outputs = {"undeclared": {"id-1": "South/Old", "id-2": "West"}, "undropped": ["id-2"]}
    row = build_step(
        "update", old, {**old, "complete": complete}, kind="BusinessUnits", outputs=outputs
    )

    assert [risk.subject for risk in review_change(row).risks] == ["South/Old"]


@pytest.mark.parametrize("op", ["create", "update"])
def test_complete_units_without_a_state_count_as_a_possible_removal(op: str) -> None:
    units: Properties = {"units": {"North": {}}}
    old = None if op == "create" else units

    review = review_steps(build_step(op, old, {**units, "complete": True}, kind="BusinessUnits"))

    assert review.possible["remove"] == 1


# Secrets changed by hand


def secret(**changes: Any) -> Properties:
    """Return a project with a secret job number."""
    return {**PROJECT_INPUTS, "job_number": "[secret]", **changes}


def review_refresh(
    paths: dict[str, Any] | None, refreshed_paths: dict[str, Any] | None = None
) -> Review:
    """Return the review of a refresh of a secret and an update with these differences."""
    row = build_step("update", secret(), secret(city="Oslo"))
    row["detailedDiff"] = paths
    refresh = {**build_step("refresh", secret(), secret()), "detailedDiff": refreshed_paths}
    return review_steps(refresh, row)


@pytest.mark.parametrize("paths", [None, {"city": {}, "job_number": {"kind": "update"}}])
def test_a_secret_that_may_have_been_changed_by_hand_triggers_the_drift_gate(
    paths: dict[str, Any] | None,
) -> None:
    """The Pulumi CLI prints the same plan for a manual change and for one of the program."""
    review = review_refresh(paths)

    assert is_triggered(review, "drift")
    assert review.drift_counts == (0, 1)
    (drift,) = review.changes[0].drift
    assert (drift.declared, drift.found) == ("secret", "secret (may have changed)")


def test_a_secret_that_the_engine_finds_unchanged_is_not_drift() -> None:
    assert review_refresh({"city": {}}).counts["drift"] == 0


def test_a_secret_that_a_refresh_finds_changed_is_certain_drift() -> None:
    """The local engine prints the differences that a refresh found."""
    review = review_refresh({"job_number": {}}, refreshed_paths={"job_number": {"kind": "update"}})

    assert review.drift_counts == (1, 0)


def test_the_summary_reports_possible_drift_of_a_secret() -> None:
    row = build_step("update", secret(), secret())
    row["detailedDiff"] = {"job_number": {"kind": "update"}}

    text = render_comment(build_step("refresh", secret(), secret()), row)

    assert "Nothing was changed by hand" not in text
    assert "1 possibly changed by hand (secrets cannot be compared)." in text
    assert text.count("may have changed") == 1


@pytest.mark.parametrize(
    "path", ["members", 'members["a.b@x.com"]', 'members["a.b@x.com"].industry_roles[0]']
)
def test_a_property_path_matches_parent_and_child_fields(path: str) -> None:
    team: Properties = {"members": {"a.b@x.com": {"industry_roles": ["[secret]"]}, "c@x.com": {}}}
    row = build_step("update", team, team, kind="ProjectMembers")
    row["detailedDiff"] = {path: {"kind": "update"}}

    review = review_steps(row)

    assert is_triggered(review, "access-loss")
    assert [line.row for line in review.changes[0].lines] == ["a.b@x.com"]


def test_a_secret_that_the_engine_does_not_compare_may_have_changed() -> None:
    """An update without a detailed diff does not show which field differs."""
    row = build_step("update", secret(), secret())

    (line,) = review_change(row).lines

    assert line.after == "secret (may have changed)"


@pytest.mark.parametrize("gate", ["access-loss", "change", "any"])
def test_a_possibly_changed_secret_triggers_each_gate(gate: str) -> None:
    old = {**PROJECT_INPUTS, "service_types": "[secret]"}
    row = build_step("update", old, old)
    row["detailedDiff"] = {"service_types": {"kind": "update"}}

    assert is_triggered(review_steps(row), gate)


def test_a_plan_without_a_refresh_triggers_the_drift_gate() -> None:
    review = review_steps(build_step("update", PROJECT_INPUTS, {**PROJECT_INPUTS, "city": "Oslo"}))

    assert describe_triggered_gates(read_gates("drift"), review) == [
        "drift: unknown, because the plan was created without --refresh; add --refresh or --drift"
    ]


def test_a_new_stack_passes_the_drift_gate() -> None:
    """A stack without resources cannot have drift."""
    assert not is_triggered(review_steps(build_step("create", None, PROJECT_INPUTS)), "drift")


def test_the_review_rejects_a_plan_in_place_of_a_refresh() -> None:
    """As a refresh, it would trigger no gate."""
    with pytest.raises(Exception, match="has a step 'create', so it is a plan and not a refresh"):
        build_review(None, read_plan(build_plan(build_step("create", None, PROJECT_INPUTS))))


def test_a_certain_loss_is_not_marked_as_possible() -> None:
    review = review_steps(
        build_step("update", PROJECT_INPUTS, {**PROJECT_INPUTS, "status": "inactive"})
    )

    assert (review.changes[0].verb, review.possible["access-loss"]) == (Verb.CHANGE, 0)


# Hiding a value never resets a triggered gate

VALUES: dict[str, dict[str, list[Any]]] = {
    "Project": {
        "account_id": ["a", "b"],
        "name": ["Tower", "Harbor"],
        "status": [None, "active", "inactive", "archived"],
        "service_types": [None, [], ["pm"], ["pm", "cost"]],
        "adopt": [None, "never", "any"],
        "on_destroy": [None, "archive", "retain"],
    },
    "AccountUser": {
        "email": ["a@x.com", "b@x.com"],
        "status": [None, "active", "inactive"],
        "on_destroy": [None, "retain", "deactivate"],
        "adopted": [None, True, False],
        "role": [None, "account_admin"],
    },
    "ProjectMember": {
        "project_id": ["a", "b"],
        "industry_roles": [None, [], ["Architect"], ["Architect", "Engineer"]],
        "document_management": [None, "", "user", "admin"],
        "on_destroy": [None, "retain", "remove"],
    },
    "ProjectMembers": {
        "members": [
            {},
            {"a@x.com": {"document_management": "user"}},
            {"a@x.com": {"industry_roles": ["Architect"]}, "b@x.com": {}},
        ],
        "on_removal": [None, "retain", "remove"],
    },
    "BusinessUnits": {
        "units": [{}, {"North": {}}, {"North": {}, "South": {"description": "x"}}],
        "complete": [None, True, False],
        "undeclared": [{}, {"id-1": "West"}],
        "undropped": [[], ["id-1"]],
        "on_destroy": [None, "retain", "remove"],
    },
}
GATES = ("archive", "access-loss", "deactivate", "remove", "drift", "any")


def find_values(values: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the container and key of each value at any depth."""
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    for key, value in pairs:
        if value is not None:
            yield values, key
        if isinstance(value, (dict, list)):
            yield from find_values(value)


@st.composite
def plans(draw: st.DrawFn) -> tuple[PlanStep, PlanStep]:
    """Draw a step and the same step with one hidden value."""
    kind = draw(st.sampled_from(sorted(VALUES)))
    fields = st.fixed_dictionaries({k: st.sampled_from(v) for k, v in VALUES[kind].items()})
    old, new, outputs = draw(fields), draw(fields), draw(fields)
    op = draw(st.sampled_from(["create", "update", "delete", "replace"]))
    row = build_step(
        op,
        None if op == "create" else old,
        None if op == "delete" else new,
        kind=kind,
        outputs=outputs,
    )
    hidden = deepcopy(row)
    place = draw(st.sampled_from(["oldState.inputs", "newState.inputs", "oldState.outputs"]))
    side, bag = place.split(".")
    values = (hidden[side] or {}).get(bag) or {}
    places = [*find_values(values)]
    assume(places)
    holder, key = draw(st.sampled_from(places))
    holder[key] = draw(st.sampled_from(HIDDEN))
    return row, hidden


@settings(max_examples=200, deadline=None)
@given(plans())
def test_a_hidden_value_never_resets_a_triggered_gate(pair: tuple[PlanStep, PlanStep]) -> None:
    shown, hidden = (review_steps(each) for each in pair)

    lost_gates = [
        gate for gate in GATES if is_triggered(shown, gate) and not is_triggered(hidden, gate)
    ]

    assert lost_gates == []
