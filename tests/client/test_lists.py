"""Lists: every project once, whatever the number of pages and whoever creates meanwhile."""

from typing import Any

import pytest

from bim360_provider.errors import UnansweredError
from bim360_provider.hq import HqClient
from tests.stage import BODY, Fault, Stage, says


def fill(stage: Stage, number: int) -> list[str]:
    """Make projects P0, P1, ... at HQ and return their names."""
    names = [f"P{each}" for each in range(number)]
    projects: list[Any] = [
        {
            "id": f"00000000-0000-4000-8000-{each:012}",
            "name": name,
            "created_at": f"2026-01-01T00:{each // 60:02}:{each % 60:02}.000Z",
        }
        for each, name in enumerate(names)
    ]
    seed: Any = {
        "clients": [
            {
                "client_id": "emulator-client",
                "client_secret": "emulator-secret",
                "accounts": [stage.connection().account_id],
            }
        ],
        "accounts": [{"id": stage.connection().account_id, "name": "A", "projects": projects}],
    }
    stage.hq.ask("POST", "/seed", seed)
    stage.hq.ask("POST", "/clock", {"freeze": True})
    return names


@pytest.mark.parametrize(
    ("number", "pages"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (200, 3)]
)
def test_a_walk_yields_every_project_once(stage: Stage, number: int, pages: int) -> None:
    """A full page is followed by another, if only to see that nothing is left."""
    names = fill(stage, number)

    found = [project.name for project in stage.client().projects.walk()]

    assert found == names
    assert stage.hq.asked.count("GET projects") == pages


def test_a_page_says_its_size_its_place_and_its_order(stage: Stage) -> None:
    """HQ's default is ten rows, newest change first: rows would move under the walk."""
    fill(stage, 100)
    list(stage.client().projects.walk())

    queries = [each.arguments() for each in stage.hq.requests if each.method == "GET"]
    assert queries == [
        {"limit": "100", "offset": "0", "sort": "created_at"},
        {"limit": "100", "offset": "100", "sort": "created_at"},
    ]


def test_a_project_made_or_changed_while_paging_is_neither_lost_nor_doubled(stage: Stage) -> None:
    """The new one joins at the end, and a changed one keeps its place."""
    names = fill(stage, 100)
    client = stage.client()
    walk = client.projects.walk()
    first = next(walk)
    client.projects.create({**BODY, "name": "New"})
    client.projects.update(first.id, {"city": "Oslo"})

    found = [str(first.name), *(str(project.name) for project in walk)]

    assert found == [*names, "New"]


def test_a_name_is_looked_for_among_the_newest_in_one_request(stage: Stage) -> None:
    """A project that was just made is on the first page of that order."""
    fill(stage, 101)
    client = stage.client()

    newest = client.projects.newest_named("P100")
    oldest = client.projects.newest_named("P0")

    assert newest is not None
    assert newest.name == "P100"
    assert oldest is None
    assert stage.hq.asked == ["token", "GET projects", "GET projects"]


def test_a_name_is_compared_letter_by_letter(stage: Stage, client: HqClient) -> None:
    """No near miss is taken for the project."""
    stage.project(name="Tower A")

    assert client.projects.newest_named("tower a") is None
    assert client.projects.named("Tower") == []
    assert [project.name for project in client.projects.named("Tower A")] == ["Tower A"]


@pytest.mark.parametrize("answer", [{}, {"results": []}, "x", [1], [{"name": "no id"}], 7])
def test_a_list_that_is_none_is_told_in_one_line(stage: Stage, answer: Any) -> None:
    """It is not read as an empty one."""
    stage.hq.faults.append(Fault("GET projects", says(200, answer), times=9))

    with pytest.raises(UnansweredError, match="is not what HQ documents") as caught:
        list(stage.client().projects.walk())

    assert "\n" not in str(caught.value)


def test_each_method_serves_a_program_of_ones_own(client: HqClient) -> None:
    """Create, read, change, list: without Pulumi, typed both ways."""
    made = client.projects.create({**BODY, "service_types": "pm"})
    changed = client.projects.update(made.id, {"city": "Oslo", "status": "archived"})
    read = client.projects.get(made.id)

    assert (made.status, changed.status, read.city) == ("pending", "archived", "Oslo")
    assert read.service_types == ["pm"]
    assert [project.id for project in client.projects.walk()] == [made.id]
    assert client.projects.account_is_visible()
