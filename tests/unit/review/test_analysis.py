import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.review.analysis import build_review
from bim360_provider.review.labels import ENTITY_LABELS
from bim360_provider.review.model import Verb
from bim360_provider.review.plan import PlanError, read_plan
from tests.unit.review.plan_factory import (
    PROJECT_INPUTS,
    Properties,
    build_mixed_plan,
    build_plan,
    build_step,
    build_update,
    build_urn,
    render_comment,
    review_change,
    review_steps,
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "Previewing update (dev):",
        "[]",
        "{}",
        "null",
        '{"steps": [{"op": "create"}]}',
        '{"steps": [{"op": "create", "urn": "tower"}]}',
        '{"steps": 1}',
        '{"steps": [1]}',
        '{"diagnostics": [1]}',
        '{"sequence": 0, "preludeEvent": {}}\n{"sequence": 1}',
        "[" * 100_000,
    ],
)
def test_what_is_no_plan_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(PlanError) as raised:
        read_plan(text)

    assert "pulumi" in str(raised.value) or "empty" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_plan("\ufeff" + build_plan(build_update(city="Oslo"))).stack == "prod"


def test_a_plan_without_its_counts_did_not_come_to_its_end() -> None:
    """Pulumi leaves them out where it failed before it could count."""
    review = build_review(read_plan(json.dumps({"steps": [build_update(city="Oslo")]})))

    assert review.failed


def test_a_plan_that_failed_never_reads_as_no_change() -> None:
    error = {"severity": "error", "message": "error: HQ answered 401 Unauthorized\n"}
    text = render_comment(diagnostics=[error])

    assert "No changes" not in text
    assert "HQ answered 401 Unauthorized" in text


def test_the_same_error_of_many_resources_is_told_once() -> None:
    error = {"severity": "error", "message": "error: Preview failed: no token\n"}
    rows = [{**error, "urn": build_urn("Project", f"p{number}")} for number in range(14)]
    last = {"severity": "error", "message": "error: preview failed\n"}

    text = render_comment(diagnostics=[*rows, last])

    assert "no token (14 times)" in text
    assert "preview failed" not in text


def test_of_a_traceback_the_line_is_told_that_says_what_is_wrong() -> None:
    words = (
        "error: Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "/somewhere/__main__.py", line 1, in <module>\n'
        "NameError: name 'x' is not defined\n"
    )

    text = render_comment(diagnostics=[{"severity": "error", "message": words}])

    assert "NameError: name 'x' is not defined" in text
    assert "/somewhere" not in text


@pytest.mark.parametrize(
    "noise",
    [
        "Resource monitor has terminated, shutting down",
        "preview failed",
        "update failed",
        "an unhandled error occurred: program exited with non-zero exit code: 1",
        "Program exited with non-zero exit code: 32",
        "resource registration cancelled: the engine is shutting down",
        "rpc error: code = Canceled desc = grpc: the client connection is closing",
        "could not check: context canceled",
        "Program failed:\nTraceback (most recent call last):\n  File 'exec'\nKeyboardInterrupt\n",
    ],
)
def test_what_the_engine_adds_to_a_failure_is_no_reason_beside_one(noise: str) -> None:
    said = [{"severity": "error", "message": f"error: {text}\n"} for text in (noise, "no token")]

    both, alone = render_comment(diagnostics=said), render_comment(diagnostics=said[:1])

    assert [line for line in both.splitlines() if line.startswith("> - ")] == ["> - no token"]
    assert " ".join(noise.split()[:2]) in alone  # where nothing else says why, it stays


@pytest.mark.parametrize(
    "reason",
    [
        "rpc error: code = Unavailable desc = error reading from server: EOF",
        "preview failed: the stack is locked",
        "BIM 360: create project 'A': HQ answered 503 Service Unavailable",
        "update canceled",
    ],
)
def test_a_reason_is_never_taken_for_noise(reason: str) -> None:
    said = [{"severity": "error", "message": text} for text in (reason, "another reason")]

    assert reason in render_comment(diagnostics=said)


MISTAKES = (
    "projects.csv has 3 mistakes, and nothing was declared:\n  line 2, value: must be a number\n"
    "  line 3, start_date: is missing\n  line 4: has 5 cells\n"
)
TRACED = (
    "Program failed with an unhandled exception:\nTraceback (most recent call last):\n"
    '  File "/x/__main__.py", line 1, in <module>\n    projects_from_csv("x")\n'
    f"bim360_provider.errors.CsvError: {MISTAKES}"
)


