"""What a refresh of people in projects costs."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bim360_provider.core import project_member
from bim360_provider.hq import HqClient
from tests.support.hq import Stage
from tests.support.members import ADA, acting, crew, project

HOST_THREADS = 4


def members(stage: Stage, number: int) -> list[tuple[str, dict[str, Any]]]:
    """Return members of one project, each a resource; what made them is not noted."""
    client, place = crew(stage), project(stage)
    made = [
        project_member.create(
            client, {**ADA, "project_id": place, "email": f"m{each:03}@example.com"}, acting()
        )
        for each in range(number)
    ]
    stage.hq.asked.clear()
    return made


def refreshed(client: HqClient, made: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """Refresh them as Pulumi's host does, in four threads."""
    with ThreadPoolExecutor(HOST_THREADS) as threads:
        return list(threads.map(lambda each: project_member.read(client, *each), made))


def test_thirty_members_of_a_project_are_three_requests(stage: Stage) -> None:
    """One alone, then a page of 200 for the rest; and the token."""
    made = members(stage, 30)

    found = refreshed(crew(stage), made)

    assert [live.inputs["email"] for live in found] == [outs["email"] for _, outs in made]
    assert sorted(stage.hq.asked) == ["GET member", "GET members", "token"]


def test_a_member_is_the_same_from_a_page_and_alone(stage: Stage) -> None:
    """Outputs and arguments."""
    made = members(stage, 3)

    found = refreshed(crew(stage), made)
    alone = [project_member.read(crew(stage), *each) for each in made]

    assert found == alone


def test_members_of_a_project_that_is_gone_cost_one_request_each_and_no_wait(stage: Stage) -> None:
    """A list that cannot be had is no reason to wait."""
    made = members(stage, 4)
    stage.hq.ask("DELETE", f"/projects/{made[0][1]['project_id']}")
    stage.clock.naps.clear()

    found = refreshed(crew(stage), made)

    assert found == [None] * 4
    assert stage.hq.asked.count("GET member") == 4
    assert stage.clock.naps == []


def test_a_member_whom_this_run_changed_is_asked_for(stage: Stage) -> None:
    """Where Pulumi reads after a change of the same run."""
    made, client = members(stage, 3), crew(stage)
    refreshed(client, made)
    entity_id, state = made[2]
    changed = {**state, "industry_roles": ["Engineer"]}
    project_member.update(client, entity_id, state, changed)

    live = project_member.read(client, entity_id, state)

    assert live is not None
    assert live.inputs["industry_roles"] == ["Engineer"]
    assert stage.hq.asked[-1] == "GET member"
