"""Delete: archives the project, because HQ cannot delete it."""

from typing import Any

import pytest

from bim360_provider.core.project import create, delete
from bim360_provider.errors import Bim360Error, NotFoundError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    ACCOUNT_NOT_FOUND,
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

LONG_AGO = {"created_at": "2026-01-02T03:04:05.678Z"}
IdAndState = tuple[str, Any]


@pytest.fixture
def created_project(hq: HqFixture, client: HqClient) -> IdAndState:
    """Return the id and the state of an existing project; requests so far are not recorded."""
    project = create(build_run(client), PROJECT_INPUTS)
    hq.emulator.request_log.clear()
    return project


def test_destroying_archives_with_one_request(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """It sends the status only; the name stays in use."""
    delete(build_run(client), *created_project)

    assert hq.emulator.request_log == ["PATCH project"]
    assert hq.emulator.requests[-1].body == b'{"status": "archived"}'
    assert client.projects.get(created_project[0]).status == "archived"


def test_destroying_twice_succeeds(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """For example after a destroy whose state was lost."""
    delete(build_run(client), *created_project)
    delete(build_run(client), *created_project)

    assert hq.emulator.request_log == ["PATCH project", "PATCH project"]


def test_a_refusal_is_success_if_the_project_is_archived(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """HQ may refuse to archive twice; the provider reads the project to be sure."""
    delete(build_run(client), *created_project)
    hq.emulator.faults.append(Fault("PATCH project", build_reply(422, {"message": "no"})))

    delete(build_run(client), *created_project)

    assert hq.emulator.request_log[-2:] == ["PATCH project", "GET project"]


def test_destroying_a_deleted_project_succeeds(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """Another user deleted it first."""
    hq.emulator.call_control_plane("DELETE", f"/projects/{created_project[0]}")

    delete(build_run(client), created_project[0], {**created_project[1], **LONG_AGO})

    assert hq.emulator.request_log == ["PATCH project", "GET project of any platform"]


def test_a_delete_waits_for_a_project_that_is_not_visible_yet(
    hq: HqFixture, client: HqClient
) -> None:
    """After a recent up a 404 does not mean deleted; the project would be left behind."""
    hq.emulator.call_control_plane("PATCH", "/options", {"visible_after": 9})
    project_id, state = create(build_run(client), PROJECT_INPUTS)

    delete(build_run(client), project_id, state)

    assert client.projects.get(project_id).status == "archived"


def test_retain_sends_nothing_and_reports_it(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """The project stays unchanged."""
    project_id, state = created_project

    delete(build_run(client), project_id, {**state, "on_destroy": "retain"})

    assert hq.emulator.request_log == []
    assert hq.notifications == [("BIM 360: project 'Tower A' is left as it is (retain).", False)]


@pytest.mark.parametrize(
    "reply",
    [
        ACCOUNT_NOT_FOUND,
        build_reply(403),
        build_reply(422),
        build_reply(404, b"<html>project</html>"),
        build_reply(503),
        DROPS_CONNECTION,
    ],
)
def test_a_failed_archive_is_an_error(
    hq: HqFixture, client: HqClient, created_project: IdAndState, reply: Any
) -> None:
    """A destroy must not drop an active project from the state."""
    hq.emulator.faults.append(Fault("PATCH project", reply, times=99))

    with pytest.raises(Bim360Error, match=r"could not change status of project"):
        delete(build_run(client), *created_project)


def test_a_hidden_account_does_not_count_as_a_deleted_project(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """If the app loses its access, the state must stay."""
    unspecific_404 = build_reply(404, {"code": 1004, "message": "not found"})
    hq.emulator.faults += [
        Fault("PATCH project", unspecific_404),
        Fault("GET projects", unspecific_404),
    ]

    with pytest.raises(NotFoundError):
        delete(build_run(client), created_project[0], {**created_project[1], **LONG_AGO})
