"""GET projects: pages, order and fields."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import Emulator, Reply

Call = Callable[..., Reply]
TWELVE = [f"P{number:02}" for number in range(12)]


@pytest.fixture
def twelve(emulator: Emulator, call: Call, tower: dict[str, object]) -> list[str]:
    """Make twelve projects a second apart and return their ids, oldest first."""
    ids = []
    for number, name in enumerate(TWELVE):
        made: Any = call("POST", "projects", tower | {"name": name, "value": -number}).content()
        ids.append(str(made["id"]))
        emulator.clock.advance(1)
    return ids


def names_of(reply: Reply) -> list[str]:
    rows = reply.content()
    return [row["name"] for row in rows]


@pytest.mark.usefixtures("twelve")
def test_a_list_is_a_bare_array_of_ten_newest_change_first(call: Call) -> None:
    """Documented: ten rows; observed: updated_at descending."""
    answer = call("GET", "projects")

    assert names_of(answer) == TWELVE[:1:-1]


def test_a_change_moves_a_project_to_the_top(call: Call, twelve: list[str]) -> None:
    """That is why paging without sort is unsafe."""
    call("PATCH", f"projects/{twelve[0]}", {"city": "Oslo"})

    answer = call("GET", "projects", query="limit=2")

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
def test_sort_limit_and_offset(call: Call, query: str, names: list[str]) -> None:
    """A dash sorts downwards; unknown fields and blanks are ignored."""
    answer = call("GET", "projects", query=query)

    assert names_of(answer) == names


def test_rows_that_tie_keep_one_order(call: Call, tower: dict[str, object]) -> None:
    """With the clock standing still, newest first is still newest first."""
    for name in TWELVE:
        call("POST", "projects", tower | {"name": name})

    answer = call("GET", "projects", query="sort=-created_at&limit=3")

    assert names_of(answer) == TWELVE[:-4:-1]


@pytest.mark.usefixtures("twelve")
@pytest.mark.parametrize(
    ("fields", "keys"),
    [("name", ["id", "name"]), ("nonsense", ["id"]), ("value,%20name", ["id", "name", "value"])],
)
def test_field_chooses_and_id_always_comes(call: Call, fields: str, keys: list[str]) -> None:
    """Documented: a comma list, unknown names ignored."""
    answer = call("GET", "projects", query=f"field={fields}&limit=1")

    rows = answer.content()
    assert sorted(rows[0]) == keys


def test_a_page_is_never_longer_than_a_hundred(
    emulator: Emulator, call: Call, tower: dict[str, object]
) -> None:
    """Documented as the maximum; that more is clamped is an inference, and an option."""
    emulator.ask("PATCH", "/options", {"rate_limit_per_minute": 0})
    for number in range(101):
        call("POST", "projects", tower | {"name": f"P{number}"})
    clamped = call("GET", "projects", query="limit=101")
    emulator.ask("PATCH", "/options", {"limit_over_100": "refuse"})

    refused = call("GET", "projects", query="limit=101")

    assert len(names_of(clamped)) == 100
    assert refused.status == 400


@pytest.mark.parametrize("query", ["limit=0", "limit=ten", "limit=-1", "offset=-1", "offset=x"])
def test_a_number_that_is_none_is_400(call: Call, query: str) -> None:
    """Inference: a client that sends nonsense should hear of it."""
    answer = call("GET", "projects", query=query)

    assert answer.status == 400


def test_a_parameter_hq_does_not_have_is_400(emulator: Emulator, call: Call) -> None:
    """``fields`` is another API's name; HQ would most likely ignore it, and so can the emulator."""
    strict = call("GET", "projects", query="fields=name")
    emulator.ask("PATCH", "/options", {"unknown_fields": "ignore"})

    loose = call("GET", "projects", query="fields=name")

    content = strict.content()
    assert (
        content["message"] == "there is no query parameter fields; the nearest known one is field"
    )
    assert (strict.status, loose.status) == (400, 200)


@pytest.mark.usefixtures("made")
def test_a_list_never_shows_services(call: Call) -> None:
    """Only GET one does."""
    answer = call("GET", "projects", query="field=service_types")

    rows = answer.content()
    assert [*rows[0]] == ["id"]
