"""PATCH project: only what is sent changes, and not everything may."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import BUSINESS_UNIT_ID, Emulator, Reply

Call = Callable[..., Reply]
Project = dict[str, Any]


def test_only_the_fields_sent_change(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Documented: 200 with the whole project."""
    emulator.clock.advance(5)

    answer = send_request("PATCH", f"projects/{created_project['id']}", {"city": "Oslo"})

    changed = answer.parse_content()
    assert answer.status == 200
    assert changed["updated_at"] > created_project["updated_at"]
    assert changed | {"updated_at": created_project["updated_at"]} == created_project | {
        "city": "Oslo"
    }


def test_a_change_to_the_same_value_changes_nothing(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Not even updated_at moves (inference)."""
    emulator.clock.advance(5)

    answer = send_request(
        "PATCH", f"projects/{created_project['id']}", {"currency": "USD", "value": "3000"}
    )

    assert answer.parse_content() == created_project


def test_an_empty_string_clears_an_optional_field(
    send_request: Call, created_project: Project
) -> None:
    """A field once set is null again."""
    path = f"projects/{created_project['id']}"
    send_request("PATCH", path, {"city": "Oslo", "business_unit_id": BUSINESS_UNIT_ID})

    answer = send_request("PATCH", path, {"city": "", "business_unit_id": ""})

    cleared = answer.parse_content()
    assert (cleared["city"], cleared["business_unit_id"]) == (None, None)


@pytest.mark.parametrize("name", ["name", "start_date", "value", "currency", "status"])
def test_an_empty_string_does_not_clear_a_required_field(
    send_request: Call, created_project: Project, name: str
) -> None:
    """What a project cannot be made without it cannot lose."""
    answer = send_request("PATCH", f"projects/{created_project['id']}", {name: ""})

    assert answer.status == 400
    assert f"{name} is required" in answer.parse_content()["message"]


@pytest.mark.parametrize(("option", "city"), [("ignore", "Oslo"), ("clear", None)])
def test_what_null_does_is_an_option(
    emulator: Emulator, send_request: Call, created_project: Project, option: str, city: str | None
) -> None:
    """Whether HQ clears or ignores is not known."""
    emulator.call_control_plane("PATCH", "/options", {"patch_null": option})
    send_request("PATCH", f"projects/{created_project['id']}", {"city": "Oslo"})

    answer = send_request("PATCH", f"projects/{created_project['id']}", {"city": None})

    assert answer.parse_content()["city"] == city


def test_a_rename_frees_the_old_name(
    send_request: Call, created_project: Project, project_body: Project
) -> None:
    """Observed: renaming works."""
    renamed = send_request("PATCH", f"projects/{created_project['id']}", {"name": "Tower B"})

    again = send_request("POST", "projects", project_body)

    assert (renamed.status, again.status) == (200, 201)


@pytest.mark.parametrize(("option", "status"), [("conflict", 409), ("allow", 200)])
def test_the_own_unchanged_name_conflicts(
    emulator: Emulator, send_request: Call, created_project: Project, option: str, status: int
) -> None:
    """Inference from the vendor's tool, which never sends it."""
    emulator.call_control_plane("PATCH", "/options", {"patch_own_name": option})

    answer = send_request(
        "PATCH",
        f"projects/{created_project['id']}",
        {"name": created_project["name"], "city": "Oslo"},
    )

    assert answer.status == status


def test_the_name_of_another_project_conflicts(
    send_request: Call, created_project: Project, project_body: Project
) -> None:
    """Names are unique for changes as well."""
    send_request("POST", "projects", project_body | {"name": "Tower B"})

    answer = send_request("PATCH", f"projects/{created_project['id']}", {"name": "Tower B"})

    assert answer.status == 409


def test_one_date_is_checked_against_the_other_one_stored(
    send_request: Call, created_project: Project
) -> None:
    """start_date alone may still run past the end."""
    answer = send_request(
        "PATCH", f"projects/{created_project['id']}", {"start_date": "2028-01-01"}
    )

    assert answer.status == 422


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"citty": "Oslo"}, "unknown field citty; the nearest known one is city"),
        ({"job_number": "x" * 101}, "the limit is 100"),
        ({"status": "pending"}, 'status "pending" is not on the list'),
        ({"status": "actve"}, "the nearest known one is active"),
    ],
)
def test_a_malformed_change_is_400(
    send_request: Call, created_project: Project, body: dict[str, object], words: str
) -> None:
    """The same limits as for POST, and pending is not a status to send."""
    answer = send_request("PATCH", f"projects/{created_project['id']}", body)

    assert answer.status == 400
    assert words in answer.parse_content()["message"]


@pytest.mark.parametrize(
    ("option", "body"),
    [
        ("read_only_fields", {"created_at": "2020-01-01T00:00:00.000Z"}),
        ("create_only_fields", {"include_companies": True}),
    ],
)
def test_fields_that_cannot_change_are_ignored_or_refused(
    emulator: Emulator,
    send_request: Call,
    created_project: Project,
    option: str,
    body: dict[str, object],
) -> None:
    """Observed: the vendor's tool sends them and works, so ignoring is the default."""
    ignored = send_request("PATCH", f"projects/{created_project['id']}", body)
    emulator.call_control_plane("PATCH", "/options", {option: "refuse"})

    refused = send_request("PATCH", f"projects/{created_project['id']}", body)

    assert ignored.parse_content() == created_project
    assert refused.status == 400


@pytest.mark.parametrize(("grow", "services"), [(False, "pm"), (True, "field,pm")])
def test_service_types_replace_or_grow(
    emulator: Emulator, send_request: Call, created_project: Project, *, grow: bool, services: str
) -> None:
    """Whether HQ takes services away is not known; replacing is the default."""
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


def test_a_project_that_is_not_there_is_404(send_request: Call) -> None:
    """Observed wording."""
    answer = send_request(
        "PATCH", "projects/80793a28-f9b1-4888-9533-5f00cddcd6fb", {"city": "Oslo"}
    )

    assert answer.status == 404
    assert answer.parse_content() == {"code": 1004, "message": "this project doesn't exist."}


def test_services_nobody_asked_for_show_in_get_one(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Observed: ``insight`` and ``admin`` appear in real answers; the option brings them in."""
    send_request("PATCH", f"projects/{created_project['id']}", {"service_types": "doc_manager"})
    emulator.call_control_plane("PATCH", "/options", {"services_unasked": "insight,admin"})

    shown = send_request("GET", f"projects/{created_project['id']}").parse_content()

    assert shown["service_types"] == "doc_manager,admin,insight"