@pytest.mark.parametrize("text", [MISTAKES, TRACED])
def test_each_mistake_of_a_file_has_a_bullet_of_its_own(text: str) -> None:
    shown = render_comment(diagnostics=[{"severity": "error", "message": f"error: {text}"}])

    bullets = [line for line in shown.splitlines() if line.startswith("> - ")]
    assert bullets[0].endswith("projects.csv has 3 mistakes, and nothing was declared:")
    assert bullets[1:] == [
        "> - line 2, value: must be a number",
        "> - line 3, start\\_date: is missing",
        "> - line 4: has 5 cells",
    ]


def test_warnings_of_pulumi_are_not_those_of_the_provider() -> None:
    texts = ["using pulumi-language-python from $PATH", "BIM 360: 2 members stay"]
    said = [{"severity": "warning", "message": f"warning: {text}\n"} for text in texts]

    _, ours, theirs = render_comment(diagnostics=said).split("<summary>")

    assert ours.startswith("Warnings from the provider (1)")
    assert "2 members stay" in ours
    assert theirs.startswith("Warnings from Pulumi and the program (1)")
    assert "pulumi-language-python" in theirs


def test_a_warning_names_what_it_has_an_id_of() -> None:
    id_ = "85d84020-2f18-59b5-a8df-5174280e0052"
    row = build_update(city="Oslo")
    row["oldState"]["id"] = id_
    said = [{"severity": "warning", "message": f"BIM 360: ada stays in project {id_}: retained"}]

    assert "in project 'Tower': retained" in render_comment(row, diagnostics=said)


def test_business_units_that_nobody_declared_are_called_by_their_names() -> None:
    """A refresh of units that are to be complete shows the others under their ids."""
    id_ = "b0000000-0000-4000-8000-000000000001"
    declared: Properties = {"units": {"North": {}}, "complete": True}
    found: Properties = {**declared, "units": {"North": {}, id_: {"id": id_}}}
    outputs = {"undeclared": {id_: "South/Old"}}
    rows = [
        build_step("refresh", declared, declared, kind="BusinessUnits"),
        build_step("update", found, declared, kind="BusinessUnits", outputs=outputs),
    ]

    text = render_comment(*rows)

    assert id_ not in text
    assert "South/Old" in text
    assert "**Business units taken away (1):** South/Old." in text


def test_a_business_unit_of_a_project_is_called_by_its_name() -> None:
    id_ = "b0000000-0000-4000-8000-000000000001"
    units: Properties = {"units": {}}
    row = build_step(
        "update", units, units, kind="BusinessUnits", outputs={"undeclared": {id_: "South"}}
    )

    lines = [
        line
        for each in review_steps(row, build_update(business_unit_id=id_)).changes
        for line in each.lines
    ]

    assert [line.after for line in lines] == ["South"]


def test_what_is_pulumis_own_is_left_out() -> None:
    root = {"op": "create", "urn": "urn:pulumi:prod::portfolio::pulumi:pulumi:Stack::s"}
    ours = {"custom": True, "inputs": {"bim360:accountId": "x"}}
    provider = "urn:pulumi:prod::portfolio::pulumi:providers:pulumi-python::europe"
    rows = [
        {**root, "newState": {"custom": False}},
        {"op": "create", "urn": provider, "newState": ours},
        {"op": "update", "urn": provider, "oldState": ours, "newState": ours},
        build_step("read", None, PROJECT_INPUTS),
        *[
            build_step(op, {}, None)
            for op in ("discard", "discard-replaced", "remove-pending-replace")
        ],
    ]

    assert review_steps(*rows).changes == ()


def test_the_halves_of_a_replacement_are_not_counted_beside_it() -> None:
    """``--show-replacement-steps`` prints them; the Pulumi CLI counts one replacement too."""
    moved = {**PROJECT_INPUTS, "region": "EMEA"}
    rows = [
        build_step("create-replacement", PROJECT_INPUTS, moved),
        build_step("replace", PROJECT_INPUTS, moved),
        build_step("delete-replaced", PROJECT_INPUTS, None),
    ]

    counts = review_steps(*rows).counts

    assert (counts["replace"], counts["archive"], counts["any"]) == (1, 1, 1)


def test_half_a_replacement_that_an_interrupted_run_left_is_counted() -> None:
    counts = review_steps(build_step("delete-replaced", PROJECT_INPUTS, None)).counts

    assert counts["archive"] == 1


def test_two_steps_of_one_resource_are_both_reviewed() -> None:
    """What an interrupted replacement left is deleted, and its successor changes."""
    rows = [build_step("delete", PROJECT_INPUTS, None), build_update(service_types=["pm"])]

    counts = review_steps(*rows).counts

    assert (counts["archive"], counts["access-loss"]) == (1, 1)


