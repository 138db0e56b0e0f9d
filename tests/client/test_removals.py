"""A review says of every entity what its destroy then does at HQ."""

import copy
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.core.removal import RemovalKind, plan_removal
from bim360_provider.review.impact import CORE_ENTITIES, assess_removal
from bim360_provider.review.model import Verb
from bim360_provider.review.plan import PlanState
from tests.support.full_stack import ENTITIES, FullStack, create_full_stack
from tests.support.hq import HqFixture
from tests.support.seeding import list_requests

REVIEW_ENTITIES = {core_entity: entity for entity, core_entity in CORE_ENTITIES.items()}

REQUESTS = {
    RemovalKind.NONE: set[str](),
    RemovalKind.ARCHIVE: {"PATCH project"},
    RemovalKind.DEACTIVATE: {"PATCH user"},
    RemovalKind.REMOVE: {"DELETE member", "PUT business units"},
}

FOLDER_ENTITIES = {"project_folder", "folder_permissions"}
"""Entities with tests of their own: `tests/client/folders`, `tests/unit/review/test_folders.py`."""

WRITES = ("POST", "PUT", "PATCH", "DELETE")

REMOVED = {"on_destroy": "remove"}
DEACTIVATED = {"on_destroy": "deactivate"}
ADDED = {"status": "active", "role": "account_user", "adopted": False}

CASES: list[tuple[str, dict[str, Any], Verb]] = [
    ("project", {}, Verb.ARCHIVE),
    ("project", {"on_destroy": "archive"}, Verb.ARCHIVE),
    ("project", {"on_destroy": "retain"}, Verb.RELEASE),
    ("project", {"status": "archived"}, Verb.RELEASE),
    ("company", {}, Verb.RELEASE),
    ("image", {}, Verb.RELEASE),
    ("ada", ADDED, Verb.DEACTIVATE),
    ("ada", {**ADDED, "on_destroy": "retain"}, Verb.RELEASE),
    ("ada", {**ADDED, "adopted": True}, Verb.RELEASE),
    ("ada", {**ADDED, "adopted": True, **DEACTIVATED}, Verb.DEACTIVATE),
    ("ada", {**ADDED, "role": "account_admin"}, Verb.RELEASE),
    ("ada", {**ADDED, "role": "account_admin", **DEACTIVATED}, Verb.DEACTIVATE),
    ("ada", {**ADDED, "status": "inactive"}, Verb.RELEASE),
    ("ada", {**ADDED, "status": "not_invited"}, Verb.RELEASE),
    ("ada", {**ADDED, "status": "pending"}, Verb.RELEASE),
    ("units", {}, Verb.RELEASE),
    ("units", {"on_destroy": "retain"}, Verb.RELEASE),
    ("units", REMOVED, Verb.REMOVE),
    *(
        (name, changes, verb)
        for name in ("member", "admin")
        for changes, verb in (
            ({}, Verb.RELEASE),
            ({"on_destroy": "retain"}, Verb.RELEASE),
            (REMOVED, Verb.REMOVE),
        )
    ),
    ("team", {}, Verb.RELEASE),
    ("team", {"on_removal": "retain"}, Verb.RELEASE),
    ("team", {"on_removal": "remove"}, Verb.REMOVE),
]


@pytest.fixture
def full_stack(hq: HqFixture, tmp_path: Path) -> FullStack:
    """Return one of each entity, with the default policies."""
    return create_full_stack(hq, tmp_path / "tower.png", destructive=False)


def set_status(stack: FullStack, entity_id: str, status: str) -> None:
    """Give the project or the user this status at HQ."""
    state = copy.deepcopy(stack.state)
    account = state["accounts"][0]
    for row in (*account["projects"], *account["users"]):
        row["status"] = status if row["id"] == entity_id else row["status"]
    stack.hq.emulator.call_control_plane("PUT", "/state", state)


def test_a_destroy_does_what_its_review_says(full_stack: FullStack) -> None:
    """Each policy of each entity: the verb, the request, and whether HQ's object changes."""
    for name, changes, verb in CASES:
        full_stack.restore()
        entity_id, outputs = full_stack.resources[name]
        state = {**outputs, **changes}
        if "status" in changes:
            set_status(full_stack, entity_id, changes["status"])
        before = full_stack.get_account()
        core_entity = ENTITIES[name].__name__.rpartition(".")[2]

        impact = assess_removal(REVIEW_ENTITIES[core_entity], "x", PlanState(outputs=state))
        with_state = {**full_stack.resources, name: (entity_id, state)}
        FullStack(full_stack.hq, with_state).destroy([name])

        case = (name, changes)
        sent = {each for each in list_requests(full_stack.hq.emulator) if each.startswith(WRITES)}
        kind = plan_removal(core_entity, state).kind
        assert impact.verb is verb, case
        assert sent <= REQUESTS[kind], case
        assert bool(sent) == (kind is not RemovalKind.NONE), case
        assert (full_stack.get_account() == before) == (verb is Verb.RELEASE), case


def test_every_entity_has_a_case() -> None:
    """A new entity needs its rows above, and its name in a review."""
    names = {entity.__name__.rpartition(".")[2] for entity in ENTITIES.values()}

    assert names == {*CORE_ENTITIES.values()} - FOLDER_ENTITIES
    assert {ENTITIES[name].__name__.rpartition(".")[2] for name, _, _ in CASES} == names
