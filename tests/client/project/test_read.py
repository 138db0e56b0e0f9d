"""Read: the current values of HQ; a project leaves the state only if HQ itself responds 404."""

from typing import Any

import pytest

from bim360_provider.core.entity import ReadResult
from bim360_provider.core.project import check, create, diff, read
from bim360_provider.errors import Bim360Error, NotFoundError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    ACCOUNT_NOT_FOUND,
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    PROJECT_NOT_FOUND,
    Fault,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)

INPUTS = {**PROJECT_INPUTS, "city": "Oslo", "service_types": ["pm"], "on_destroy": "retain"}
HTML = b"<html><h1>404 Not Found</h1><p>project</p></html>"
LONG_AGO = {"created_at": "2026-01-02T03:04:05.678Z"}
IdAndState = tuple[str, Any]


@pytest.fixture
def created_project(hq: HqFixture, client: HqClient) -> IdAndState:
    """Return the id and the state of an existing project; requests so far are not recorded."""
    project = create(build_run(client), INPUTS)
    hq.emulator.request_log.clear()
    return project


def read_project(client: HqClient, created_project: IdAndState) -> ReadResult:
    """Return the result of a refresh of an existing project."""
    live = read(build_run(client), *created_project)
    assert live is not None
    return live


def test_two_reads_return_separate_dictionaries(
    client: HqClient, created_project: IdAndState
) -> None:
    """Pulumi's host modifies what it receives."""
    first, second = read_project(client, created_project), read_project(client, created_project)
    bags: Any = (first.outputs, first.inputs)
    for bag in bags:
        bag["__provider"] = "x"

    assert "__provider" not in {**second.outputs, **second.inputs, **created_project[1]}


def test_a_refresh_keeps_unfinished_work(client: HqClient, created_project: IdAndState) -> None:
    """It does not finish it."""
    project_id, state = created_project
    left = {**state, "unfinished": ["status"], "copy_status": "running"}

    live = read_project(client, (project_id, left))

    assert diff(live.outputs, INPUTS).is_unfinished
    assert live.outputs["copy_status"] == "running"


def test_a_deleted_project_leaves_the_state(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """The next up creates it again, or reports who owns the name."""
    hq.emulator.call_control_plane("DELETE", f"/projects/{created_project[0]}")

    assert read(build_run(client), created_project[0], {**created_project[1], **LONG_AGO}) is None
    assert hq.emulator.request_log == ["GET project", "GET project of any platform"]


def test_a_project_that_is_not_visible_yet_stays_in_the_state(
    hq: HqFixture, client: HqClient
) -> None:
    """If a refresh right after the up dropped it, the next up would find its name in use."""
    hq.emulator.call_control_plane("PATCH", "/options", {"visible_after": 9})
    created = create(build_run(client), INPUTS)

    assert read_project(client, created).id == created[0]


def test_a_recent_project_that_never_appears_leaves_the_state_after_half_a_minute(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """The wait is bounded, so that a refresh ends."""
    hq.emulator.call_control_plane("DELETE", f"/projects/{created_project[0]}")

    assert read(build_run(client), *created_project) is None
    assert 30 <= sum(hq.clock.sleeps) < 40


@pytest.mark.parametrize(
    "reply",
    [
        ACCOUNT_NOT_FOUND,
        build_reply(403, {"code": 9403, "message": "Unauthorized"}),
        build_reply(404, HTML),
        build_reply(404, b""),
        build_reply(404, {}),
        build_reply(404, []),
        build_reply(401, {"errorCode": "AUTH-006"}),
        build_reply(410, b""),
        build_reply(500),
        build_reply(502, HTML),
        build_reply(503),
        build_reply(200, HTML),
        build_reply(200, {}),
        DROPS_CONNECTION,
    ],
)
def test_any_other_failure_is_an_error_and_drops_nothing(
    hq: HqFixture, client: HqClient, created_project: IdAndState, reply: Any
) -> None:
    """Otherwise a faulty proxy would cause each project to be created again."""
    hq.emulator.faults.append(Fault("GET project", reply, times=99))

    with pytest.raises(Bim360Error, match=r"could not read project") as caught:
        read(build_run(client), *created_project)

    assert "\n" not in str(caught.value)


def test_an_undocumented_404_counts_if_the_account_is_visible(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """HQ's message is not documented; reading the account's list distinguishes the two cases."""
    unspecific_404 = build_reply(404, {"code": 1004, "message": "not found"})
    hq.emulator.faults.append(Fault("GET project", unspecific_404, times=2))
    old = {**created_project[1], **LONG_AGO}
    assert read(build_run(client), created_project[0], old) is None

    hq.emulator.faults.append(Fault("GET projects", unspecific_404))
    with pytest.raises(NotFoundError):
        read(build_run(client), created_project[0], old)


@pytest.mark.parametrize("reply", [PROJECT_NOT_FOUND, ACCOUNT_NOT_FOUND])
def test_a_lookup_of_a_missing_id_is_an_error(hq: HqFixture, client: HqClient, reply: Any) -> None:
    """Otherwise Pulumi would continue with a resource full of nulls."""
    hq.emulator.faults.append(Fault("GET project", reply))

    with pytest.raises(NotFoundError, match=r"could not read project p1: HQ answered 404"):
        read(build_run(client), "p1", {})


def test_an_import_returns_every_field_that_hq_filled(hq: HqFixture, client: HqClient) -> None:
    """Only the id is known; a stack that declares the result has no change."""
    existing = hq.create_project(city="Oslo", job_number="J-1", service_types="pm,cost")

    live = read(build_run(client), str(existing["id"]), {})

    assert live is not None
    wanted = {"city": "Oslo", "job_number": "J-1", "service_types": ["cost", "pm"]}
    assert live.inputs == {**PROJECT_INPUTS, **wanted, "status": "active"}
    assert check({}, live.inputs, build_settings()) == (live.inputs, [])
    assert diff(live.outputs, live.inputs).changed_arguments == ()
    assert diff(live.outputs, {**PROJECT_INPUTS, "city": "Oslo"}).changed_arguments == ()


def test_a_project_full_of_nulls_can_be_read(hq: HqFixture, client: HqClient) -> None:
    """A project created in the browser may lack even required arguments."""
    existing = hq.create_project()
    nulls = dict.fromkeys(("start_date", "end_date", "project_type", "value", "currency"))
    hq.emulator.call_control_plane("PATCH", f"/projects/{existing['id']}", nulls)

    live = read(build_run(client), str(existing["id"]), {})
    again = read(build_run(client), str(existing["id"]), live.outputs if live else {})

    assert live is not None
    assert live.inputs.keys() & nulls.keys() == set()
    assert again == live
