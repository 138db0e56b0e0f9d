"""The status of a project: pending, active, inactive, archived."""

from typing import Any

import pytest

from bim360_provider.emulator import Emulator
from tests.support.emulator import Call

Project = dict[str, Any]


def set_status(emulator: Emulator, project: Project, status: str) -> str:
    """Set the status of a project as a user in the browser would."""
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
def test_known_status_changes_succeed(  # noqa: PLR0913 - a table of cases
    emulator: Emulator,
    send_request: Call,
    created_project: Project,
    *,
    before: str,
    sent: str,
    after: str,
) -> None:
    """The current status is accepted; only an admin activates a pending project."""
    path = set_status(emulator, created_project, before)

    reply = send_request("PATCH", path, {"status": sent})

    content = reply.parse_content()
    assert (reply.status, content["status"]) == (200, after)


@pytest.mark.parametrize(("before", "sent"), [("pending", "inactive"), ("archived", "inactive")])
def test_other_status_changes_are_422(
    emulator: Emulator, send_request: Call, created_project: Project, before: str, sent: str
) -> None:
    """No source documents them, so they are refused (inference)."""
    path = set_status(emulator, created_project, before)

    reply = send_request("PATCH", path, {"status": sent})

    content = reply.parse_content()
    assert (reply.status, content["code"]) == (422, 9423)
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
def test_only_the_status_of_an_archived_project_can_change(
    emulator: Emulator, send_request: Call, created_project: Project, body: Project, status: int
) -> None:
    """Or any field together with ``active`` (inference)."""
    path = set_status(emulator, created_project, "archived")

    reply = send_request("PATCH", path, body)

    assert reply.status == status


def test_an_option_allows_patches_of_archived_projects(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """HQ's real behaviour is not known."""
    path = set_status(emulator, created_project, "archived")
    emulator.call_control_plane("PATCH", "/options", {"archived_patch": "anything"})

    reply = send_request("PATCH", path, {"city": "Oslo"})

    assert reply.status == 200


def test_archiving_is_idempotent(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """The second reply equals the first one, including updated_at."""
    path = f"projects/{created_project['id']}"
    first = send_request("PATCH", path, {"status": "archived"})
    emulator.clock.advance(5)

    second = send_request("PATCH", path, {"status": "archived"})

    assert second.parse_content() == first.parse_content()


def test_an_archived_project_is_still_listed_and_readable(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Clients filter by status themselves (inference)."""
    path = set_status(emulator, created_project, "archived")

    current, listing = send_request("GET", path), send_request("GET", "projects")

    names = listing.parse_content()
    assert current.status == 200
    assert [row["status"] for row in names] == ["archived"]


def test_projects_cannot_be_deleted(send_request: Call, created_project: Project) -> None:
    """The reply suggests an existing route."""
    reply = send_request("DELETE", f"projects/{created_project['id']}")

    content = reply.parse_content()
    assert reply.status == 404
    assert "/hq/v1/accounts/:account_id/projects/:project_id" in content["developerMessage"]
