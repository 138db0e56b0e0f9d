"""Refresh of project members: the number of requests."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bim360_provider.core import project_member
from bim360_provider.hq import HqClient
from tests.support.hq import HqFixture, build_run
from tests.support.members import (
    MEMBER_INPUTS,
    acting_settings,
    create_acting_client,
    create_active_project,
)

HOST_THREADS = 4


def create_members(hq: HqFixture, number: int) -> list[tuple[str, Any]]:
    """Return members of one project, each as a resource; requests so far are not recorded."""
    client, project_id = create_acting_client(hq), create_active_project(hq)
    members = [
        project_member.create(
            build_run(client, acting_settings()),
            {**MEMBER_INPUTS, "project_id": project_id, "email": f"m{each:03}@example.com"},
        )
        for each in range(number)
    ]
    hq.emulator.request_log.clear()
    return members


def refresh_in_threads(client: HqClient, members: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """Refresh members as Pulumi's host does, in four threads."""
    with ThreadPoolExecutor(HOST_THREADS) as threads:
        return list(
            threads.map(lambda each: project_member.read(build_run(client), *each), members)
        )


def test_thirty_members_of_a_project_are_three_requests(hq: HqFixture) -> None:
    """One for the first member, then a page of 200 for the rest, and the token."""
    members = create_members(hq, 30)

    found = refresh_in_threads(create_acting_client(hq), members)

    assert [live.inputs["email"] for live in found] == [outs["email"] for _, outs in members]
    assert sorted(hq.emulator.request_log) == ["GET member", "GET members", "token"]


def test_a_member_is_the_same_from_a_page_and_from_a_get(hq: HqFixture) -> None:
    """Outputs and arguments are equal."""
    members = create_members(hq, 3)

    found = refresh_in_threads(create_acting_client(hq), members)
    single_reads = [
        project_member.read(build_run(create_acting_client(hq)), *each) for each in members
    ]

    assert found == single_reads


def test_each_member_of_a_deleted_project_costs_one_request_without_a_wait(hq: HqFixture) -> None:
    """A refresh does not wait for a list that cannot be read."""
    members = create_members(hq, 4)
    hq.emulator.call_control_plane("DELETE", f"/projects/{members[0][1]['project_id']}")
    hq.clock.sleeps.clear()

    found = refresh_in_threads(create_acting_client(hq), members)

    assert found == [None] * 4
    assert hq.emulator.request_log.count("GET member") == 4
    assert hq.clock.sleeps == []


def test_a_member_changed_in_this_run_is_read_again(hq: HqFixture) -> None:
    """Pulumi reads after a change of the same run."""
    members, client = create_members(hq, 3), create_acting_client(hq)
    refresh_in_threads(client, members)
    entity_id, state = members[2]
    changed = {**state, "industry_roles": ["Engineer"]}
    project_member.update(build_run(client), entity_id, state, changed)

    live = project_member.read(build_run(client), entity_id, state)

    assert live is not None
    assert live.inputs["industry_roles"] == ["Engineer"]
    assert hq.emulator.request_log[-1] == "GET member"
