"""Update: sends changes only, and reports a deleted project."""

import json
from typing import Any

import pytest

from bim360_provider.core.project import create, diff, update
from bim360_provider.errors import ConflictError, NotFoundError, RejectedError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    PROJECT_NOT_FOUND,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

INPUTS = {**PROJECT_INPUTS, "city": "Oslo", "service_types": ["cost", "pm"]}
ARCHIVED_FIELDS = {"status": "archived", "city": "Bergen"}
IdAndState = tuple[str, Any]


@pytest.fixture
def created_project(hq: HqFixture, client: HqClient) -> IdAndState:
    """Return the id and the state of an existing project; requests so far are not recorded."""
    project_id, outs = create(build_run(client), INPUTS)
    hq.emulator.call_control_plane("PATCH", f"/projects/{project_id}", {"status": "active"})
    hq.emulator.request_log.clear()
    hq.emulator.call_control_plane("DELETE", "/requests")
    return project_id, {**outs, "status": "active"}


def list_patch_bodies(hq: HqFixture) -> list[Any]:
    """Return the bodies of all PATCH requests."""
    return [entry.body for entry in hq.emulator.journal.find_entries(method="PATCH")]


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"name": "Tower B"}, {"name": "Tower B"}),
        ({"value": 3001.0}, {"value": 3001.0}),
        ({"city": "Bergen"}, {"city": "Bergen"}),
        ({"city": ""}, {"city": ""}),
        ({"end_date": "2028-07-01"}, {"end_date": "2028-07-01"}),
        ({"service_types": ["cost", "doc_manager"]}, {"service_types": "cost,doc_manager"}),
        ({"status": "inactive"}, {"status": "inactive"}),
        ({"status": "archived"}, {"status": "archived"}),
        ({"timezone": "Europe/London"}, {"timezone": "Europe/London"}),
    ],
)
def test_one_change_is_one_request_with_one_field(
    hq: HqFixture,
    client: HqClient,
    created_project: IdAndState,
    changes: dict[str, Any],
    body: dict[str, Any],
) -> None:
    """HQ reports a conflict of a project with its own name, so the name is not sent."""
    project_id, state = created_project

    outs = update(build_run(client), project_id, state, {**INPUTS, **changes})

    assert hq.emulator.request_log == ["PATCH project"]
    assert list_patch_bodies(hq) == [body]
    assert diff(outs, {**INPUTS, **changes}).changed_arguments == ()


