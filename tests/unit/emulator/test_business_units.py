"""Business units: one document for the whole tree."""

from typing import Any

import pytest

from bim360_provider.emulator import BUSINESS_UNIT_ID, Emulator, Reply
from tests.support.emulator import Call

Unit = dict[str, Any]

PATH = "business_units_structure"
WEST = "b1000000-0000-4000-8000-000000000001"
OREGON = "b1000000-0000-4000-8000-000000000002"


def put(send_request: Call, *units: object) -> Reply:
    return send_request("PUT", PATH, {"business_units": [*units]})


def list_units(send_request: Call) -> list[Unit]:
    content = send_request("GET", PATH).parse_content()
    units: list[Unit] = content["business_units"]
    return units


def test_the_structure_is_one_document(send_request: Call) -> None:
    """It has the seed's unit; GET and PUT return the same."""
    before = list_units(send_request)
    reply = put(send_request, {"name": "Nord"})

    after = reply.parse_content()["business_units"]

    assert [unit["id"] for unit in before] == [BUSINESS_UNIT_ID]
    assert {*before[0]} == {
        *("id", "account_id", "parent_id", "name", "description", "path"),
        *("created_at", "updated_at"),
    }
    assert (reply.status, after) == (200, list_units(send_request))


def test_a_unit_keeps_the_id_of_the_request(send_request: Call) -> None:
    """A unit without an id gets one; a known id changes that unit."""
    units = put(send_request, {"id": WEST, "name": "West"}, {"name": "East"}).parse_content()[
        "business_units"
    ]

    second = put(send_request, {"id": WEST, "name": "Far West"}).parse_content()["business_units"]

    assert units[0]["id"] == WEST
    assert units[1]["id"] not in {None, WEST}
    assert [(unit["id"], unit["name"]) for unit in second] == [(WEST, "Far West")]


def test_units_may_be_sent_in_any_order(send_request: Call) -> None:
    """Children before parents; ``path`` names the ancestors."""
    reply = put(
        send_request,
        {"id": OREGON, "parent_id": WEST, "name": "Oregon"},
        {"id": WEST, "parent_id": BUSINESS_UNIT_ID, "name": "West", "description": "All of it"},
        {"id": BUSINESS_UNIT_ID, "name": "North America"},
    )

    paths = {unit["name"]: unit["path"] for unit in reply.parse_content()["business_units"]}
    assert paths == {"North America": None, "West": "North America", "Oregon": "North America/West"}


@pytest.mark.parametrize(
    ("mode", "names"), [("replace", {"West"}), ("merge", {"West", "North America"})]
)
def test_an_option_decides_whether_omitted_units_are_deleted(
    emulator: Emulator, send_request: Call, mode: str, names: set[str]
) -> None:
    """The page does not say it."""
    emulator.call_control_plane("PATCH", "/options", {"business_units": mode})

    reply = put(send_request, {"id": WEST, "name": "West"})

    assert {unit["name"] for unit in reply.parse_content()["business_units"]} == names


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ([{"id": WEST, "parent_id": OREGON, "name": "West"}], "unknown parent"),
        ([{"id": WEST, "parent_id": BUSINESS_UNIT_ID, "name": "West"}], "unknown parent"),
        ([{"id": WEST, "parent_id": WEST, "name": "West"}], "its own ancestor"),
        (
            [
                {"id": WEST, "parent_id": OREGON, "name": "West"},
                {"id": OREGON, "parent_id": WEST, "name": "Oregon"},
            ],
            "its own ancestor",
        ),
        ([{"id": WEST, "name": "West"}, {"id": WEST, "name": "East"}], "two units have the id"),
    ],
)
def test_an_invalid_tree_is_422(send_request: Call, units: list[Unit], message: str) -> None:
    """A parent that the same PUT deletes does not exist either."""
    before = list_units(send_request)

    reply = put(send_request, *units)

    assert reply.status == 422
    assert message in reply.parse_content()["message"]
    assert list_units(send_request) == before


@pytest.mark.parametrize(
    ("body", "message"),
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
def test_a_malformed_structure_is_400(send_request: Call, body: object, message: str) -> None:
    """The message names the problem."""
    reply = send_request("PUT", PATH, body)

    assert reply.status == 400
    assert message in reply.parse_content()["message"]


def test_names_may_repeat_and_contain_slashes(send_request: Call) -> None:
    """Observed in the web pages, so a path is not a safe key."""
    reply = put(send_request, {"name": "A/B"}, {"name": "A/B", "description": "x" * 300})

    assert reply.status == 200


def test_updated_at_changes_only_with_a_unit(emulator: Emulator, send_request: Call) -> None:
    """A PUT of the same values changes nothing."""
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
    """HQ's behaviour is not known; a new project cannot have it."""
    created = send_request(
        "POST", "projects", project_body | {"business_unit_id": BUSINESS_UNIT_ID}
    ).parse_content()
    put(send_request)

    second = send_request(
        "POST", "projects", project_body | {"name": "B", "business_unit_id": BUSINESS_UNIT_ID}
    )

    current = send_request("GET", f"projects/{created['id']}").parse_content()
    assert (current["business_unit_id"], second.status) == (BUSINESS_UNIT_ID, 422)


def test_the_state_includes_business_units(emulator: Emulator, send_request: Call) -> None:
    """With parents and descriptions."""
    put(send_request, {"id": WEST, "name": "West"}, {"name": "Oregon", "parent_id": WEST})
    before, state = list_units(send_request), emulator.call_control_plane("GET", "/state")
    emulator.call_control_plane("POST", "/reset")

    emulator.call_control_plane("PUT", "/state", state)

    assert list_units(send_request) == before
