"""A comment stays within GitHub's limit and counts the omitted rows."""

import re
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.review.analysis import build_review
from bim360_provider.review.model import Review
from bim360_provider.review.plan import read_plan
from bim360_provider.review.render.markdown import allocate_rows, count_utf16_units, render_markdown
from tests.unit.review.plan_factory import (
    PROJECT_INPUTS,
    build_mixed_plan,
    build_plan,
    build_step,
    review_steps,
)

GITHUB = 65_536


@pytest.fixture(scope="module")
def large() -> Review:
    """Return the review of a plan of 5,000 resources."""
    return build_review(read_plan(build_mixed_plan(5_000)))


def test_a_comment_on_5000_resources_counts_the_omitted_rows(large: Review) -> None:
    text = render_markdown(large)

    omitted, total = re.findall(r"rows left out: ([\d,]+) of ([\d,]+)", text)[0]
    section_counts = [
        int(each.replace(",", "")) for each in re.findall(r"and ([\d,]+) more rows", text)
    ]
    assert count_utf16_units(text) < GITHUB
    assert sum(section_counts) == int(omitted.replace(",", ""))
    assert render_markdown(large, 0).count("\n") > int(total.replace(",", ""))
    assert "Archived (500)" in text


@pytest.mark.parametrize("limit", [2_000, 2_500, 5_000, 20_000])
def test_a_comment_stays_within_any_limit(large: Review, limit: int) -> None:
    text = render_markdown(large, limit)

    assert count_utf16_units(text) <= limit
    assert "rows left out" in text
    assert "500 to archive" in text


def test_a_comment_with_long_emoji_names_stays_within_the_limit() -> None:
    """JavaScript counts an emoji as two characters."""
    rows = [
        build_step(
            "delete", {**PROJECT_INPUTS, "name": f"{number} " + "🏗" * 250}, None, name=f"p{number}"
        )
        for number in range(300)
    ]
    errors = [{"severity": "error", "message": f"error: {'|' * 5000} {n}"} for n in range(50)]

    text = render_markdown(review_steps(*rows, diagnostics=errors))

    assert count_utf16_units(text) < GITHUB
    assert "Archived (300)" in text


def test_a_comment_truncates_a_long_title(large: Review) -> None:
    text = render_markdown(replace(large, title="🏗|" * 50_000), 2_000)

    assert count_utf16_units(text) <= 2_000


def test_a_short_comment_omits_no_rows() -> None:
    assert "left out" not in render_markdown(
        build_review(read_plan(build_plan(build_step("create", None, PROJECT_INPUTS))))
    )


@given(
    st.lists(st.lists(st.integers(1, 50), max_size=20), max_size=6),
    st.integers(-10, 500),
)
def test_the_row_allocation_never_exceeds_the_budget(costs: list[list[int]], budget: int) -> None:
    counts = allocate_rows(costs, budget)

    spent = [sum(rows[:count]) for rows, count in zip(costs, counts, strict=True)]
    assert sum(spent) <= max(0, budget)
    assert sum(chain.from_iterable(costs)) > budget or counts == [len(rows) for rows in costs]


def test_a_large_section_leaves_room_for_a_small_one() -> None:
    assert allocate_rows([[10] * 100, [10] * 3], 200) == [17, 3]
