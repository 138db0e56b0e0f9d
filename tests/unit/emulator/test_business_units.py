"""Business units: one document for the whole tree."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import BUSINESS_UNIT_ID, Emulator, Reply

Call = Callable[..., Reply]
Unit = dict[str, Any]

PATH = "business_units_structure"
WEST = "b1000000-0000-4000-8000-000000000001"
OREGON = "b1000000-0000-4000-8000-000000000002"


def put(send_request: Call, *units: object) -> Reply:
    return send_request("PUT", PATH, {"business_units": [*units]})


def listed(send_request: Call) -> list[Unit]:
    content = send_request("GET", PATH).parse_content()
    units: list[Unit] = content["business_units"]
    return units


def test_the_structure_is_one_document(send_request: Call) -> None:
    """The seed's unit is in it; GET and PUT answer the same."""
    before = listed(send_request)
    answer = put(send_request, {"name": "Nord"})

    after = answer.parse_content()["business_units"]

    assert [unit["id"] for unit in before] == [BUSINESS_UNIT_ID]
    assert {*before[0]} == {
        *("id", "account_id", "parent_id", "name", "description", "path"),
        *("created_at", "updated_at"),
    }
    assert (answer.status, after) == (200, listed(send_request))


def test_a_unit_keeps_the_id_it_came_with(send_request: Call) -> None:
    """One that comes without gets one; a known id is that unit with other values."""
    units = put(send_request, {"id": WEST, "name": "West"}, {"name": "East"}).parse_content()[
        "business_units"
    ]

    again = put(send_request, {"id": WEST, "name": "Far West"}).parse_content()["business_units"]

    assert units[0]["id"] == WEST
    assert units[1]["id"] not in {None, WEST}
    assert [(unit["id"], unit["name"]) for unit in again] == [(WEST, "Far West")]


def test_a_tree_comes_in_any_order(send_request: Call) -> None:
    """Children before parents; ``path`` names the forebears."""
    answer = put(
        send_request,
        {"id": OREGON, "parent_id": WEST, "name": "Oregon"},
        {"id": WEST, "parent_id": BUSINESS_UNIT_ID, "name": "West", "description": "All of it"},
        {"id": BUSINESS_UNIT_ID, "name": "North America"},
    )

    paths = {unit["name"]: unit["path"] for unit in answer.parse_content()["business_units"]}
    assert paths == {"North America": None, "West": "North America", "Oregon": "North America/West"}


@pytest.mark.parametrize(
    ("mode", "names"), [("replace", {"West"}), ("merge", {"West", "North America"})]
)
def test_what_becomes_of_units_left_out_is_an_option(
    emulator: Emulator, send_request: Call, mode: str, names: set[str]
) -> None:
    """The page speaks of creating or redefining, and does not say."""
    emulator.call_control_plane("PATCH", "/options", {"business_units": mode})

    answer = put(send_request, {"id": WEST, "name": "West"})

    assert {unit["name"] for unit in answer.parse_content()["business_units"]} == names


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ([{"id": WEST, "parent_id": OREGON, "name": "West"}], "no such unit"),
        ([{"id": WEST, "parent_id": BUSINESS_UNIT_ID, "name": "West"}], "no such unit"),
        ([{"id": WEST, "parent_id": WEST, "name": "West"}], "its own forebear"),
        (
            [
                {"id": WEST, "parent_id": OREGON, "name": "West"},
                {"id": OREGON, "parent_id": WEST, "name": "Oregon"},
            ],
            "its own forebear",
        ),
        ([{"id": WEST, "name": "West"}, {"id": WEST, "name": "East"}], "two units have the id"),
    ],
)
def test_a_tree_that_is_none_is_refused(send_request: Call, units: list[Unit], words: str) -> None:
    """A parent that the same PUT deletes is not there either."""
    before = listed(send_request)

    answer = put(send_request, *units)

    assert answer.status == 422
    assert words in answer.parse_content()["message"]
    assert listed(send_request) == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "business_units is not a list"),
        ({"business_units": {}}, "business_units is not a list"),
        ({"business_units": [{}]}, "name is required"),
        ({"business_units": [7]}, "not a JSON object"),
        ({"business_units": [{"name": "A", "id": "x"}]}, "is not a UUID"),
        ({"business_units": [{"name": "A", "parent": "x"}]}, "the nearest known one is parent_id"),
        ({"units": []}, "the nearest known one is business_units"),
    ],
)
def test_a_malformed_structure_is_400(send_request: Call, body: object, words: str) -> None:
    """The message says what is wrong."""
    answer = send_request("PUT", PATH, body)

    assert answer.status == 400
    assert words in answer.parse_content()["message"]


def test_names_may_repeat_and_hold_slashes(send_request: Call) -> None:
    """Observed in the web pages, so that a path is no safe key."""
    answer = put(send_request, {"name": "A/B"}, {"name": "A/B", "description": "x" * 300})

    assert answer.status == 200


def test_times_move_only_with_a_change(emulator: Emulator, send_request: Call) -> None:
    """A PUT of the same is no change."""
    units = [{"id": WEST, "name": "West"}, {"id": OREGON, "name": "Oregon"}]
    first = put(send_request, *units).parse_content()["business_units"]
    emulator.clock.advance(5)

    second = put(send_request, units[0], units[1] | {"name": "Nevada"}).parse_content()[
        "business_units"
    ]

    assert second[0] == first[0]
    assert second[1]["created_at"] == first[1]["created_at"]
    assert second[1]["updated_at"] > first[1]["updated_at"]


def test_projects_keep_the_id_of_a_deleted_unit(send_request: Call, project_body: Unit) -> None:
    """What HQ does with them is not known; a new project cannot have it."""
    made = send_request(
        "POST", "projects", project_body | {"business_unit_id": BUSINESS_UNIT_ID}
    ).parse_content()
    put(send_request)

    again = send_request(
        "POST", "projects", project_body | {"name": "B", "business_unit_id": BUSINESS_UNIT_ID}
    )

    shown = send_request("GET", f"projects/{made['id']}").parse_content()
    assert (shown["business_unit_id"], again.status) == (BUSINESS_UNIT_ID, 422)


def test_the_tree_is_part_of_the_state(emulator: Emulator, send_request: Call) -> None:
    """With parents and descriptions."""
    put(send_request, {"id": WEST, "name": "West"}, {"name": "Oregon", "parent_id": WEST})
    before, state = listed(send_request), emulator.call_control_plane("GET", "/state")
    emulator.call_control_plane("POST", "/reset")

    emulator.call_control_plane("PUT", "/state", state)

    assert listed(send_request) == before
