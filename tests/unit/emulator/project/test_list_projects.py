"""GET projects: pages, order and fields."""

from typing import Any

import pytest

from bim360_provider.emulator import Emulator, Reply
from tests.support.emulator import Call

TWELVE = [f"P{number:02}" for number in range(12)]


@pytest.fixture
def twelve_projects(
    emulator: Emulator, send_request: Call, project_body: dict[str, object]
) -> list[str]:
    """Create twelve projects a second apart and return their ids, oldest first."""
    ids = []
    for number, name in enumerate(TWELVE):
        created: Any = send_request(
            "POST", "projects", project_body | {"name": name, "value": -number}
        ).parse_content()
        ids.append(str(created["id"]))
        emulator.clock.advance(1)
    return ids


def names_of(reply: Reply) -> list[str]:
    rows = reply.parse_content()
    return [row["name"] for row in rows]


@pytest.mark.usefixtures("twelve_projects")
def test_a_list_is_a_bare_array_of_ten_newest_change_first(send_request: Call) -> None:
    """Documented: ten rows; observed: updated_at descending."""
    reply = send_request("GET", "projects")

    assert names_of(reply) == TWELVE[:1:-1]


def test_a_change_moves_a_project_to_the_top(
    send_request: Call, twelve_projects: list[str]
) -> None:
    """So paging without sort is unsafe."""
    send_request("PATCH", f"projects/{twelve_projects[0]}", {"city": "Oslo"})

    reply = send_request("GET", "projects", query="limit=2")

    assert names_of(reply) == ["P00", "P11"]


@pytest.mark.usefixtures("twelve_projects")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("limit=3&sort=name", TWELVE[:3]),
        ("limit=3&sort=-name", TWELVE[:-4:-1]),
        ("limit=3&sort=value", TWELVE[:-4:-1]),
        ("limit=3&sort=created_at", TWELVE[:3]),
        ("limit=3&sort=-created_at", TWELVE[:-4:-1]),
        ("limit=3&sort=currency,-name", TWELVE[:-4:-1]),
        ("limit=3&sort=%20name", TWELVE[:3]),
        ("limit=3&sort=nonsense,name", TWELVE[:3]),
        ("limit=3&sort=nonsense", TWELVE[:-4:-1]),
        ("limit=2&offset=10&sort=name", TWELVE[10:]),
        ("offset=12", []),
        ("limit=100", TWELVE[::-1]),
        ("limit=500", TWELVE[::-1]),
    ],
)
def test_sort_limit_and_offset(send_request: Call, query: str, names: list[str]) -> None:
    """A dash sorts in descending order; unknown fields and spaces are ignored."""
    reply = send_request("GET", "projects", query=query)

    assert names_of(reply) == names


def test_equal_rows_have_a_stable_order(
    send_request: Call, project_body: dict[str, object]
) -> None:
    """With a frozen clock, the order is still newest first."""
    for name in TWELVE:
        send_request("POST", "projects", project_body | {"name": name})

    reply = send_request("GET", "projects", query="sort=-created_at&limit=3")

    assert names_of(reply) == TWELVE[:-4:-1]


@pytest.mark.usefixtures("twelve_projects")
@pytest.mark.parametrize(
    ("fields", "keys"),
    [("name", ["id", "name"]), ("nonsense", ["id"]), ("value,%20name", ["id", "name", "value"])],
)
def test_field_selects_fields_and_always_id(
    send_request: Call, fields: str, keys: list[str]
) -> None:
    """Documented: a comma-separated list; unknown names are ignored."""
    reply = send_request("GET", "projects", query=f"field={fields}&limit=1")

    rows = reply.parse_content()
    assert sorted(rows[0]) == keys


def test_a_page_has_at_most_a_hundred_rows(
    emulator: Emulator, send_request: Call, project_body: dict[str, object]
) -> None:
    """Documented as the maximum; that a larger limit is clamped is an inference, and an option."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 0})
    for number in range(101):
        send_request("POST", "projects", project_body | {"name": f"P{number}"})
    clamped = send_request("GET", "projects", query="limit=101")
    emulator.call_control_plane("PATCH", "/options", {"limit_over_100": "refuse"})

    refused = send_request("GET", "projects", query="limit=101")

    assert len(names_of(clamped)) == 100
    assert refused.status == 400


@pytest.mark.parametrize("query", ["limit=0", "limit=ten", "limit=-1", "offset=-1", "offset=x"])
def test_an_invalid_number_is_400(send_request: Call, query: str) -> None:
    """Inference: invalid parameters should be reported."""
    reply = send_request("GET", "projects", query=query)

    assert reply.status == 400


def test_an_unknown_parameter_is_400(emulator: Emulator, send_request: Call) -> None:
    """``fields`` is another API's name; HQ would most likely ignore it, and so can the emulator."""
    strict = send_request("GET", "projects", query="fields=name")
    emulator.call_control_plane("PATCH", "/options", {"unknown_fields": "ignore"})

    loose = send_request("GET", "projects", query="fields=name")

    content = strict.parse_content()
    assert content["message"] == "unknown query parameter fields; the nearest known one is field"
    assert (strict.status, loose.status) == (400, 200)


@pytest.mark.usefixtures("created_project")
def test_a_list_has_no_services(send_request: Call) -> None:
    """Only GET one does."""
    reply = send_request("GET", "projects", query="field=service_types")

    rows = reply.parse_content()
    assert [*rows[0]] == ["id"]
