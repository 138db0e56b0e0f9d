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
def test_the_reader_rejects_other_text_with_a_one_line_error(text: str) -> None:
    with pytest.raises(PlanError) as raised:
        read_plan(text)

    assert "pulumi" in str(raised.value) or "empty" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_reader_accepts_a_byte_order_mark() -> None:
    assert read_plan("\ufeff" + build_plan(build_update(city="Oslo"))).stack == "prod"


def test_a_plan_without_counts_has_failed() -> None:
    """Pulumi omits them if it fails before it counts."""
    review = build_review(read_plan(json.dumps({"steps": [build_update(city="Oslo")]})))

    assert review.failed


def test_a_failed_plan_never_shows_no_changes() -> None:
    error = {"severity": "error", "message": "error: HQ responded 401 Unauthorized\n"}
    text = render_comment(diagnostics=[error])

    assert "No changes" not in text
    assert "HQ responded 401 Unauthorized" in text


def test_the_review_shows_a_repeated_error_once() -> None:
    error = {"severity": "error", "message": "error: Preview failed: no token\n"}
    rows = [{**error, "urn": build_urn("Project", f"p{number}")} for number in range(14)]
    last = {"severity": "error", "message": "error: preview failed\n"}

    text = render_comment(diagnostics=[*rows, last])

    assert "no token (14 times)" in text
    assert "preview failed" not in text


def test_the_review_shows_the_exception_of_a_traceback() -> None:
    message = (
        "error: Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "/somewhere/__main__.py", line 1, in <module>\n'
        "NameError: name 'x' is not defined\n"
    )

    text = render_comment(diagnostics=[{"severity": "error", "message": message}])

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
def test_the_review_omits_follow_up_errors_of_the_engine(noise: str) -> None:
    errors = [{"severity": "error", "message": f"error: {text}\n"} for text in (noise, "no token")]

    both, single = render_comment(diagnostics=errors), render_comment(diagnostics=errors[:1])

    assert [line for line in both.splitlines() if line.startswith("> - ")] == ["> - no token"]
    assert " ".join(noise.split()[:2]) in single  # the only error is always shown


@pytest.mark.parametrize(
    "reason",
    [
        "rpc error: code = Unavailable desc = error reading from server: EOF",
        "preview failed: the stack is locked",
        "BIM 360: create project 'A': HQ responded 503 Service Unavailable",
        "update canceled",
    ],
)
def test_the_review_never_omits_a_real_error(reason: str) -> None:
    errors = [{"severity": "error", "message": text} for text in (reason, "another reason")]

    assert reason in render_comment(diagnostics=errors)


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
def test_each_mistake_of_a_file_has_its_own_bullet(text: str) -> None:
    shown = render_comment(diagnostics=[{"severity": "error", "message": f"error: {text}"}])

    bullets = [line for line in shown.splitlines() if line.startswith("> - ")]
    assert bullets[0].endswith("projects.csv has 3 mistakes, and nothing was declared:")
    assert bullets[1:] == [
        "> - line 2, value: must be a number",
        "> - line 3, start\\_date: is missing",
        "> - line 4: has 5 cells",
    ]


def test_the_review_separates_warnings_of_the_provider_from_others() -> None:
    texts = ["using pulumi-language-python from $PATH", "BIM 360: 2 members stay"]
    warnings = [{"severity": "warning", "message": f"warning: {text}\n"} for text in texts]

    _, from_provider, others = render_comment(diagnostics=warnings).split("<summary>")

    assert from_provider.startswith("Warnings from the provider (1)")
    assert "2 members stay" in from_provider
    assert others.startswith("Warnings from Pulumi and the program (1)")
    assert "pulumi-language-python" in others


def test_a_warning_shows_a_name_instead_of_an_id() -> None:
    id_ = "85d84020-2f18-59b5-a8df-5174280e0052"
    row = build_update(city="Oslo")
    row["oldState"]["id"] = id_
    warnings = [
        {"severity": "warning", "message": f"BIM 360: ada stays in project {id_}: retained"}
    ]

    assert "in project 'Tower': retained" in render_comment(row, diagnostics=warnings)


def test_the_review_shows_the_names_of_undeclared_business_units() -> None:
    """With ``complete``, a refresh returns undeclared units under their ids."""
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
    assert "**Business units removed (1):** South/Old." in text


def test_the_review_shows_the_name_of_a_projects_business_unit() -> None:
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


def test_the_review_omits_pulumis_own_resources() -> None:
    root = {"op": "create", "urn": "urn:pulumi:prod::portfolio::pulumi:pulumi:Stack::s"}
    config = {"custom": True, "inputs": {"bim360:accountId": "x"}}
    provider = "urn:pulumi:prod::portfolio::pulumi:providers:pulumi-python::europe"
    rows = [
        {**root, "newState": {"custom": False}},
        {"op": "create", "urn": provider, "newState": config},
        {"op": "update", "urn": provider, "oldState": config, "newState": config},
        build_step("read", None, PROJECT_INPUTS),
        *[
            build_step(op, {}, None)
            for op in ("discard", "discard-replaced", "remove-pending-replace")
        ],
    ]

    assert review_steps(*rows).changes == ()