def test_a_step_of_an_unknown_kind_is_refused_in_one_line() -> None:
    """A review that left it out would let it pass every gate."""
    with pytest.raises(PlanError, match=r"^The plan has a step 'teleport', .* update bim360"):
        read_plan(build_plan(build_step("teleport", PROJECT_INPUTS, None)))


@pytest.mark.parametrize("op", ["create", "update", "delete", "replace"])
def test_a_plan_that_counts_more_steps_than_it_shows_is_refused(op: str) -> None:
    with pytest.raises(PlanError, match=f"counts 2 {op} steps and shows 1"):
        read_plan(build_plan(build_step(op, PROJECT_INPUTS, PROJECT_INPUTS), changeSummary={op: 2}))


def test_a_step_that_does_not_say_whether_it_is_a_component_is_reviewed() -> None:
    row = build_step("delete", PROJECT_INPUTS, None)
    del row["oldState"]["custom"]

    assert review_steps(row).counts["archive"] == 1


def test_a_delete_without_its_old_state_counts_as_the_worst_of_its_kind() -> None:
    assert review_steps({**build_step("delete", None, None)}).counts["archive"] == 1


def test_5000_resources_are_reviewed_within_the_limit_of_a_comment() -> None:
    text = render_comment(*json.loads(build_mixed_plan(5_000))["steps"])

    assert len(text) <= 65_000
    assert "2000 to create" in text


def test_values_nested_deeper_than_anyone_reads_are_hidden_values() -> None:
    value: object = "x"
    for _ in range(200):
        value = {"inner": value}
    row = build_step("update", {**PROJECT_INPUTS, "city": value}, {**PROJECT_INPUTS, "city": value})

    assert "cannot be told" in render_comment(row)


def test_noise_is_left_out_of_the_fields() -> None:
    old = {**PROJECT_INPUTS, "__provider": "gASV", "adopt": "never"}
    new = {
        **PROJECT_INPUTS,
        "__provider": "gASW",
        "adopt": "any",
        "copy_timeout": 5,
        "city": "Oslo",
    }

    lines = review_change(build_step("update", old, new)).lines

    assert [(line.field, line.before, line.after) for line in lines] == [("city", "", "Oslo")]


def test_a_field_that_is_newly_managed_shows_what_hq_has() -> None:
    row = build_step(
        "update", PROJECT_INPUTS, {**PROJECT_INPUTS, "city": "Oslo"}, outputs={"city": "Bergen"}
    )

    (line,) = review_change(row).lines

    assert (line.before, line.after) == ("Bergen", "Oslo")


def test_a_field_that_is_no_longer_declared_stays_as_it_is() -> None:
    row = build_step("update", {**PROJECT_INPUTS, "city": "Oslo", "value": 1}, PROJECT_INPUTS)

    lines = {line.field: line.after for line in review_change(row).lines}

    assert lines == {"value": "3,000,000 USD", "city": "no longer managed"}


def test_the_order_of_a_list_means_nothing() -> None:
    old = {"email": "a@example.com", "industry_roles": ["Architect", "Engineer"]}
    new = {"email": "a@example.com", "industry_roles": ["Engineer", "Architect"]}

    found = review_change(build_step("update", old, new, kind="ProjectMember"))

    assert found.lines == ()
    assert found.risks == ()


def test_an_update_without_a_difference_is_unfinished_work() -> None:
    row = build_step("update", PROJECT_INPUTS, PROJECT_INPUTS, outputs={"unfinished": ["status"]})

    assert "left undone: status" in review_change(row).note


@pytest.mark.parametrize("found", [{**PROJECT_INPUTS, "city": "Bergen"}, PROJECT_INPUTS])
def test_drift_is_what_differs_before_and_after_a_look(found: dict[str, object]) -> None:
    """The same change of the program is drift put back in one case, and intent in the other."""
    declared = {**PROJECT_INPUTS, "city": "Seattle"}
    rows = [build_step("refresh", declared, declared), build_step("update", found, declared)]

    (each,) = review_change(*rows).drift

    assert (each.declared, each.outcome) == ("Seattle", "put back")
    assert each.found == found.get("city", "")


def test_intent_beside_drift_is_told_apart() -> None:
    declared, found = {**PROJECT_INPUTS, "city": "Seattle"}, {**PROJECT_INPUTS, "city": "Bergen"}
    rows = [
        build_step("refresh", declared, declared),
        build_step("update", found, {**declared, "end_date": "2031-01-01"}),
    ]

    only = review_change(*rows)

    assert [line.field for line in only.lines] == ["end"]
    assert [drift.field for drift in only.drift] == ["city"]


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        ({"city": "Bergen"}, "kept: the stack declares it now"),
        ({"city": "Oslo"}, "set to Oslo"),
        ({}, "left as it is"),
    ],
)
def test_what_a_plan_makes_of_drift_is_said(now: dict[str, str], outcome: str) -> None:
    declared, found = {**PROJECT_INPUTS, "city": "Seattle"}, {**PROJECT_INPUTS, "city": "Bergen"}
    rows = [
        build_step("refresh", declared, declared),
        build_step("update", found, {**PROJECT_INPUTS, **now, "end_date": "2031-01-01"}),
    ]

    (drift,) = review_change(*rows).drift

    assert drift.outcome == outcome


