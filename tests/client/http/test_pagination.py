"""Lists: every project once, whatever the number of pages and whoever creates meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.errors import UnansweredError
from bim360_provider.hq import HqClient
from bim360_provider.hq.api import cache
from tests.support.hq import BODY, Fault, Stage, says


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


SAME_PAGE = "HQ sent a page of the list that it had sent before, so it is not complete"


def _id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def rows(number: int, begin: int = 0) -> list[dict[str, Any]]:
    """Return rows that could be projects, companies or people."""
    return [
        {"id": _id(each), "name": f"N{each}", "email": f"p{each}@example.com"}
        for each in range(begin, begin + number)
    ]


def members(number: int, total: int) -> dict[str, Any]:
    """Return a page of the members of a project."""
    return {"results": rows(number), "pagination": {"totalResults": total}}


WALKS: dict[str, tuple[str, Any, Callable[[HqClient], Any]]] = {
    "projects": ("GET projects", rows(100), lambda hq: list(hq.projects.walk())),
    "companies": ("GET companies", rows(100), lambda hq: list(hq.companies.walk())),
    "users": ("GET users", rows(100), lambda hq: list(hq.account_users.walk())),
    "more than was asked for": ("GET users", rows(250), lambda hq: list(hq.account_users.walk())),
    "the default": ("GET users", rows(10), lambda hq: list(hq.account_users.walk())),
    "a name": ("GET projects", rows(100), lambda hq: hq.projects.named("no such project")),
    "a company": ("search companies", rows(100), lambda hq: hq.companies.named("N1")),
    "a user": ("search users", rows(100), lambda hq: hq.account_users.with_email("p1@example.com")),
    "members": ("GET members", members(200, 450), lambda hq: list(hq.project_users.walk(_id(0)))),
    "members of a last page": (
        "GET members",
        members(200, 201),
        lambda hq: list(hq.project_users.walk(_id(0))),
    ),
    "members without a total": (
        "GET members",
        {"results": rows(200)},
        lambda hq: list(hq.project_users.walk(_id(0))),
    ),
    "a member": (
        "GET members",
        members(200, 450),
        lambda hq: hq.project_users.with_email(_id(0), "nobody@example.com"),
    ),
}


@pytest.mark.parametrize("walk", WALKS)
def test_a_list_that_repeats_itself_is_an_error_and_no_complete_one(
    stage: Stage, client: HqClient, walk: str
) -> None:
    """A server or a cache that ignores the offset: two pages are asked for, and no third."""
    what, page, read = WALKS[walk]
    stage.hq.faults.append(Fault(what, says(200, page), times=99))

    with pytest.raises(UnansweredError, match=SAME_PAGE) as caught:
        read(client)

    assert "\n" not in str(caught.value)
    assert stage.hq.asked.count(what) == 2


def test_a_list_without_end_is_an_error(
    stage: Stage, client: HqClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page has new rows, and none is the last one."""
    monkeypatch.setattr(cache, "LONGEST", 300)
    stage.hq.faults += [
        Fault("GET projects", says(200, rows(100, begin))) for begin in range(0, 5000, 100)
    ]

    with pytest.raises(UnansweredError, match="the list has more than 300 rows"):
        list(client.projects.walk())

    assert stage.hq.asked.count("GET projects") == 5


def test_pages_that_cannot_be_read_are_no_list_without_end(stage: Stage, client: HqClient) -> None:
    """A search passes over rows that it cannot read, but not over a whole page of them."""
    stage.hq.faults.append(Fault("GET projects", says(200, [{"name": "no id"}] * 100), times=99))

    with pytest.raises(UnansweredError, match=SAME_PAGE):
        client.projects.named("Tower")

    assert stage.hq.asked.count("GET projects") == 1


def test_a_refresh_of_a_list_that_repeats_itself_asks_for_each_one(
    stage: Stage, client: HqClient
) -> None:
    """And believes nothing but HQ's answer about the one."""
    made = [stage.project(name=f"P{each}")["id"] for each in range(6)]
    stage.hq.faults.append(Fault("GET projects", says(200, rows(100)), times=99))

    found = [client.projects.seen(each).name for each in made]

    assert found == [f"P{each}" for each in range(6)]
    assert stage.hq.asked.count("GET projects") == 2
    with pytest.raises(UnansweredError, match=SAME_PAGE):
        client.projects.named("no such project")


def test_a_row_that_moves_onto_the_last_page_is_no_repetition(
    stage: Stage, client: HqClient
) -> None:
    """It was the last of the page before, and another one has joined meanwhile."""
    stage.hq.faults += [
        Fault("GET members", says(200, {**members(200, 200), "pagination": {"totalResults": 201}})),
        Fault("GET members", says(200, {"results": rows(1, 199), "pagination": {}})),
    ]

    assert len(list(client.project_users.walk(_id(0)))) == 200


def test_a_member_is_found_where_the_filter_is_ignored(stage: Stage, client: HqClient) -> None:
    """Not found would add them once more."""
    second = {"results": rows(50, 200), "pagination": {"totalResults": 250}}
    stage.hq.faults += [
        Fault("GET members", says(200, members(200, 250))),
        Fault("GET members", says(200, second)),
    ]

    found = client.project_users.with_email(_id(0), "p249@example.com")

    assert found is not None
    assert found.id == _id(249)
