"""Lists: every project once, whatever the number of pages and whoever creates meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.errors import UnansweredError
from bim360_provider.hq import HqClient
from bim360_provider.hq.api import cache
from tests.support.hq import PROJECT_BODY, Fault, HqFixture, build_reply


def create_projects(hq: HqFixture, number: int) -> list[str]:
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
                "accounts": [hq.build_connection().account_id],
            }
        ],
        "accounts": [{"id": hq.build_connection().account_id, "name": "A", "projects": projects}],
    }
    hq.emulator.call_control_plane("POST", "/seed", seed)
    hq.emulator.call_control_plane("POST", "/clock", {"freeze": True})
    return names


@pytest.mark.parametrize(
    ("number", "pages"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (200, 3)]
)
def test_a_walk_yields_every_project_once(hq: HqFixture, number: int, pages: int) -> None:
    """A full page is followed by another, if only to see that nothing is left."""
    names = create_projects(hq, number)

    found = [project.name for project in hq.create_client().projects.walk()]

    assert found == names
    assert hq.emulator.requests_made.count("GET projects") == pages


def test_a_page_says_its_size_its_place_and_its_order(hq: HqFixture) -> None:
    """HQ's default is ten rows, newest change first: rows would move under the walk."""
    create_projects(hq, 100)
    list(hq.create_client().projects.walk())

    queries = [each.parse_query() for each in hq.emulator.requests if each.method == "GET"]
    assert queries == [
        {"limit": "100", "offset": "0", "sort": "created_at"},
        {"limit": "100", "offset": "100", "sort": "created_at"},
    ]


def test_a_project_made_or_changed_while_paging_is_neither_lost_nor_doubled(hq: HqFixture) -> None:
    """The new one joins at the end, and a changed one keeps its place."""
    names = create_projects(hq, 100)
    client = hq.create_client()
    walk = client.projects.walk()
    first = next(walk)
    client.projects.create({**PROJECT_BODY, "name": "New"})
    client.projects.update(first.id, {"city": "Oslo"})

    found = [str(first.name), *(str(project.name) for project in walk)]

    assert found == [*names, "New"]


def test_a_name_is_looked_for_among_the_newest_in_one_request(hq: HqFixture) -> None:
    """A project that was just made is on the first page of that order."""
    create_projects(hq, 101)
    client = hq.create_client()

    newest = client.projects.find_recent_by_name("P100")
    oldest = client.projects.find_recent_by_name("P0")

    assert newest is not None
    assert newest.name == "P100"
    assert oldest is None
    assert hq.emulator.requests_made == ["token", "GET projects", "GET projects"]


def test_a_name_is_compared_letter_by_letter(hq: HqFixture, client: HqClient) -> None:
    """No near miss is taken for the project."""
    hq.create_project(name="Tower A")

    assert client.projects.find_recent_by_name("tower a") is None
    assert client.projects.search_by_name("Tower") == []
    assert [project.name for project in client.projects.search_by_name("Tower A")] == ["Tower A"]


@pytest.mark.parametrize("answer", [{}, {"results": []}, "x", [1], [{"name": "no id"}], 7])
def test_a_list_that_is_none_is_told_in_one_line(hq: HqFixture, answer: Any) -> None:
    """It is not read as an empty one."""
    hq.emulator.faults.append(Fault("GET projects", build_reply(200, answer), times=9))

    with pytest.raises(UnansweredError, match="is not what HQ documents") as caught:
        list(hq.create_client().projects.walk())

    assert "\n" not in str(caught.value)


def test_each_method_serves_a_program_of_ones_own(client: HqClient) -> None:
    """Create, read, change, list: without Pulumi, typed both ways."""
    made = client.projects.create({**PROJECT_BODY, "service_types": "pm"})
    changed = client.projects.update(made.id, {"city": "Oslo", "status": "archived"})
    read = client.projects.get(made.id)

    assert (made.status, changed.status, read.city) == ("pending", "archived", "Oslo")
    assert read.service_types == ["pm"]
    assert [project.id for project in client.projects.walk()] == [made.id]
    assert client.projects.is_account_visible()


SAME_PAGE = "HQ sent a page of the list that it had sent before, so it is incomplete"


def _build_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def build_rows(number: int, begin: int = 0) -> list[dict[str, Any]]:
    """Return rows that could be projects, companies or people."""
    return [
        {"id": _build_id(each), "name": f"N{each}", "email": f"p{each}@example.com"}
        for each in range(begin, begin + number)
    ]


def build_member_page(number: int, total: int) -> dict[str, Any]:
    """Return a page of the members of a project."""
    return {"results": build_rows(number), "pagination": {"totalResults": total}}


