"""The life of a project: pending, active, inactive, archived."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import Emulator, Reply

Call = Callable[..., Reply]
Project = dict[str, Any]


def put(emulator: Emulator, project: Project, status: str) -> str:
    """Bring a project into a status as if somebody had done it in the browser."""
    emulator.call_control_plane("PATCH", f"/projects/{project['id']}", {"status": status})
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
    emulator: Emulator,
    send_request: Call,
    created_project: Project,
    *,
    before: str,
    sent: str,
    after: str,
) -> None:
    """Sending the present status is fine; only an admin activates a pending project."""
    path = put(emulator, created_project, before)

    answer = send_request("PATCH", path, {"status": sent})

    content = answer.parse_content()
    assert (answer.status, content["status"]) == (200, after)


@pytest.mark.parametrize(("before", "sent"), [("pending", "inactive"), ("archived", "inactive")])
def test_other_changes_are_422(
    emulator: Emulator, send_request: Call, created_project: Project, before: str, sent: str
) -> None:
    """No source shows them, so they are refused (inference)."""
    path = put(emulator, created_project, before)

    answer = send_request("PATCH", path, {"status": sent})

    content = answer.parse_content()
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
    emulator: Emulator, send_request: Call, created_project: Project, body: Project, status: int
) -> None:
    """Or anything, together with ``active`` (inference)."""
    path = put(emulator, created_project, "archived")

    answer = send_request("PATCH", path, body)

    assert answer.status == status


def test_archived_projects_can_be_made_patchable(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """HQ's real behaviour is not known."""
    path = put(emulator, created_project, "archived")
    emulator.call_control_plane("PATCH", "/options", {"archived_patch": "anything"})

    answer = send_request("PATCH", path, {"city": "Oslo"})

    assert answer.status == 200


def test_archiving_twice_is_the_same_as_once(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """The second answer is the first one, updated_at included."""
    path = f"projects/{created_project['id']}"
    first = send_request("PATCH", path, {"status": "archived"})
    emulator.clock.advance(5)

    second = send_request("PATCH", path, {"status": "archived"})

    assert second.parse_content() == first.parse_content()


def test_an_archived_project_is_still_listed_and_shown(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Clients filter by status themselves (inference)."""
    path = put(emulator, created_project, "archived")

    shown, listed = send_request("GET", path), send_request("GET", "projects")

    names = listed.parse_content()
    assert shown.status == 200
    assert [row["status"] for row in names] == ["archived"]


def test_there_is_no_delete(send_request: Call, created_project: Project) -> None:
    """The answer names a route there is."""
    answer = send_request("DELETE", f"projects/{created_project['id']}")

    content = answer.parse_content()
    assert answer.status == 404
    assert "/hq/v1/accounts/:account_id/projects/:project_id" in content["developerMessage"]
