"""Plans made up for tests, in the shape of the Pulumi CLI."""

import json
from collections.abc import Iterable
from typing import Any, Final

from bim360_provider.review.analysis import review_of
from bim360_provider.review.model import Change, Review
from bim360_provider.review.plan import read_plan
from bim360_provider.review.render.markdown import as_markdown

Bag = dict[str, Any]
Step = dict[str, Any]

ROOT: Final = "urn:pulumi:prod::portfolio"
PROJECT: Final[Bag] = {
    "account_id": "a1d5e9b2-0000-4000-8000-000000000001",
    "currency": "USD",
    "end_date": "2029-09-30",
    "name": "Tower",
    "project_type": "Office",
    "region": "US",
    "start_date": "2027-03-01",
    "value": 3000000,
}


def urn(kind: str, name: str) -> str:
    """Return the URN of a resource of ours."""
    return f"{ROOT}::pulumi-python:dynamic/bim360:{kind}::{name}"


def step(  # noqa: PLR0913 - keywords, of which a test names what it is about
    op: str,
    old: Bag | None,
    new: Bag | None,
    *,
    kind: str = "Project",
    name: str = "tower",
    outputs: Bag | None = None,
    **more: Any,
) -> Step:
    """Return a step from old to new arguments; ``outputs`` and ``more`` belong to the old side."""
    before = None
    if old is not None:
        before = {"custom": True, "id": f"id-{name}", "inputs": old, "outputs": outputs or {}}
        before.update(more)
    after = None if new is None else {"custom": True, "inputs": new}
    paths = sorted({*(old or {}), *(new or {})}) if op == "update" else []
    different: Bag = {path: {} for path in paths if (old or {}).get(path) != (new or {}).get(path)}
    row = {"op": op, "urn": urn(kind, name), "oldState": before, "newState": after}
    return {**row, "detailedDiff": different or None}


def plan(*steps: Step, **more: Any) -> str:
    """Return a plan of steps, as the engine prints it."""
    return json.dumps({"steps": steps, "changeSummary": {"same": 1}, **more})


def reviewed(*steps: Step, **more: Any) -> Review:
    """Return the review of a plan of steps."""
    return review_of(read_plan(plan(*steps, **more)))


def change(*steps: Step, **more: Any) -> Change:
    """Return the one change of a plan of steps."""
    (found,) = reviewed(*steps, **more).changes
    return found


def comment(*steps: Step, **more: Any) -> str:
    """Return the comment on a plan of steps."""
    title = more.pop("title", "")
    return as_markdown(review_of(read_plan(plan(*steps, **more)), title=title))


def changed(**fields: Any) -> Step:
    """Return an update of a project."""
    return step("update", PROJECT, {**PROJECT, **fields})


def mixed(resources: int) -> str:
    """Return a plan of everything: of ten resources, four are new, three change, and so on."""
    return plan(*(row for number in range(resources) for row in _one_of(number)))


def _one_of(number: int) -> Iterable[Step]:
    name, city = f"site-{number:04}", ("Oslo", "Bergen", "Tromsø")[number % 3]
    old = {**PROJECT, "name": f"Site {number:04}", "city": city, "value": 1000 * number}
    kinds = [
        *[[step("create", None, old, name=name)]] * 4,
        [step("update", old, {**old, "city": "Narvik", "end_date": "2030-01-31"}, name=name)],
        [step("update", old, {**old, "value": 7}, name=name)],
        _drifted(old, name),
        [step("delete", old, None, name=name)],
        [_team(number)],
        [step("delete", {"name": f"Firm {number}"}, None, kind="Company", name=name)],
    ]
    return kinds[number % len(kinds)]


def _drifted(old: Bag, name: str) -> list[Step]:
    found = {**old, "city": "Kirkenes"}
    return [step("refresh", old, old, name=name), step("update", found, old, name=name)]


def _team(number: int) -> Step:
    old = {"members": {f"ada{number}@example.com": {"document_management": "admin"}}}
    new = {"members": {f"bob{number}@example.com": {"document_management": "user"}}}
    return step("update", old, new, kind="ProjectMembers", name=f"team-{number}")