def test_a_replacement_with_its_two_halves_counts_once() -> None:
    """``--show-replacement-steps`` prints them; the Pulumi CLI counts one replacement too."""
    moved = {**PROJECT_INPUTS, "region": "EMEA"}
    rows = [
        build_step("create-replacement", PROJECT_INPUTS, moved),
        build_step("replace", PROJECT_INPUTS, moved),
        build_step("delete-replaced", PROJECT_INPUTS, None),
    ]

    counts = review_steps(*rows).counts

    assert (counts["replace"], counts["archive"], counts["any"]) == (1, 1, 1)


def test_the_remaining_half_of_an_interrupted_replacement_counts() -> None:
    counts = review_steps(build_step("delete-replaced", PROJECT_INPUTS, None)).counts

    assert counts["archive"] == 1


def test_the_review_includes_both_steps_of_one_resource() -> None:
    """An interrupted replacement leaves a resource to delete and one to update."""
    rows = [build_step("delete", PROJECT_INPUTS, None), build_update(service_types=["pm"])]

    counts = review_steps(*rows).counts

    assert (counts["archive"], counts["access-loss"]) == (1, 1)


def test_the_reader_rejects_an_unknown_operation_with_a_one_line_error() -> None:
    """If the review ignored it, it would pass every gate."""
    with pytest.raises(PlanError, match=r"^The plan has a step 'teleport', .* update bim360"):
        read_plan(build_plan(build_step("teleport", PROJECT_INPUTS, None)))


@pytest.mark.parametrize("op", ["create", "update", "delete", "replace"])
def test_the_reader_rejects_a_plan_that_counts_more_steps_than_it_contains(op: str) -> None:
    with pytest.raises(PlanError, match=f"counts 2 of '{op}' and contains 1"):
        read_plan(build_plan(build_step(op, PROJECT_INPUTS, PROJECT_INPUTS), changeSummary={op: 2}))


def test_a_step_without_the_custom_flag_counts() -> None:
    row = build_step("delete", PROJECT_INPUTS, None)
    del row["oldState"]["custom"]

    assert review_steps(row).counts["archive"] == 1


def test_a_delete_without_an_old_state_counts_as_an_archive() -> None:
    assert review_steps({**build_step("delete", None, None)}).counts["archive"] == 1


def test_a_comment_on_5000_resources_stays_within_the_limit() -> None:
    text = render_comment(*json.loads(build_mixed_plan(5_000))["steps"])

    assert len(text) <= 65_000
    assert "2000 to create" in text


def test_deeply_nested_values_count_as_hidden() -> None:
    value: object = "x"
    for _ in range(200):
        value = {"inner": value}
    row = build_step("update", {**PROJECT_INPUTS, "city": value}, {**PROJECT_INPUTS, "city": value})

    assert "secret (may have changed)" in render_comment(row)


def test_the_review_omits_internal_and_create_only_fields() -> None:
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


def test_a_newly_declared_field_shows_the_value_at_hq() -> None:
    row = build_step(
        "update", PROJECT_INPUTS, {**PROJECT_INPUTS, "city": "Oslo"}, outputs={"city": "Bergen"}
    )

    (line,) = review_change(row).lines

    assert (line.before, line.after) == ("Bergen", "Oslo")


def test_an_undeclared_field_shows_that_it_is_no_longer_managed() -> None:
    row = build_step("update", {**PROJECT_INPUTS, "city": "Oslo", "value": 1}, PROJECT_INPUTS)

    lines = {line.field: line.after for line in review_change(row).lines}

    assert lines == {"value": "3,000,000 USD", "city": "no longer managed"}


def test_a_reordered_list_is_not_a_change() -> None:
    old = {"email": "a@example.com", "industry_roles": ["Architect", "Engineer"]}
    new = {"email": "a@example.com", "industry_roles": ["Engineer", "Architect"]}

    found = review_change(build_step("update", old, new, kind="ProjectMember"))

    assert found.lines == ()
    assert found.risks == ()


def test_an_update_without_a_difference_completes_an_earlier_run() -> None:
    row = build_step("update", PROJECT_INPUTS, PROJECT_INPUTS, outputs={"unfinished": ["status"]})

    assert "completes an earlier run: status" in review_change(row).note


@pytest.mark.parametrize("found", [{**PROJECT_INPUTS, "city": "Bergen"}, PROJECT_INPUTS])
def test_drift_is_the_difference_between_the_last_run_and_a_refresh(
    found: dict[str, object],
) -> None:
    """Whether HQ has another value or none, the program restores the declared one."""
    declared = {**PROJECT_INPUTS, "city": "Seattle"}
    rows = [build_step("refresh", declared, declared), build_step("update", found, declared)]

    (each,) = review_change(*rows).drift

    assert (each.declared, each.outcome) == ("Seattle", "restored")
    assert each.found == found.get("city", "")


