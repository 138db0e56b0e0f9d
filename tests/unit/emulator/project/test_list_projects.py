"""GET projects: pages, order and fields."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import Emulator, Reply

Call = Callable[..., Reply]
TWELVE = [f"P{number:02}" for number in range(12)]


@pytest.fixture
def twelve(emulator: Emulator, send_request: Call, project_body: dict[str, object]) -> list[str]:
    """Make twelve projects a second apart and return their ids, oldest first."""
    ids = []
    for number, name in enumerate(TWELVE):
        made: Any = send_request(
            "POST", "projects", project_body | {"name": name, "value": -number}
        ).parse_content()
        ids.append(str(made["id"]))
        emulator.clock.advance(1)
    return ids


def names_of(reply: Reply) -> list[str]:
    rows = reply.parse_content()
    return [row["name"] for row in rows]


@pytest.mark.usefixtures("twelve")
def test_a_list_is_a_bare_array_of_ten_newest_change_first(send_request: Call) -> None:
    """Documented: ten rows; observed: updated_at descending."""
    answer = send_request("GET", "projects")

    assert names_of(answer) == TWELVE[:1:-1]


def test_a_change_moves_a_project_to_the_top(send_request: Call, twelve: list[str]) -> None:
    """That is why paging without sort is unsafe."""
    send_request("PATCH", f"projects/{twelve[0]}", {"city": "Oslo"})

    answer = send_request("GET", "projects", query="limit=2")

    assert names_of(answer) == ["P00", "P11"]


@pytest.mark.usefixtures("twelve")
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
    """A dash sorts downwards; unknown fields and blanks are ignored."""
    answer = send_request("GET", "projects", query=query)

    assert names_of(answer) == names


def test_rows_that_tie_keep_one_order(send_request: Call, project_body: dict[str, object]) -> None:
    """With the clock standing still, newest first is still newest first."""
    for name in TWELVE:
        send_request("POST", "projects", project_body | {"name": name})

    answer = send_request("GET", "projects", query="sort=-created_at&limit=3")

    assert names_of(answer) == TWELVE[:-4:-1]


@pytest.mark.usefixtures("twelve")
@pytest.mark.parametrize(
    ("fields", "keys"),
    [("name", ["id", "name"]), ("nonsense", ["id"]), ("value,%20name", ["id", "name", "value"])],
)
def test_field_chooses_and_id_always_comes(
    send_request: Call, fields: str, keys: list[str]
) -> None:
    """Documented: a comma list, unknown names ignored."""
    answer = send_request("GET", "projects", query=f"field={fields}&limit=1")

    rows = answer.parse_content()
    assert sorted(rows[0]) == keys


def test_a_page_is_never_longer_than_a_hundred(
    emulator: Emulator, send_request: Call, project_body: dict[str, object]
) -> None:
    """Documented as the maximum; that more is clamped is an inference, and an option."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 0})
    for number in range(101):
        send_request("POST", "projects", project_body | {"name": f"P{number}"})
    clamped = send_request("GET", "projects", query="limit=101")
    emulator.call_control_plane("PATCH", "/options", {"limit_over_100": "refuse"})

    refused = send_request("GET", "projects", query="limit=101")

    assert len(names_of(clamped)) == 100
    assert refused.status == 400


@pytest.mark.parametrize("query", ["limit=0", "limit=ten", "limit=-1", "offset=-1", "offset=x"])
def test_a_number_that_is_none_is_400(send_request: Call, query: str) -> None:
    """Inference: a client that sends nonsense should hear of it."""
    answer = send_request("GET", "projects", query=query)

    assert answer.status == 400


def test_a_parameter_hq_does_not_have_is_400(emulator: Emulator, send_request: Call) -> None:
    """``fields`` is another API's name; HQ would most likely ignore it, and so can the emulator."""
    strict = send_request("GET", "projects", query="fields=name")
    emulator.call_control_plane("PATCH", "/options", {"unknown_fields": "ignore"})

    loose = send_request("GET", "projects", query="fields=name")

    content = strict.parse_content()
    assert (
        content["message"] == "unknown query parameter fields; the nearest known one is field"
    )
    assert (strict.status, loose.status) == (400, 200)


@pytest.mark.usefixtures("created_project")
def test_a_list_never_shows_services(send_request: Call) -> None:
    """Only GET one does."""
    answer = send_request("GET", "projects", query="field=service_types")

    rows = answer.parse_content()
    assert [*rows[0]] == ["id"]
