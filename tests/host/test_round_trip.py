"""Projects in the real host, from check to delete."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from bim360_provider.emulator import CLIENT_SECRET
from tests.host.dynamic_host import (
    UNKNOWN_MARK,
    DynamicHost,
    get_error_message,
    to_inputs,
    to_plain,
)
from tests.support.hq import PROJECT_BODY, PROJECT_INPUTS, PROJECT_NOT_FOUND, Fault, FaultyEmulator
from tests.support.seeding import list_requests

DiffResponse = provider_pb2.DiffResponse

TEN_MINUTES = 600.0
"""Seconds after which a 404 counts at once, while the token is still valid."""


def test_a_project_lives_from_check_to_delete(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """Six calls of the engine, four requests to HQ."""
    checked = host.check(PROJECT_BODY)
    created = host.create(checked.inputs)
    read = host.read(created.id, created.properties, checked.inputs)
    same = host.diff(created.id, read.properties, checked.inputs)
    wanted = host.check({**PROJECT_BODY, "city": "Oslo"}, to_plain(checked.inputs)).inputs
    other = host.diff(created.id, read.properties, wanted)
    changed = host.update(created.id, read.properties, wanted)
    host.delete(created.id, changed.properties)

    assert to_plain(checked.inputs) == PROJECT_INPUTS
    assert to_plain(read.inputs) == PROJECT_INPUTS
    assert read.id == created.id
    assert (same.changes, other.changes) == (DiffResponse.DIFF_NONE, DiffResponse.DIFF_UNKNOWN)
    assert to_plain(changed.properties)["city"] == "Oslo"
    assert list_requests(emulator) == [
        "POST projects",
        "GET project",
        "PATCH project",
        "PATCH project",
    ]


def test_a_refused_name_is_not_searched_for(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """HQ would refuse the search as well; the delete archives the project in the state."""
    created = host.check_and_create(PROJECT_BODY)
    refused = host.check(
        {**PROJECT_BODY, "name": "x" * 256}, to_plain(host.check(PROJECT_BODY).inputs)
    )
    sent = len(emulator.request_log)
    host.delete(created.id, created.properties)

    assert [failure.reason for failure in refused.failures]
    assert emulator.request_log[sent:] == ["PATCH project"]


def test_numbers_reach_hq_as_numbers(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """Pulumi turns each number into a double; HQ gets an amount, and text stays text."""
    created = host.check_and_create(
        {**PROJECT_BODY, "value": 3, "job_number": "007", "copy_timeout": 5}
    )

    assert to_plain(created.properties)["value"] == 3.0
    assert to_plain(created.properties)["job_number"] == "007"
    assert (
        host.diff(
            created.id, created.properties, host.check({**PROJECT_BODY, "value": "3"}).inputs
        ).changes
        == DiffResponse.DIFF_NONE
    )
    assert emulator.request_log.count("POST projects") == 1


def test_unknown_values_survive_check_and_diff(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """They are received and returned as Pulumi's own mark; nothing is sent."""
    news = {
        **PROJECT_BODY,
        "name": UNKNOWN_MARK,
        "service_types": ["pm", UNKNOWN_MARK],
        "city": "Oslo",
    }

    checked = host.check(news)
    difference = host.diff("p1", to_inputs({**PROJECT_INPUTS, "name": "Tower A"}), checked.inputs)

    assert list(checked.failures) == []
    assert to_plain(checked.inputs)["name"] == UNKNOWN_MARK
    assert to_plain(checked.inputs)["service_types"] == ["pm", UNKNOWN_MARK]
    assert difference.changes == DiffResponse.DIFF_UNKNOWN
    assert emulator.request_log == []


def test_all_mistakes_are_reported_at_once(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """Each is a sentence that names its argument; nothing is sent."""
    checked = host.check(
        {**PROJECT_BODY, "name": "a/b", "currency": "EURO", "end_date": "2020-01-01"}
    )

    assert [each.property for each in checked.failures] == ["", "", ""]
    assert [each.reason.split()[0] for each in checked.failures] == ["name", "currency", "end_date"]
    assert emulator.request_log == []


def test_sixty_four_concurrent_creates_result_in_sixty_four_projects(
    host: DynamicHost, emulator: FaultyEmulator
) -> None:
    """There are 64 ids, 64 successful POSTs, and at most one token."""
    emulator.call_control_plane("DELETE", "/tokens")

    with ThreadPoolExecutor(16) as pool:
        ids = list(
            pool.map(
                lambda n: host.check_and_create({**PROJECT_BODY, "name": f"T{n}"}).id, range(64)
            )
        )

    names = [
        entry.body for entry in emulator.journal.find_entries(method="POST", path="*/projects")
    ]
    assert len(set(ids)) == 64
    assert len([each for each in names if each]) == len(names)
    assert emulator.request_log.count("token") == 1
    statuses = [
        entry.status for entry in emulator.journal.find_entries(method="POST", path="*/projects")
    ]
    assert statuses.count(201) == 64
    assert len(statuses) <= 64 + 4  # each of four threads may have used the old token


def test_a_deleted_project_is_an_empty_response(
    host: DynamicHost, emulator: FaultyEmulator
) -> None:
    """For the engine an empty id means that the resource was deleted."""
    created, other = (
        host.check_and_create(PROJECT_BODY),
        host.check_and_create({**PROJECT_BODY, "name": "Other"}),
    )
    emulator.clock.advance(TEN_MINUTES)
    host.read(
        other.id, other.properties, to_inputs(PROJECT_INPUTS)
    )  # gives the host HQ's current time
    emulator.call_control_plane("DELETE", f"/projects/{created.id}")

    read = host.read(created.id, created.properties, to_inputs(PROJECT_INPUTS))

    assert read.id == ""
    assert to_plain(read.properties) == {}


def test_a_lookup_by_id_needs_no_state(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """``.get()`` sends only the reference to the provider."""
    created = host.check_and_create(PROJECT_BODY)

    read = host.get(created.id)

    assert read.id == created.id
    assert to_plain(read.inputs).items() >= PROJECT_INPUTS.items()

    emulator.faults.append(Fault("GET project", PROJECT_NOT_FOUND))
    with pytest.raises(grpc.RpcError) as caught:
        host.get("p1")
    assert get_error_message(caught.value).startswith(
        "BIM 360: could not read project p1: HQ answered 404"
    )


def test_another_account_is_another_project(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """Only account and region replace a project; the delete goes to the old account."""
    created = host.check_and_create(PROJECT_BODY)
    moved = {
        **PROJECT_INPUTS,
        "account_id": "a1d5e9b2-0000-4000-8000-000000000002",
        "region": "EMEA",
    }

    difference = host.diff(created.id, created.properties, to_inputs(moved))
    fresh = host.create(to_inputs(moved))
    emulator.requests.clear()
    host.delete(created.id, created.properties)

    assert list(difference.replaces) == ["account_id", "region"]
    assert to_plain(fresh.properties)["region"] == "EMEA"
    assert f"/accounts/{PROJECT_INPUTS['account_id']}/" in emulator.requests[-1].path
    assert emulator.requests[-1].get_header("region") == ""


def test_no_secret_is_printed_or_returned(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """This covers all calls of this module and their responses."""
    created: Any = host.check_and_create(PROJECT_BODY)
    bearer = emulator.requests[-1].get_header("authorization").removeprefix("Bearer ")
    output = host.output_file.read_text() + str(created)

    assert CLIENT_SECRET not in output
    assert bearer[:20] not in output
