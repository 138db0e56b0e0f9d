"""The forms of the page: what people change by hand in Account Admin."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias

from pydantic import JsonValue

from bim360_provider.emulator.control import browser_routes
from bim360_provider.emulator.control.request import ControlRequest
from bim360_provider.emulator.instance import EmulatorInstance
from bim360_provider.emulator.storage.database import Row

EDITED_FIELDS = ("name", "start_date", "end_date")

ACCESS_LEVELS: dict[str, dict[str, JsonValue]] = {
    "member": {"document_management": "user"},
    "admin": {"document_management": "admin", "project_administration": "admin"},
}
"""The services of a new member by the choice in the form."""

UNCHANGED = "unchanged"


class FormError(Exception):
    """A form that cannot be carried out; the message is one line for the user."""


Form: TypeAlias = Mapping[str, str]

FormAction: TypeAlias = Callable[[EmulatorInstance, Row, Form], str]


def submit_form(instance: EmulatorInstance, project: Row, action: str, form: Form) -> str:
    """Carry out a form and return the key of its message.

    Raises:
        FormError: A value is wrong, or the project is archived.
        ControlRequestError, SeedError: A value is invalid; the message is one line as well.
    """
    if project["status"] == "archived" and action != "reactivate":
        msg = "the project is archived; reactivate it first"
        raise FormError(msg)
    with instance.backend.store.begin_transaction():
        return ACTIONS[action](instance, project, form)


def _edit_project(instance: EmulatorInstance, project: Row, form: Form) -> str:
    given = {name: form.get(name, "").strip() for name in EDITED_FIELDS}
    changes = {name: text for name, text in given.items() if text != (project[name] or "")}
    if not changes:
        return UNCHANGED
    if not given["name"]:
        msg = "enter a name"
        raise FormError(msg)
    _check_dates(given["start_date"], given["end_date"])
    _update_project(instance, project, {name: text or None for name, text in changes.items()})
    return "edit"


def _check_dates(start: str, end: str) -> None:
    try:
        for text in filter(None, (start, end)):
            date.fromisoformat(text)
    except ValueError as error:
        msg = f"a date is written as 2027-03-01: {error}"
        raise FormError(msg) from None
    if start and end and start >= end:
        msg = f"the start date {start} must be before the end date {end}"
        raise FormError(msg)


def _archive_project(instance: EmulatorInstance, project: Row, _form: Form) -> str:
    _update_project(instance, project, {"status": "archived"})
    return "archive"


def _reactivate_project(instance: EmulatorInstance, project: Row, _form: Form) -> str:
    _update_project(instance, project, {"status": "active"})
    return "reactivate"


def _add_member(instance: EmulatorInstance, project: Row, form: Form) -> str:
    email, access = form.get("email", "").strip(), form.get("access", "")
    if not email or access not in ACCESS_LEVELS:
        msg = "enter the e-mail of a user of the account, and an access level"
        raise FormError(msg)
    fields: dict[str, JsonValue] = {"email": email, "services": {**ACCESS_LEVELS[access]}}
    request = ControlRequest(("projects", str(project["id"]), "users"), {}, fields)
    browser_routes.add_member(instance, request)
    if access == "admin" and project["status"] == "pending":
        _update_project(instance, project, {"status": "active"})
    return "add-member"


def _remove_member(instance: EmulatorInstance, project: Row, form: Form) -> str:
    segments = ("projects", str(project["id"]), "users", form.get("user_id", ""))
    browser_routes.remove_member(instance, ControlRequest(segments, {}, {}))
    return "remove-member"


def _update_project(
    instance: EmulatorInstance, project: Row, changes: dict[str, JsonValue]
) -> None:
    request = ControlRequest(("projects", str(project["id"])), {}, changes)
    browser_routes.update_project(instance, request)


ACTIONS: dict[str, FormAction] = {
    "edit": _edit_project,
    "archive": _archive_project,
    "reactivate": _reactivate_project,
    "add-member": _add_member,
    "remove-member": _remove_member,
}
"""The forms of a project's page, by the last segment of their address."""