def test_what_is_gone_from_hq_is_created_again() -> None:
    found = review_change(
        build_step("refresh", PROJECT_INPUTS, PROJECT_INPUTS),
        build_step("create", None, PROJECT_INPUTS),
    )

    assert found.verb is Verb.CREATE
    assert [(drift.found, drift.outcome) for drift in found.drift] == [("gone", "created again")]


def test_in_doubt_a_removal_is_planned_and_not_only_found() -> None:
    """A gate that keeps silent about an archive would be worse than one that warns in vain.

    After a look at the old name of a resource, its delete may come under a new one.
    """
    look = build_step("refresh", PROJECT_INPUTS, PROJECT_INPUTS, name="other")
    rows = [
        look,
        build_step("create", None, PROJECT_INPUTS, name="new"),
        build_step("delete", PROJECT_INPUTS, None),
    ]

    assert review_steps(*rows).counts["archive"] == 1


def test_what_the_program_declares_no_more_is_planned_though_no_look_tells_of_it() -> None:
    """With ``--refresh --run-program`` Pulumi shows no look at it, and gates stayed open."""
    ran = {**build_step("same", {}, {}), "urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"}
    rows = [
        ran,
        build_step("refresh", {}, {}, name="other"),
        build_step("delete", PROJECT_INPUTS, None),
    ]

    counts = review_steps(*rows).counts

    assert (counts["archive"], counts["drift"]) == (1, 0)


def test_a_look_alone_plans_nothing() -> None:
    declared, found = {**PROJECT_INPUTS, "city": "Seattle"}, {**PROJECT_INPUTS, "city": "Bergen"}
    row = build_step("update", declared, found)
    row["newState"]["outputs"] = {"__declared": ["city"], "city": "Bergen"}
    rows = [
        build_step("refresh", {}, {}, name="other"),
        row,
        build_step("delete", PROJECT_INPUTS, None, name="gone"),
    ]

    counts = review_steps(*rows).counts

    assert (counts["drift"], counts["any"]) == (2, 0)


def test_a_look_of_its_own_joins_the_plan() -> None:
    declared, found = {**PROJECT_INPUTS, "city": "Seattle"}, {**PROJECT_INPUTS, "city": "Bergen"}
    planned = read_plan(build_plan(build_step("update", declared, {**declared, "value": 5})))
    looked = read_plan(build_plan(build_step("update", declared, found)))

    (both,) = build_review(planned, looked).changes

    assert [line.field for line in both.lines] == ["value"]
    assert [(each.field, each.found) for each in both.drift] == [("city", "Bergen")]


def test_a_look_that_found_nothing_says_so() -> None:
    assert "Nothing was changed by hand." in render_comment(
        build_step("refresh", PROJECT_INPUTS, PROJECT_INPUTS)
    )


FIELDS = st.sampled_from(
    "name status email members units ids value currency service_types industry_roles on_destroy "
    "document_management project_id company_id path sha256 adopt unfinished role adopted".split()
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.just("[secret]"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
BAGS = st.dictionaries(FIELDS, ANYTHING, max_size=6)


@given(
    st.sampled_from(["create", "update", "delete", "replace", "refresh", "same", "import", "read"]),
    st.sampled_from([*ENTITY_LABELS, "Unheard"]),
    *[BAGS] * 3,
)
def test_whatever_values_a_plan_has_it_can_be_read(
    op: str, kind: str, old: Properties, new: Properties, outputs: Properties
) -> None:
    """A provider of tomorrow may have other types; a review that crashes helps nobody."""
    rows = [
        build_step("refresh", old, new, kind=kind, outputs=outputs),
        build_step(op, new, old, kind=kind, outputs=outputs),
        build_step(op, old, new, kind=kind, outputs=outputs, name="other"),
    ]

    assert render_comment(*rows).startswith("<!-- bim360 review: portfolio/prod -->")


def test_a_resource_of_another_package_is_told_by_its_type() -> None:
    row = build_step("delete", {"bucket": "b"}, None)
    row["urn"] = "urn:pulumi:prod::portfolio::aws:s3/bucket:Bucket::logs"

    found = review_change(row)

    assert (found.entity, found.label) == ("aws:s3/bucket:Bucket", "logs")