def test_several_changes_are_one_request(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """It contains the changed fields only."""
    project_id, state = created_project

    update(build_run(client), project_id, state, {**INPUTS, "city": "Bergen", "value": 1.0})

    assert list_patch_bodies(hq) == [{"value": 1.0, "city": "Bergen"}]


def test_an_empty_text_clears_the_field_at_hq(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """From then on it is not a change."""
    project_id, state = created_project

    outs = update(build_run(client), project_id, state, {**INPUTS, "city": ""})

    assert not client.projects.get(project_id).city
    assert diff(outs, {**INPUTS, "city": ""}).changed_arguments == ()
    assert hq.emulator.request_log == ["PATCH project", "GET project"]


def test_a_service_added_by_hq_is_kept(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """A PATCH may replace the whole list, and no program declares `admin`."""
    project_id, state = created_project
    live = {**state, "service_types": ["admin", "cost", "insight", "pm"]}

    update(build_run(client), project_id, live, {**INPUTS, "service_types": ["doc_manager"]})

    assert list_patch_bodies(hq) == [{"service_types": "admin,doc_manager"}]


@pytest.mark.parametrize("status", ["active", "inactive", None])
def test_an_archived_project_is_reactivated_before_it_is_changed(
    hq: HqFixture, client: HqClient, created_project: IdAndState, status: str | None
) -> None:
    """HQ refuses other changes to an archived project, and suspends active ones only."""
    project_id, state = created_project
    hq.emulator.call_control_plane("PATCH", f"/projects/{project_id}", {"status": "archived"})
    inputs = {**INPUTS, "city": "Bergen", **({"status": status} if status else {})}

    update(build_run(client), project_id, {**state, "status": "archived"}, inputs)

    bodies = [json.loads(each.body) for each in hq.emulator.requests if each.method == "PATCH"]
    rest = {"status": "inactive", "city": "Bergen"} if status == "inactive" else {"city": "Bergen"}
    assert bodies == [{"status": "active"}, rest]


@pytest.mark.parametrize(
    "changes", [{"on_destroy": "retain"}, {"adopt": "any"}, {"copy_timeout": 5.0}]
)
def test_provider_arguments_are_stored_without_a_request(
    hq: HqFixture, client: HqClient, created_project: IdAndState, changes: dict[str, Any]
) -> None:
    """HQ has no such fields; the state has."""
    project_id, state = created_project

    outs = update(build_run(client), project_id, state, {**INPUTS, **changes})

    assert hq.emulator.request_log == []
    assert outs.items() >= changes.items()
    assert outs["created_at"] == state["created_at"]


def test_the_response_becomes_the_state_without_a_read(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """The state keeps the services, which the response omits."""
    project_id, state = created_project

    outs = update(build_run(client), project_id, state, {**INPUTS, "city": "Bergen"})

    assert outs["city"] == "Bergen"
    assert outs["service_types"] == ["cost", "pm"]
    assert hq.emulator.request_log == ["PATCH project"]


def test_an_update_of_a_deleted_project_is_reported_in_one_line(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """The line contains the two commands that resolve it."""
    project_id, state = created_project
    hq.emulator.call_control_plane("DELETE", f"/projects/{project_id}")

    with pytest.raises(NotFoundError) as caught:
        update(build_run(client), project_id, state, {**INPUTS, "city": "Bergen"})

    assert "could not change city of project" in str(caught.value)
    assert "If it was removed: run `pulumi refresh`, then `pulumi up`." in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "reply", [DROPS_CONNECTION, build_reply(504), build_reply(503), build_reply(200, b"<html>")]
)
def test_a_lost_response_to_a_change_is_retried(
    hq: HqFixture, client: HqClient, created_project: IdAndState, reply: Any
) -> None:
    """Sending the same content twice has the same result."""
    project_id, state = created_project
    hq.emulator.faults.append(Fault("PATCH project", reply, acts_on_request=True))

    outs = update(build_run(client), project_id, state, {**INPUTS, "city": "Bergen"})

    assert hq.emulator.request_log == ["PATCH project", "PATCH project"]
    assert outs["city"] == "Bergen"


@pytest.mark.parametrize(
    "changes", [{"name": "Tower B"}, {"name": "Tower B", "city": "Bergen"}, ARCHIVED_FIELDS]
)
def test_a_change_that_hq_refuses_to_repeat_counts_as_applied(
    hq: HqFixture, client: HqClient, created_project: IdAndState, changes: dict[str, Any]
) -> None:
    """The second PATCH finds its own name in use, or the project archived."""
    project_id, state = created_project
    hq.emulator.faults.append(Fault("PATCH project", DROPS_CONNECTION, acts_on_request=True))

    outs = update(build_run(client), project_id, state, {**INPUTS, **changes})

    assert hq.emulator.request_log == ["PATCH project", "PATCH project", "GET project"]
    assert outs.items() >= changes.items()
    assert diff(outs, {**INPUTS, **changes}).changed_arguments == ()


def test_the_rest_of_an_interrupted_change_is_sent_without_the_name(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """An interrupted run renamed the project before the city was declared."""
    project_id, state = created_project
    hq.emulator.call_control_plane("PATCH", f"/projects/{project_id}", {"name": "Tower B"})

    outs = update(
        build_run(client), project_id, state, {**INPUTS, "name": "Tower B", "city": "Bergen"}
    )

    assert list_patch_bodies(hq) == [{"name": "Tower B", "city": "Bergen"}, {"city": "Bergen"}]
    assert outs.items() >= {"name": "Tower B", "city": "Bergen"}.items()


@pytest.mark.parametrize("reply_to_search", [None, build_reply(403)])
def test_a_name_of_another_project_is_a_conflict(
    hq: HqFixture, client: HqClient, created_project: IdAndState, reply_to_search: Any
) -> None:
    """If the project cannot be read, the first error is reported."""
    project_id, state = created_project
    hq.create_project(name="Tower B")
    hq.emulator.faults += [Fault("GET project", reply_to_search)] if reply_to_search else []

    with pytest.raises(ConflictError, match=r"could not change name of project .*409"):
        update(build_run(client), project_id, state, {**INPUTS, "name": "Tower B"})

    search_requests = ["GET project of any platform"] if reply_to_search else ["GET projects"]
    assert hq.emulator.request_log == ["PATCH project", "GET project", *search_requests]


def test_a_404_on_an_old_project_counts_at_once(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """Only recent projects may appear with a delay."""
    project_id, state = created_project
    old = {**state, "created_at": "2026-01-02T03:04:05.678Z"}
    hq.emulator.faults.append(Fault("PATCH project", PROJECT_NOT_FOUND))

    with pytest.raises(NotFoundError):
        update(build_run(client), project_id, old, {**INPUTS, "city": "Bergen"})

    assert hq.emulator.request_log == ["PATCH project", "GET project of any platform"]


def test_a_404_on_a_recent_project_is_retried(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """The up runs right after the one that created it."""
    project_id, state = created_project
    hq.emulator.faults.append(Fault("PATCH project", PROJECT_NOT_FOUND, times=2))

    outs = update(build_run(client), project_id, state, {**INPUTS, "city": "Bergen"})

    assert outs["city"] == "Bergen"
    assert hq.emulator.request_log == ["PATCH project"] * 3


def test_a_refused_value_is_reported_with_the_field_and_hqs_message(
    hq: HqFixture, client: HqClient, created_project: IdAndState
) -> None:
    """The user sees what to correct."""
    project_id, state = created_project
    unit = "b0000000-0000-4000-8000-00000000000f"

    with pytest.raises(RejectedError, match="could not change business_unit_id of project") as no:
        update(build_run(client), project_id, state, {**INPUTS, "business_unit_id": unit})

    assert "the account has no business unit" in str(no.value)
    assert hq.emulator.request_log == ["PATCH project"]
