"""PATCH project: only what is sent changes, and not everything may."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import BUSINESS_UNIT_ID, Emulator, Reply

Call = Callable[..., Reply]
Project = dict[str, Any]


def test_only_the_fields_sent_change(emulator: Emulator, call: Call, made: Project) -> None:
    """Documented: 200 with the whole project."""
    emulator.clock.advance(5)

    answer = call("PATCH", f"projects/{made['id']}", {"city": "Oslo"})

    changed = answer.content()
    assert answer.status == 200
    assert changed["updated_at"] > made["updated_at"]
    assert changed | {"updated_at": made["updated_at"]} == made | {"city": "Oslo"}


def test_a_change_to_the_same_value_changes_nothing(
    emulator: Emulator, call: Call, made: Project
) -> None:
    """Not even updated_at moves (inference)."""
    emulator.clock.advance(5)

    answer = call("PATCH", f"projects/{made['id']}", {"currency": "USD", "value": "3000"})

    assert answer.content() == made


def test_an_empty_string_clears_an_optional_field(call: Call, made: Project) -> None:
    """A field once set is null again."""
    path = f"projects/{made['id']}"
    call("PATCH", path, {"city": "Oslo", "business_unit_id": BUSINESS_UNIT_ID})

    answer = call("PATCH", path, {"city": "", "business_unit_id": ""})

    cleared = answer.content()
    assert (cleared["city"], cleared["business_unit_id"]) == (None, None)


@pytest.mark.parametrize("name", ["name", "start_date", "value", "currency", "status"])
def test_an_empty_string_does_not_clear_a_required_field(
    call: Call, made: Project, name: str
) -> None:
    """What a project cannot be made without it cannot lose."""
    answer = call("PATCH", f"projects/{made['id']}", {name: ""})

    assert answer.status == 400
    assert f"{name} is required" in answer.content()["message"]


@pytest.mark.parametrize(("option", "city"), [("ignore", "Oslo"), ("clear", None)])
def test_what_null_does_is_an_option(
    emulator: Emulator, call: Call, made: Project, option: str, city: str | None
) -> None:
    """Whether HQ clears or ignores is not known."""
    emulator.ask("PATCH", "/options", {"patch_null": option})
    call("PATCH", f"projects/{made['id']}", {"city": "Oslo"})

    answer = call("PATCH", f"projects/{made['id']}", {"city": None})

    assert answer.content()["city"] == city


def test_a_rename_frees_the_old_name(call: Call, made: Project, tower: Project) -> None:
    """Observed: renaming works."""
    renamed = call("PATCH", f"projects/{made['id']}", {"name": "Tower B"})

    again = call("POST", "projects", tower)

    assert (renamed.status, again.status) == (200, 201)


@pytest.mark.parametrize(("option", "status"), [("conflict", 409), ("allow", 200)])
def test_the_own_unchanged_name_conflicts(
    emulator: Emulator, call: Call, made: Project, option: str, status: int
) -> None:
    """Inference from the vendor's tool, which never sends it."""
    emulator.ask("PATCH", "/options", {"patch_own_name": option})

    answer = call("PATCH", f"projects/{made['id']}", {"name": made["name"], "city": "Oslo"})

    assert answer.status == status


def test_the_name_of_another_project_conflicts(call: Call, made: Project, tower: Project) -> None:
    """Names are unique for changes as well."""
    call("POST", "projects", tower | {"name": "Tower B"})

    answer = call("PATCH", f"projects/{made['id']}", {"name": "Tower B"})

    assert answer.status == 409


def test_one_date_is_checked_against_the_other_one_stored(call: Call, made: Project) -> None:
    """start_date alone may still run past the end."""
    answer = call("PATCH", f"projects/{made['id']}", {"start_date": "2028-01-01"})

    assert answer.status == 422


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"citty": "Oslo"}, "there is no field citty; the nearest known one is city"),
        ({"job_number": "x" * 101}, "the limit is 100"),
        ({"status": "pending"}, 'status "pending" is not on the list'),
        ({"status": "actve"}, "the nearest known one is active"),
    ],
)
def test_a_malformed_change_is_400(
    call: Call, made: Project, body: dict[str, object], words: str
) -> None:
    """The same limits as for POST, and pending is not a status to send."""
    answer = call("PATCH", f"projects/{made['id']}", body)

    assert answer.status == 400
    assert words in answer.content()["message"]


@pytest.mark.parametrize(
    ("option", "body"),
    [
        ("read_only_fields", {"created_at": "2020-01-01T00:00:00.000Z"}),
        ("create_only_fields", {"include_companies": True}),
    ],
)
def test_fields_that_cannot_change_are_ignored_or_refused(
    emulator: Emulator, call: Call, made: Project, option: str, body: dict[str, object]
) -> None:
    """Observed: the vendor's tool sends them and works, so ignoring is the default."""
    ignored = call("PATCH", f"projects/{made['id']}", body)
    emulator.ask("PATCH", "/options", {option: "refuse"})

    refused = call("PATCH", f"projects/{made['id']}", body)

    assert ignored.content() == made
    assert refused.status == 400


@pytest.mark.parametrize(("grow", "services"), [(False, "pm"), (True, "field,pm")])
def test_service_types_replace_or_grow(
    emulator: Emulator, call: Call, made: Project, *, grow: bool, services: str
) -> None:
    """Whether HQ takes services away is not known; replacing is the default."""
    path = f"projects/{made['id']}"
    call("PATCH", path, {"service_types": "field"})
    emulator.ask("PATCH", "/options", {"services_only_grow": grow})

    call("PATCH", path, {"service_types": "pm"})

    assert call("GET", path).content()["service_types"] == services


def test_an_empty_service_list_changes_nothing(call: Call, made: Project) -> None:
    """Observed: the vendor's tool archives with ``service_types`` empty."""
    path = f"projects/{made['id']}"
    before = call("GET", path).content()

    call("PATCH", path, {"service_types": ""})

    assert call("GET", path).content() == before


def test_a_project_that_is_not_there_is_404(call: Call) -> None:
    """Observed wording."""
    answer = call("PATCH", "projects/80793a28-f9b1-4888-9533-5f00cddcd6fb", {"city": "Oslo"})

    assert answer.status == 404
    assert answer.content() == {"code": 1004, "message": "this project doesn't exist."}


def test_services_nobody_asked_for_show_in_get_one(
    emulator: Emulator, call: Call, made: Project
) -> None:
    """Observed: ``insight`` and ``admin`` appear in real answers; the option brings them in."""
    call("PATCH", f"projects/{made['id']}", {"service_types": "doc_manager"})
    emulator.ask("PATCH", "/options", {"services_unasked": "insight,admin"})

    shown = call("GET", f"projects/{made['id']}").content()

    assert shown["service_types"] == "doc_manager,admin,insight"
