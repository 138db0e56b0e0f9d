"""Pagination: each project once, for any number of pages and with concurrent creates."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.errors import UnansweredError
from bim360_provider.hq import HqClient
from bim360_provider.hq.api import cache
from tests.support.hq import PROJECT_BODY, Fault, HqFixture, build_reply
from tests.support.seeding import seed_projects


def create_projects(hq: HqFixture, number: int) -> list[str]:
    """Create projects P0, P1, ... at HQ and return their names."""
    return [project["name"] for project in seed_projects(hq, number)]


@pytest.mark.parametrize(
    ("number", "pages"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (200, 3)]
)
def test_a_walk_yields_every_project_once(hq: HqFixture, number: int, pages: int) -> None:
    """A full page is followed by one more request, even if that page is empty."""
    names = create_projects(hq, number)

    found = [project.name for project in hq.create_client().projects.walk()]

    assert found == names
    assert hq.emulator.request_log.count("GET projects") == pages


def test_a_page_request_has_limit_offset_and_sort(hq: HqFixture) -> None:
    """HQ's default is ten rows, newest change first: rows would move during the walk."""
    create_projects(hq, 100)
    list(hq.create_client().projects.walk())

    queries = [each.parse_query() for each in hq.emulator.requests if each.method == "GET"]
    assert queries == [
        {"limit": "100", "offset": "0", "sort": "created_at"},
        {"limit": "100", "offset": "100", "sort": "created_at"},
    ]


def test_a_concurrent_create_or_change_loses_and_repeats_no_project(hq: HqFixture) -> None:
    """A new project is appended, and a changed one keeps its place."""
    names = create_projects(hq, 100)
    client = hq.create_client()
    walk = client.projects.walk()
    first = next(walk)
    client.projects.create({**PROJECT_BODY, "name": "New"})
    client.projects.update(first.id, {"city": "Oslo"})

    found = [str(first.name), *(str(project.name) for project in walk)]

    assert found == [*names, "New"]


def test_a_name_is_searched_among_the_newest_in_one_request(hq: HqFixture) -> None:
    """Sorted by age, a recent project is on the first page."""
    create_projects(hq, 101)
    client = hq.create_client()

    newest = client.projects.find_recent_by_name("P100")
    oldest = client.projects.find_recent_by_name("P0")

    assert newest is not None
    assert newest.name == "P100"
    assert oldest is None
    assert hq.emulator.request_log == ["token", "GET projects", "GET projects"]


def test_a_name_is_compared_exactly(hq: HqFixture, client: HqClient) -> None:
    """A similar name does not match."""
    hq.create_project(name="Tower A")

    assert client.projects.find_recent_by_name("tower a") is None
    assert client.projects.search_by_name("Tower") == []
    assert [project.name for project in client.projects.search_by_name("Tower A")] == ["Tower A"]


@pytest.mark.parametrize("body", [{}, {"results": []}, "x", [1], [{"name": "no id"}], 7])
def test_an_invalid_list_is_reported_in_one_line(hq: HqFixture, body: Any) -> None:
    """It does not count as an empty list."""
    hq.emulator.faults.append(Fault("GET projects", build_reply(200, body), times=9))

    with pytest.raises(UnansweredError, match="is not what HQ documents") as caught:
        list(hq.create_client().projects.walk())

    assert "\n" not in str(caught.value)


def test_each_client_method_works_without_pulumi(client: HqClient) -> None:
    """Create, read, change and list projects with typed arguments and results."""
    created = client.projects.create({**PROJECT_BODY, "service_types": "pm"})
    changed = client.projects.update(created.id, {"city": "Oslo", "status": "archived"})
    read = client.projects.get(created.id)

    assert (created.status, changed.status, read.city) == ("pending", "archived", "Oslo")
    assert read.service_types == ["pm"]
    assert [project.id for project in client.projects.walk()] == [created.id]
    assert client.projects.is_account_visible()


