"""The forms of the page: what people change by hand in Account Admin."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias

from bim360_provider.emulator.emulator import Emulator
from bim360_provider.emulator.storage.database import Row

EDITED_FIELDS = ("name", "start_date", "end_date")

ACCESS_LEVELS = {
    "member": {"document_management": "user"},
    "admin": {"document_management": "admin", "project_administration": "admin"},
}
"""The services of a new member by the choice in the form."""

ARCHIVED = "archived"

UNCHANGED = "unchanged"
"""The key of the message after a form without a change."""


class FormError(Exception):
    """A form that cannot be carried out; the message is one line for the user."""


Form: TypeAlias = Mapping[str, str]

FormAction: TypeAlias = Callable[[Emulator, Row, Form], str]


def submit_form(emulator: Emulator, project: Row, action: str, form: Form) -> str:
    """Carry out a form of a project and return the key of its message.

    Args:
        emulator: The emulator.
        project: The project's row.
        action: A key of `ACTIONS`.
        form: The inputs of the form by name.

    Raises:
        FormError: A value is wrong, or the project is archived.
        ControlError: The control plane refuses the change; the message is one line as well.
    """
    if project["status"] == ARCHIVED and action != "reactivate":
        msg = "the project is archived; reactivate it first"
        raise FormError(msg)
    return ACTIONS[action](emulator, project, form)


def _edit_project(emulator: Emulator, project: Row, form: Form) -> str:
    given = {name: form.get(name, "").strip() for name in EDITED_FIELDS}
    changes = {name: text or None for name, text in given.items() if text != (project[name] or "")}
    if not changes:
        return UNCHANGED
    if not given["name"]:
        msg = "enter a name"
        raise FormError(msg)
    _check_dates(given["start_date"], given["end_date"])
    _update_project(emulator, project, changes)
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


def _archive_project(emulator: Emulator, project: Row, _form: Form) -> str:
    _update_project(emulator, project, {"status": ARCHIVED})
    return "archive"


def _reactivate_project(emulator: Emulator, project: Row, _form: Form) -> str:
    _update_project(emulator, project, {"status": "active"})
    return "reactivate"


def _add_member(emulator: Emulator, project: Row, form: Form) -> str:
    email, access = form.get("email", "").strip(), form.get("access", "")
    if not email or access not in ACCESS_LEVELS:
        msg = "enter the e-mail of a user of the account, and select an access level"
        raise FormError(msg)
    member = {"email": email, "services": ACCESS_LEVELS[access]}
    emulator.call_control_plane("POST", f"/projects/{project['id']}/users", member)
    if access == "admin" and project["status"] == "pending":
        # As in Account Admin, the first admin activates the project.
        _update_project(emulator, project, {"status": "active"})
    return "add-member"


def _remove_member(emulator: Emulator, project: Row, form: Form) -> str:
    path = f"/projects/{project['id']}/users/{form.get('user_id', '')}"
    emulator.call_control_plane("DELETE", path)
    return "remove-member"


def _update_project(emulator: Emulator, project: Row, changes: Mapping[str, str | None]) -> None:
    emulator.call_control_plane("PATCH", f"/projects/{project['id']}", changes)


ACTIONS: dict[str, FormAction] = {
    "edit": _edit_project,
    "archive": _archive_project,
    "reactivate": _reactivate_project,
    "add-member": _add_member,
    "remove-member": _remove_member,
}
"""The forms of a project's page, by the last segment of their address."""
