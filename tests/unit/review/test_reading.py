import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.review.model import Verb
from bim360_provider.review.names import ENTITIES
from bim360_provider.review.plan import PlanError, read_plan
from bim360_provider.review.reading import review_of
from tests.unit.review.making import (
    PROJECT,
    Bag,
    change,
    changed,
    comment,
    plan,
    reviewed,
    step,
    urn,
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
    assert read_plan("\ufeff" + plan(changed(city="Oslo"))).stack == "prod"


def test_a_plan_without_its_counts_did_not_come_to_its_end() -> None:
    """Pulumi leaves them out where it failed before it could count."""
    review = review_of(read_plan(json.dumps({"steps": [changed(city="Oslo")]})))

    assert review.failed


def test_a_plan_that_failed_never_reads_as_no_change() -> None:
    error = {"severity": "error", "message": "error: HQ answered 401 Unauthorized\n"}
    text = comment(diagnostics=[error])

    assert "No changes" not in text
    assert "HQ answered 401 Unauthorized" in text


def test_the_same_error_of_many_resources_is_told_once() -> None:
    error = {"severity": "error", "message": "error: Preview failed: no token\n"}
    rows = [{**error, "urn": urn("Project", f"p{number}")} for number in range(14)]
    last = {"severity": "error", "message": "error: preview failed\n"}

    text = comment(diagnostics=[*rows, last])

    assert "no token (14 times)" in text
    assert "preview failed" not in text


def test_of_a_traceback_the_line_is_told_that_says_what_is_wrong() -> None:
    words = (
        "error: Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "/somewhere/__main__.py", line 1, in <module>\n'
        "NameError: name 'x' is not defined\n"
    )

    text = comment(diagnostics=[{"severity": "error", "message": words}])

    assert "NameError: name 'x' is not defined" in text
    assert "/somewhere" not in text


def test_what_is_pulumis_own_is_left_out() -> None:
    root = {"op": "create", "urn": "urn:pulumi:prod::portfolio::pulumi:pulumi:Stack::s"}
    ours = {"custom": True, "inputs": {"bim360:accountId": "x"}}
    provider = "urn:pulumi:prod::portfolio::pulumi:providers:pulumi-python::europe"
    rows = [
        {**root, "newState": {"custom": False}},
        {"op": "create", "urn": provider, "newState": ours},
        {"op": "update", "urn": provider, "oldState": ours, "newState": ours},
        step("read", None, PROJECT),
        step("create-replacement", PROJECT, PROJECT),
        step("delete-replaced", PROJECT, None),
    ]

    assert reviewed(*rows).changes == ()


def test_noise_is_left_out_of_the_fields() -> None:
    old = {**PROJECT, "__provider": "gASV", "adopt": "never"}
    new = {**PROJECT, "__provider": "gASW", "adopt": "any", "copy_timeout": 5, "city": "Oslo"}

    lines = change(step("update", old, new)).lines

    assert [(line.field, line.before, line.after) for line in lines] == [("city", "", "Oslo")]


def test_a_field_that_is_newly_managed_shows_what_hq_has() -> None:
    row = step("update", PROJECT, {**PROJECT, "city": "Oslo"}, outputs={"city": "Bergen"})

    (line,) = change(row).lines

    assert (line.before, line.after) == ("Bergen", "Oslo")


def test_a_field_that_is_no_longer_declared_stays_as_it_is() -> None:
    row = step("update", {**PROJECT, "city": "Oslo", "value": 1}, PROJECT)

    lines = {line.field: line.after for line in change(row).lines}

    assert lines == {"value": "3,000,000 USD", "city": "no longer managed"}


def test_the_order_of_a_list_means_nothing() -> None:
    old = {"email": "a@example.com", "industry_roles": ["Architect", "Engineer"]}
    new = {"email": "a@example.com", "industry_roles": ["Engineer", "Architect"]}

    found = change(step("update", old, new, kind="ProjectMember"))

    assert found.lines == ()
    assert found.risks == ()


def test_an_update_without_a_difference_is_unfinished_work() -> None:
    row = step("update", PROJECT, PROJECT, outputs={"unfinished": ["status"]})

    assert "left undone: status" in change(row).note


@pytest.mark.parametrize("found", [{**PROJECT, "city": "Bergen"}, PROJECT])
def test_drift_is_what_differs_before_and_after_a_look(found: dict[str, object]) -> None:
    """The same change of the program is drift put back in one case, and intent in the other."""
    declared = {**PROJECT, "city": "Seattle"}
    rows = [step("refresh", declared, declared), step("update", found, declared)]

    (each,) = change(*rows).drift

    assert (each.declared, each.outcome) == ("Seattle", "put back")
    assert each.found == found.get("city", "")


def test_intent_beside_drift_is_told_apart() -> None:
    declared, found = {**PROJECT, "city": "Seattle"}, {**PROJECT, "city": "Bergen"}
    rows = [
        step("refresh", declared, declared),
        step("update", found, {**declared, "end_date": "2031-01-01"}),
    ]

    only = change(*rows)

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
    declared, found = {**PROJECT, "city": "Seattle"}, {**PROJECT, "city": "Bergen"}
    rows = [
        step("refresh", declared, declared),
        step("update", found, {**PROJECT, **now, "end_date": "2031-01-01"}),
    ]

    (drift,) = change(*rows).drift

    assert drift.outcome == outcome


def test_what_is_gone_from_hq_is_made_anew() -> None:
    found = change(step("refresh", PROJECT, PROJECT), step("create", None, PROJECT))

    assert found.verb is Verb.CREATE
    assert [(drift.found, drift.outcome) for drift in found.drift] == [("gone", "made anew")]


def test_in_doubt_a_removal_is_planned_and_not_only_found() -> None:
    """A gate that keeps silent about an archive would be worse than one that warns in vain.

    After a look at the old name of a resource, its delete may come under a new one.
    """
    look = step("refresh", PROJECT, PROJECT, name="other")
    rows = [look, step("create", None, PROJECT, name="new"), step("delete", PROJECT, None)]

    assert reviewed(*rows).counts["archive"] == 1


def test_what_the_program_declares_no_more_is_planned_though_no_look_tells_of_it() -> None:
    """With ``--refresh --run-program`` Pulumi shows no look at it, and gates stayed open."""
    ran = {**step("same", {}, {}), "urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"}
    rows = [ran, step("refresh", {}, {}, name="other"), step("delete", PROJECT, None)]

    counts = reviewed(*rows).counts

    assert (counts["archive"], counts["drift"]) == (1, 0)


def test_a_look_alone_plans_nothing() -> None:
    declared, found = {**PROJECT, "city": "Seattle"}, {**PROJECT, "city": "Bergen"}
    row = step("update", declared, found)
    row["newState"]["outputs"] = {"__declared": ["city"], "city": "Bergen"}
    rows = [step("refresh", {}, {}, name="other"), row, step("delete", PROJECT, None, name="gone")]

    counts = reviewed(*rows).counts

    assert (counts["drift"], counts["any"]) == (2, 0)


def test_a_look_of_its_own_joins_the_plan() -> None:
    declared, found = {**PROJECT, "city": "Seattle"}, {**PROJECT, "city": "Bergen"}
    planned = read_plan(plan(step("update", declared, {**declared, "value": 5})))
    looked = read_plan(plan(step("update", declared, found)))

    (both,) = review_of(planned, looked).changes

    assert [line.field for line in both.lines] == ["value"]
    assert [(each.field, each.found) for each in both.drift] == [("city", "Bergen")]


def test_a_look_that_found_nothing_says_so() -> None:
    assert "Nothing was changed by hand." in comment(step("refresh", PROJECT, PROJECT))


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
    st.sampled_from(["create", "update", "delete", "replace", "refresh", "same", "import", "?"]),
    st.sampled_from([*ENTITIES, "Unheard"]),
    *[BAGS] * 3,
)
def test_whatever_values_a_plan_has_it_can_be_read(
    op: str, kind: str, old: Bag, new: Bag, outputs: Bag
) -> None:
    """A provider of tomorrow may have other types; a review that crashes helps nobody."""
    rows = [
        step("refresh", old, new, kind=kind, outputs=outputs),
        step(op, new, old, kind=kind, outputs=outputs),
        step(op, old, new, kind=kind, outputs=outputs, name="other"),
    ]

    assert comment(*rows).startswith("<!-- bim360 review: portfolio/prod -->")


def test_a_resource_of_another_package_is_told_by_its_type() -> None:
    row = step("delete", {"bucket": "b"}, None)
    row["urn"] = "urn:pulumi:prod::portfolio::aws:s3/bucket:Bucket::logs"

    found = change(row)

    assert (found.entity, found.label) == ("aws:s3/bucket:Bucket", "logs")
