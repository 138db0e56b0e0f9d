"""What a refresh of people in projects costs."""

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


def create_members(hq: HqFixture, number: int) -> list[tuple[str, dict[str, Any]]]:
    """Return members of one project, each a resource; what made them is not noted."""
    client, place = create_acting_client(hq), create_active_project(hq)
    made = [
        project_member.create(
            build_run(client, acting_settings()),
            {**MEMBER_INPUTS, "project_id": place, "email": f"m{each:03}@example.com"},
        )
        for each in range(number)
    ]
    hq.emulator.requests_made.clear()
    return made


def refresh_in_threads(client: HqClient, made: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """Refresh them as Pulumi's host does, in four threads."""
    with ThreadPoolExecutor(HOST_THREADS) as threads:
        return list(threads.map(lambda each: project_member.read(build_run(client), *each), made))


def test_thirty_members_of_a_project_are_three_requests(hq: HqFixture) -> None:
    """One alone, then a page of 200 for the rest; and the token."""
    made = create_members(hq, 30)

    found = refresh_in_threads(create_acting_client(hq), made)

    assert [live.inputs["email"] for live in found] == [outs["email"] for _, outs in made]
    assert sorted(hq.emulator.requests_made) == ["GET member", "GET members", "token"]


def test_a_member_is_the_same_from_a_page_and_alone(hq: HqFixture) -> None:
    """Outputs and arguments."""
    made = create_members(hq, 3)

    found = refresh_in_threads(create_acting_client(hq), made)
    alone = [project_member.read(build_run(create_acting_client(hq)), *each) for each in made]

    assert found == alone


def test_members_of_a_project_that_is_gone_cost_one_request_each_and_no_wait(hq: HqFixture) -> None:
    """A list that cannot be had is no reason to wait."""
    made = create_members(hq, 4)
    hq.emulator.call_control_plane("DELETE", f"/projects/{made[0][1]['project_id']}")
    hq.clock.sleeps.clear()

    found = refresh_in_threads(create_acting_client(hq), made)

    assert found == [None] * 4
    assert hq.emulator.requests_made.count("GET member") == 4
    assert hq.clock.sleeps == []


def test_a_member_whom_this_run_changed_is_asked_for(hq: HqFixture) -> None:
    """Where Pulumi reads after a change of the same run."""
    made, client = create_members(hq, 3), create_acting_client(hq)
    refresh_in_threads(client, made)
    entity_id, state = made[2]
    changed = {**state, "industry_roles": ["Engineer"]}
    project_member.update(build_run(client), entity_id, state, changed)

    live = project_member.read(build_run(client), entity_id, state)

    assert live is not None
    assert live.inputs["industry_roles"] == ["Engineer"]
    assert hq.emulator.requests_made[-1] == "GET member"