def test_the_review_separates_planned_changes_from_drift() -> None:
    declared, found = {**PROJECT_INPUTS, "city": "Seattle"}, {**PROJECT_INPUTS, "city": "Bergen"}
    rows = [
        build_step("refresh", declared, declared),
        build_step("update", found, {**declared, "end_date": "2031-01-01"}),
    ]

    change = review_change(*rows)

    assert [line.field for line in change.lines] == ["end"]
    assert [drift.field for drift in change.drift] == ["city"]


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        ({"city": "Bergen"}, "kept, the program now declares it"),
        ({"city": "Oslo"}, "set to Oslo"),
        ({}, "left unchanged"),
    ],
)
def test_drift_shows_the_outcome_of_the_run(now: dict[str, str], outcome: str) -> None:
    declared, found = {**PROJECT_INPUTS, "city": "Seattle"}, {**PROJECT_INPUTS, "city": "Bergen"}
    rows = [
        build_step("refresh", declared, declared),
        build_step("update", found, {**PROJECT_INPUTS, **now, "end_date": "2031-01-01"}),
    ]

    (drift,) = review_change(*rows).drift

    assert drift.outcome == outcome


def test_a_resource_missing_at_hq_is_created_again() -> None:
    found = review_change(
        build_step("refresh", PROJECT_INPUTS, PROJECT_INPUTS),
        build_step("create", None, PROJECT_INPUTS),
    )

    assert found.verb is Verb.CREATE
    assert [(drift.found, drift.outcome) for drift in found.drift] == [("missing", "created again")]


def test_an_ambiguous_delete_counts_as_planned() -> None:
    """A missed archive is worse than a needless warning.

    A refresh may use the old name of a resource, and its delete the new name.
    """
    rows = [
        build_step("refresh", PROJECT_INPUTS, PROJECT_INPUTS, name="other"),
        build_step("create", None, PROJECT_INPUTS, name="new"),
        build_step("delete", PROJECT_INPUTS, None),
    ]

    assert review_steps(*rows).counts["archive"] == 1


def test_a_delete_without_a_refresh_step_counts_as_planned_if_the_program_ran() -> None:
    """With ``--refresh --run-program``, Pulumi prints no refresh step for it."""
    stack = {**build_step("same", {}, {}), "urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"}
    rows = [
        stack,
        build_step("refresh", {}, {}, name="other"),
        build_step("delete", PROJECT_INPUTS, None),
    ]

    counts = review_steps(*rows).counts

    assert (counts["archive"], counts["drift"]) == (1, 0)


def test_a_refresh_without_a_plan_counts_only_drift() -> None:
    declared, found = {**PROJECT_INPUTS, "city": "Seattle"}, {**PROJECT_INPUTS, "city": "Bergen"}
    row = build_step("update", declared, found)
    row["newState"]["outputs"] = {"__declared": ["city"], "city": "Bergen"}
    rows = [
        build_step("refresh", {}, {}, name="other"),
        row,
        build_step("delete", PROJECT_INPUTS, None, name="deleted"),
    ]

    counts = review_steps(*rows).counts

    assert (counts["drift"], counts["any"]) == (2, 0)


def test_the_review_combines_a_plan_with_a_separate_refresh() -> None:
    declared, found = {**PROJECT_INPUTS, "city": "Seattle"}, {**PROJECT_INPUTS, "city": "Bergen"}
    planned = read_plan(build_plan(build_step("update", declared, {**declared, "value": 5})))
    refreshed = read_plan(build_plan(build_step("update", declared, found)))

    (change,) = build_review(planned, refreshed).changes

    assert [line.field for line in change.lines] == ["value"]
    assert [(each.field, each.found) for each in change.drift] == [("city", "Bergen")]


def test_a_refresh_without_drift_reports_that_nothing_changed() -> None:
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
    st.sampled_from([*ENTITY_LABELS, "Unknown"]),
    *[BAGS] * 3,
)
def test_the_review_accepts_any_values(
    op: str, kind: str, old: Properties, new: Properties, outputs: Properties
) -> None:
    """A later version of the provider may use other types."""
    rows = [
        build_step("refresh", old, new, kind=kind, outputs=outputs),
        build_step(op, new, old, kind=kind, outputs=outputs),
        build_step(op, old, new, kind=kind, outputs=outputs, name="other"),
    ]

    assert render_comment(*rows).startswith("<!-- bim360 review: portfolio/prod -->")


def test_a_resource_of_another_package_shows_its_type() -> None:
    row = build_step("delete", {"bucket": "b"}, None)
    row["urn"] = "urn:pulumi:prod::portfolio::aws:s3/bucket:Bucket::logs"

    found = review_change(row)

    assert (found.entity, found.label) == ("aws:s3/bucket:Bucket", "logs")