SAME_PAGE = "HQ sent a page of the list that it had sent before, so it is incomplete"


def _build_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def build_rows(number: int, first: int = 0) -> list[dict[str, Any]]:
    """Return rows that are valid projects, companies or users."""
    return [
        {"id": _build_id(each), "name": f"N{each}", "email": f"p{each}@example.com"}
        for each in range(first, first + number)
    ]


def build_member_page(number: int, total: int) -> dict[str, Any]:
    """Return a page of the members of a project."""
    return {"results": build_rows(number), "pagination": {"totalResults": total}}


WALKS: dict[str, tuple[str, Any, Callable[[HqClient], Any]]] = {
    "projects": ("GET projects", build_rows(100), lambda hq: list(hq.projects.walk())),
    "companies": ("GET companies", build_rows(100), lambda hq: list(hq.companies.walk())),
    "users": ("GET users", build_rows(100), lambda hq: list(hq.account_users.walk())),
    "more than was requested": (
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
        lambda hq: hq.project_users.search_by_email(_build_id(0), "absent@example.com"),
    ),
}


@pytest.mark.parametrize("walk", WALKS)
def test_a_repeating_list_is_an_error(hq: HqFixture, client: HqClient, walk: str) -> None:
    """A server or cache ignores the offset: the client stops after two pages."""
    route, page, read = WALKS[walk]
    hq.emulator.faults.append(Fault(route, build_reply(200, page), times=99))

    with pytest.raises(UnansweredError, match=SAME_PAGE) as caught:
        read(client)

    assert "\n" not in str(caught.value)
    assert hq.emulator.request_log.count(route) == 2


def test_an_endless_list_is_an_error(
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

    assert hq.emulator.request_log.count("GET projects") == 5


def test_unreadable_pages_do_not_cause_an_endless_walk(hq: HqFixture, client: HqClient) -> None:
    """A search skips unreadable rows, but not a page that has no readable row."""
    hq.emulator.faults.append(
        Fault("GET projects", build_reply(200, [{"name": "no id"}] * 100), times=99)
    )

    with pytest.raises(UnansweredError, match=SAME_PAGE):
        client.projects.search_by_name("Tower")

    assert hq.emulator.request_log.count("GET projects") == 1


def test_a_refresh_of_a_repeating_list_reads_each_project(hq: HqFixture, client: HqClient) -> None:
    """The provider then trusts only the GET of each project."""
    ids = [hq.create_project(name=f"P{each}")["id"] for each in range(6)]
    hq.emulator.faults.append(Fault("GET projects", build_reply(200, build_rows(100)), times=99))

    found = [client.projects.get_cached(each).name for each in ids]

    assert found == [f"P{each}" for each in range(6)]
    assert hq.emulator.request_log.count("GET projects") == 2
    with pytest.raises(UnansweredError, match=SAME_PAGE):
        client.projects.search_by_name("no such project")


def test_a_row_that_moves_to_the_last_page_is_not_a_repetition(
    hq: HqFixture, client: HqClient
) -> None:
    """It ended the previous page, and a row was added meanwhile."""
    hq.emulator.faults += [
        Fault(
            "GET members",
            build_reply(200, {**build_member_page(200, 200), "pagination": {"totalResults": 201}}),
        ),
        Fault("GET members", build_reply(200, {"results": build_rows(1, 199), "pagination": {}})),
    ]

    assert len(list(client.project_users.walk(_build_id(0)))) == 200


def test_a_member_is_found_if_the_filter_is_ignored(hq: HqFixture, client: HqClient) -> None:
    """If not found, they would be added again."""
    second = {"results": build_rows(50, 200), "pagination": {"totalResults": 250}}
    hq.emulator.faults += [
        Fault("GET members", build_reply(200, build_member_page(200, 250))),
        Fault("GET members", build_reply(200, second)),
    ]

    found = client.project_users.search_by_email(_build_id(0), "p249@example.com")

    assert found is not None
    assert found.id == _build_id(249)