WALKS: dict[str, tuple[str, Any, Callable[[HqClient], Any]]] = {
    "projects": ("GET projects", build_rows(100), lambda hq: list(hq.projects.walk())),
    "companies": ("GET companies", build_rows(100), lambda hq: list(hq.companies.walk())),
    "users": ("GET users", build_rows(100), lambda hq: list(hq.account_users.walk())),
    "more than was asked for": (
        "GET users",
        build_rows(250),
        lambda hq: list(hq.account_users.walk()),
    ),
    "the default": ("GET users", build_rows(10), lambda hq: list(hq.account_users.walk())),
    "a name": (
        "GET projects",
        build_rows(100),
        lambda hq: hq.projects.search_by_name("no such project"),
    ),
    "a company": (
        "search companies",
        build_rows(100),
        lambda hq: hq.companies.search_by_name("N1"),
    ),
    "a user": (
        "search users",
        build_rows(100),
        lambda hq: hq.account_users.search_by_email("p1@example.com"),
    ),
    "members": (
        "GET members",
        build_member_page(200, 450),
        lambda hq: list(hq.project_users.walk(_build_id(0))),
    ),
    "members of a last page": (
        "GET members",
        build_member_page(200, 201),
        lambda hq: list(hq.project_users.walk(_build_id(0))),
    ),
    "members without a total": (
        "GET members",
        {"results": build_rows(200)},
        lambda hq: list(hq.project_users.walk(_build_id(0))),
    ),
    "a member": (
        "GET members",
        build_member_page(200, 450),
        lambda hq: hq.project_users.search_by_email(_build_id(0), "nobody@example.com"),
    ),
}


@pytest.mark.parametrize("walk", WALKS)
def test_a_list_that_repeats_itself_is_an_error_and_no_complete_one(
    hq: HqFixture, client: HqClient, walk: str
) -> None:
    """A server or a cache that ignores the offset: two pages are asked for, and no third."""
    what, page, read = WALKS[walk]
    hq.emulator.faults.append(Fault(what, build_reply(200, page), times=99))

    with pytest.raises(UnansweredError, match=SAME_PAGE) as caught:
        read(client)

    assert "\n" not in str(caught.value)
    assert hq.emulator.requests_made.count(what) == 2


def test_a_list_without_end_is_an_error(
    hq: HqFixture, client: HqClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page has new rows, and none is the last one."""
    monkeypatch.setattr(cache, "MAX_ROWS", 300)
    hq.emulator.faults += [
        Fault("GET projects", build_reply(200, build_rows(100, begin)))
        for begin in range(0, 5000, 100)
    ]

    with pytest.raises(UnansweredError, match="the list has more than 300 rows"):
        list(client.projects.walk())

    assert hq.emulator.requests_made.count("GET projects") == 5


def test_pages_that_cannot_be_read_are_no_list_without_end(hq: HqFixture, client: HqClient) -> None:
    """A search passes over rows that it cannot read, but not over a whole page of them."""
    hq.emulator.faults.append(
        Fault("GET projects", build_reply(200, [{"name": "no id"}] * 100), times=99)
    )

    with pytest.raises(UnansweredError, match=SAME_PAGE):
        client.projects.search_by_name("Tower")

    assert hq.emulator.requests_made.count("GET projects") == 1


def test_a_refresh_of_a_list_that_repeats_itself_asks_for_each_one(
    hq: HqFixture, client: HqClient
) -> None:
    """And believes nothing but HQ's answer about the one."""
    made = [hq.create_project(name=f"P{each}")["id"] for each in range(6)]
    hq.emulator.faults.append(Fault("GET projects", build_reply(200, build_rows(100)), times=99))

    found = [client.projects.get_cached(each).name for each in made]

    assert found == [f"P{each}" for each in range(6)]
    assert hq.emulator.requests_made.count("GET projects") == 2
    with pytest.raises(UnansweredError, match=SAME_PAGE):
        client.projects.search_by_name("no such project")


def test_a_row_that_moves_onto_the_last_page_is_no_repetition(
    hq: HqFixture, client: HqClient
) -> None:
    """It was the last of the page before, and another one has joined meanwhile."""
    hq.emulator.faults += [
        Fault(
            "GET members",
            build_reply(200, {**build_member_page(200, 200), "pagination": {"totalResults": 201}}),
        ),
        Fault("GET members", build_reply(200, {"results": build_rows(1, 199), "pagination": {}})),
    ]

    assert len(list(client.project_users.walk(_build_id(0)))) == 200


def test_a_member_is_found_where_the_filter_is_ignored(hq: HqFixture, client: HqClient) -> None:
    """Not found would add them once more."""
    second = {"results": build_rows(50, 200), "pagination": {"totalResults": 250}}
    hq.emulator.faults += [
        Fault("GET members", build_reply(200, build_member_page(200, 250))),
        Fault("GET members", build_reply(200, second)),
    ]

    found = client.project_users.search_by_email(_build_id(0), "p249@example.com")

    assert found is not None
    assert found.id == _build_id(249)
