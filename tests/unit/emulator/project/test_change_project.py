"""PATCH project: only the sent fields change, and some cannot."""

from typing import Any

import pytest

from bim360_provider.emulator import BUSINESS_UNIT_ID, Emulator
from tests.support.emulator import Call

Project = dict[str, Any]


def test_a_patch_changes_only_the_sent_fields(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Documented: 200 with the whole project."""
    emulator.clock.advance(5)

    reply = send_request("PATCH", f"projects/{created_project['id']}", {"city": "Oslo"})

    changed = reply.parse_content()
    assert reply.status == 200
    assert changed["updated_at"] > created_project["updated_at"]
    assert changed | {"updated_at": created_project["updated_at"]} == created_project | {
        "city": "Oslo"
    }


def test_a_patch_with_the_same_value_changes_nothing(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Not even updated_at changes (inference)."""
    emulator.clock.advance(5)

    reply = send_request(
        "PATCH", f"projects/{created_project['id']}", {"currency": "USD", "value": "3000"}
    )

    assert reply.parse_content() == created_project


def test_an_empty_string_clears_an_optional_field(
    send_request: Call, created_project: Project
) -> None:
    """The field is null again."""
    path = f"projects/{created_project['id']}"
    send_request("PATCH", path, {"city": "Oslo", "business_unit_id": BUSINESS_UNIT_ID})

    reply = send_request("PATCH", path, {"city": "", "business_unit_id": ""})

    cleared = reply.parse_content()
    assert (cleared["city"], cleared["business_unit_id"]) == (None, None)


@pytest.mark.parametrize("name", ["name", "start_date", "value", "currency", "status"])
def test_an_empty_string_does_not_clear_a_required_field(
    send_request: Call, created_project: Project, name: str
) -> None:
    """A field that a create requires cannot be cleared."""
    reply = send_request("PATCH", f"projects/{created_project['id']}", {name: ""})

    assert reply.status == 400
    assert f"{name} is required" in reply.parse_content()["message"]


@pytest.mark.parametrize(("option", "city"), [("ignore", "Oslo"), ("clear", None)])
def test_an_option_decides_what_null_does(
    emulator: Emulator, send_request: Call, created_project: Project, option: str, city: str | None
) -> None:
    """Whether HQ clears or ignores is not known."""
    emulator.call_control_plane("PATCH", "/options", {"patch_null": option})
    send_request("PATCH", f"projects/{created_project['id']}", {"city": "Oslo"})

    reply = send_request("PATCH", f"projects/{created_project['id']}", {"city": None})

    assert reply.parse_content()["city"] == city


def test_a_rename_releases_the_old_name(
    send_request: Call, created_project: Project, project_body: Project
) -> None:
    """Observed: renaming works."""
    renamed = send_request("PATCH", f"projects/{created_project['id']}", {"name": "Tower B"})

    second = send_request("POST", "projects", project_body)

    assert (renamed.status, second.status) == (200, 201)


@pytest.mark.parametrize(("option", "status"), [("conflict", 409), ("allow", 200)])
def test_an_unchanged_name_conflicts_by_default(
    emulator: Emulator, send_request: Call, created_project: Project, option: str, status: int
) -> None:
    """Inference from the vendor's tool, which never sends it."""
    emulator.call_control_plane("PATCH", "/options", {"patch_own_name": option})

    reply = send_request(
        "PATCH",
        f"projects/{created_project['id']}",
        {"name": created_project["name"], "city": "Oslo"},
    )

    assert reply.status == status


def test_the_name_of_another_project_conflicts(
    send_request: Call, created_project: Project, project_body: Project
) -> None:
    """Names are unique after changes as well."""
    send_request("POST", "projects", project_body | {"name": "Tower B"})

    reply = send_request("PATCH", f"projects/{created_project['id']}", {"name": "Tower B"})

    assert reply.status == 409


def test_a_date_is_checked_against_the_stored_other_date(
    send_request: Call, created_project: Project
) -> None:
    """start_date alone can be later than the stored end_date."""
    reply = send_request("PATCH", f"projects/{created_project['id']}", {"start_date": "2028-01-01"})

    assert reply.status == 422


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"citty": "Oslo"}, "unknown field citty; the nearest known one is city"),
        ({"job_number": "x" * 101}, "the limit is 100"),
        ({"status": "pending"}, 'status "pending" is not on the list'),
        ({"status": "actve"}, "the nearest known one is active"),
    ],
)
def test_a_malformed_patch_is_400(
    send_request: Call, created_project: Project, body: dict[str, object], message: str
) -> None:
    """The limits are those of POST, and pending cannot be sent."""
    reply = send_request("PATCH", f"projects/{created_project['id']}", body)

    assert reply.status == 400
    assert message in reply.parse_content()["message"]


@pytest.mark.parametrize(
    ("option", "body"),
    [
        ("read_only_fields", {"created_at": "2020-01-01T00:00:00.000Z"}),
        ("create_only_fields", {"include_companies": True}),
    ],
)
def test_read_only_fields_are_ignored_or_refused(
    emulator: Emulator,
    send_request: Call,
    created_project: Project,
    option: str,
    body: dict[str, object],
) -> None:
    """Observed: the vendor's tool sends them successfully, so they are ignored by default."""
    ignored = send_request("PATCH", f"projects/{created_project['id']}", body)
    emulator.call_control_plane("PATCH", "/options", {option: "refuse"})

    refused = send_request("PATCH", f"projects/{created_project['id']}", body)

    assert ignored.parse_content() == created_project
    assert refused.status == 400


@pytest.mark.parametrize(("grow", "services"), [(False, "pm"), (True, "field,pm")])
def test_service_types_are_replaced_or_extended(
    emulator: Emulator, send_request: Call, created_project: Project, *, grow: bool, services: str
) -> None:
    """Whether HQ removes services is not known; replacing is the default."""
    path = f"projects/{created_project['id']}"
    send_request("PATCH", path, {"service_types": "field"})
    emulator.call_control_plane("PATCH", "/options", {"services_only_grow": grow})

    send_request("PATCH", path, {"service_types": "pm"})

    assert send_request("GET", path).parse_content()["service_types"] == services


def test_an_empty_service_list_changes_nothing(
    send_request: Call, created_project: Project
) -> None:
    """Observed: the vendor's tool archives with ``service_types`` empty."""
    path = f"projects/{created_project['id']}"
    before = send_request("GET", path).parse_content()

    send_request("PATCH", path, {"service_types": ""})

    assert send_request("GET", path).parse_content() == before


def test_an_unknown_project_is_404(send_request: Call) -> None:
    """The message is observed."""
    reply = send_request("PATCH", "projects/80793a28-f9b1-4888-9533-5f00cddcd6fb", {"city": "Oslo"})

    assert reply.status == 404
    assert reply.parse_content() == {"code": 1004, "message": "this project doesn't exist."}


def test_get_one_can_return_services_that_were_not_requested(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Observed: ``insight`` and ``admin`` appear in real responses; the option adds them."""
    send_request("PATCH", f"projects/{created_project['id']}", {"service_types": "doc_manager"})
    emulator.call_control_plane("PATCH", "/options", {"services_unasked": "insight,admin"})

    current = send_request("GET", f"projects/{created_project['id']}").parse_content()

    assert current["service_types"] == "doc_manager,admin,insight"
