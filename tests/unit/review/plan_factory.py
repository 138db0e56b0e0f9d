"""Build plans for tests in the format of the Pulumi CLI."""

import json
from collections.abc import Iterable
from typing import Any, Final

from bim360_provider.review.analysis import build_review
from bim360_provider.review.model import ResourceChange, Review
from bim360_provider.review.plan import read_plan
from bim360_provider.review.render.markdown import render_markdown

Properties = dict[str, Any]
PlanStep = dict[str, Any]

URN_PREFIX: Final = "urn:pulumi:prod::portfolio"
PROJECT_INPUTS: Final[Properties] = {
    "account_id": "a1d5e9b2-0000-4000-8000-000000000001",
    "currency": "USD",
    "end_date": "2029-09-30",
    "name": "Tower",
    "project_type": "Office",
    "region": "US",
    "start_date": "2027-03-01",
    "value": 3000000,
}


def build_urn(kind: str, name: str) -> str:
    """Return the URN of a resource of this package."""
    return f"{URN_PREFIX}::pulumi-python:dynamic/bim360:{kind}::{name}"


def build_step(  # noqa: PLR0913 - a test sets only the keywords that it needs
    op: str,
    old: Properties | None,
    new: Properties | None,
    *,
    kind: str = "Project",
    name: str = "tower",
    outputs: Properties | None = None,
    **more: Any,
) -> PlanStep:
    """Return a step from old to new inputs; ``outputs`` and ``more`` extend the old state."""
    before = None
    if old is not None:
        before = {"custom": True, "id": f"id-{name}", "inputs": old, "outputs": outputs or {}}
        before.update(more)
    after = None if new is None else {"custom": True, "inputs": new}
    paths = sorted({*(old or {}), *(new or {})}) if op == "update" else []
    different: Properties = {
        path: {} for path in paths if (old or {}).get(path) != (new or {}).get(path)
    }
    row = {"op": op, "urn": build_urn(kind, name), "oldState": before, "newState": after}
    return {**row, "detailedDiff": different or None}


def build_plan(*steps: PlanStep, **more: Any) -> str:
    """Return a plan of steps in the format of the engine."""
    return json.dumps({"steps": steps, "changeSummary": {"same": 1}, **more})


def review_steps(*steps: PlanStep, **more: Any) -> Review:
    """Return the review of a plan of steps."""
    return build_review(read_plan(build_plan(*steps, **more)))


def review_change(*steps: PlanStep, **more: Any) -> ResourceChange:
    """Return the one change of a plan of steps."""
    (change,) = review_steps(*steps, **more).changes
    return change


def render_comment(*steps: PlanStep, **more: Any) -> str:
    """Return the comment on a plan of steps."""
    title = more.pop("title", "")
    return render_markdown(build_review(read_plan(build_plan(*steps, **more)), title=title))


def build_update(**fields: Any) -> PlanStep:
    """Return an update of a project."""
    return build_step("update", PROJECT_INPUTS, {**PROJECT_INPUTS, **fields})


def build_mixed_plan(resources: int) -> str:
    """Return a plan in which each ten resources have all kinds of changes."""
    return build_plan(*(step for number in range(resources) for step in _build_steps(number)))


def _build_steps(number: int) -> Iterable[PlanStep]:
    name, city = f"site-{number:04}", ("Oslo", "Bergen", "Tromsø")[number % 3]
    old = {**PROJECT_INPUTS, "name": f"Site {number:04}", "city": city, "value": 1000 * number}
    kinds = [
        *[[build_step("create", None, old, name=name)]] * 4,
        [build_step("update", old, {**old, "city": "Narvik", "end_date": "2030-01-31"}, name=name)],
        [build_step("update", old, {**old, "value": 7}, name=name)],
        _build_drift(old, name),
        [build_step("delete", old, None, name=name)],
        [_build_team_update(number)],
        [build_step("delete", {"name": f"Firm {number}"}, None, kind="Company", name=name)],
    ]
    return kinds[number % len(kinds)]


def _build_drift(old: Properties, name: str) -> list[PlanStep]:
    found = {**old, "city": "Kirkenes"}
    return [build_step("refresh", old, old, name=name), build_step("update", found, old, name=name)]


def _build_team_update(number: int) -> PlanStep:
    old = {"members": {f"ada{number}@example.com": {"document_management": "admin"}}}
    new = {"members": {f"bob{number}@example.com": {"document_management": "user"}}}
    return build_step("update", old, new, kind="ProjectMembers", name=f"team-{number}")
