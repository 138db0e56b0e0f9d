"""The life of a project: pending, active, inactive, archived."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import Emulator, Reply

Call = Callable[..., Reply]
Project = dict[str, Any]


def put(emulator: Emulator, project: Project, status: str) -> str:
    """Bring a project into a status as if somebody had done it in the browser."""
    emulator.ask("PATCH", f"/projects/{project['id']}", {"status": status})
    return f"projects/{project['id']}"


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        ("pending", "active", "pending"),
        ("pending", "archived", "archived"),
        ("active", "inactive", "inactive"),
        ("active", "archived", "archived"),
        ("inactive", "active", "active"),
        ("inactive", "archived", "archived"),
        ("archived", "active", "active"),
        ("active", "active", "active"),
        ("inactive", "inactive", "inactive"),
        ("archived", "archived", "archived"),
    ],
)
def test_known_changes_are_made(  # noqa: PLR0913 - a table of cases
    emulator: Emulator, call: Call, made: Project, *, before: str, sent: str, after: str
) -> None:
    """Sending the present status is fine; only an admin activates a pending project."""
    path = put(emulator, made, before)

    answer = call("PATCH", path, {"status": sent})

    content = answer.content()
    assert (answer.status, content["status"]) == (200, after)


@pytest.mark.parametrize(("before", "sent"), [("pending", "inactive"), ("archived", "inactive")])
def test_other_changes_are_422(
    emulator: Emulator, call: Call, made: Project, before: str, sent: str
) -> None:
    """No source shows them, so they are refused (inference)."""
    path = put(emulator, made, before)

    answer = call("PATCH", path, {"status": sent})

    content = answer.content()
    assert (answer.status, content["code"]) == (422, 9423)
    assert content["message"] == f"a project that is {before} cannot become {sent}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"city": "Oslo"}, 422),
        ({"city": "Oslo", "status": "archived"}, 422),
        ({"city": "Oslo", "status": "active"}, 200),
        ({"status": "archived"}, 200),
        ({}, 200),
    ],
)
def test_an_archived_project_takes_only_its_status(
    emulator: Emulator, call: Call, made: Project, body: Project, status: int
) -> None:
    """Or anything, together with ``active`` (inference)."""
    path = put(emulator, made, "archived")

    answer = call("PATCH", path, body)

    assert answer.status == status


def test_archived_projects_can_be_made_patchable(
    emulator: Emulator, call: Call, made: Project
) -> None:
    """HQ's real behaviour is not known."""
    path = put(emulator, made, "archived")
    emulator.ask("PATCH", "/options", {"archived_patch": "anything"})

    answer = call("PATCH", path, {"city": "Oslo"})

    assert answer.status == 200


def test_archiving_twice_is_the_same_as_once(emulator: Emulator, call: Call, made: Project) -> None:
    """The second answer is the first one, updated_at included."""
    path = f"projects/{made['id']}"
    first = call("PATCH", path, {"status": "archived"})
    emulator.clock.advance(5)

    second = call("PATCH", path, {"status": "archived"})

    assert second.content() == first.content()


def test_an_archived_project_is_still_listed_and_shown(
    emulator: Emulator, call: Call, made: Project
) -> None:
    """Clients filter by status themselves (inference)."""
    path = put(emulator, made, "archived")

    shown, listed = call("GET", path), call("GET", "projects")

    names = listed.content()
    assert shown.status == 200
    assert [row["status"] for row in names] == ["archived"]


def test_there_is_no_delete(call: Call, made: Project) -> None:
    """The answer names a route there is."""
    answer = call("DELETE", f"projects/{made['id']}")

    content = answer.content()
    assert answer.status == 404
    assert "/hq/v1/accounts/:account_id/projects/:project_id" in content["developerMessage"]
