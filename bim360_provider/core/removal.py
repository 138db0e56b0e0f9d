"""What a destroy does at HQ: ``delete`` obeys the decision, and ``bim360 review`` shows it.

The decision depends on the last outputs only, so this module imports nothing that sends requests.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from bim360_provider.models.enums import UNCONFIRMED_STATUSES

__all__ = ["STRONGEST_POLICIES", "Removal", "RemovalKind", "plan_removal"]

State = Mapping[str, Any]

NO_REMOVAL_NOTE: Final = "HQ documents no way to remove a member"


class RemovalKind(Enum):
    """The request of a destroy."""

    NONE = "nothing is sent"
    ARCHIVE = "a project is archived"
    DEACTIVATE = "an account user is deactivated"
    REMOVE = "members, business units or permissions are removed"
    HIDE = "a folder is hidden; it can be restored"


@dataclass(frozen=True)
class Removal:
    """What a destroy does.

    Attributes:
        kind: The request.
        note: What is left unchanged at HQ, for a review; empty if the request changes the object.
        reason: Why nothing is sent, for the message of a delete; may be empty.
    """

    kind: RemovalKind
    note: str = ""
    reason: str = ""

    @property
    def has_effect(self) -> bool:
        """Whether the object changes at HQ."""
        return not self.note


STRONGEST_POLICIES: Final[Mapping[str, Mapping[str, str]]] = {
    "project": {"on_destroy": "archive"},
    "account_user": {"on_destroy": "deactivate"},
    "business_units": {"on_destroy": "remove"},
    "project_admin": {"on_destroy": "remove"},
    "project_member": {"on_destroy": "remove"},
    "project_members": {"on_removal": "remove"},
    "project_folder": {"on_destroy": "hide"},
    "folder_permissions": {"on_destroy": "remove"},
}
"""The policy of each entity that changes most; a review assumes it if a plan hides the policy."""


def plan_removal(entity: str, state: State) -> Removal:
    """Return what a destroy does.

    Args:
        entity: The name of the entity's module in the core.
        state: The outputs of the last run.
    """
    return _PLANNERS[entity](state)


def _plan_project_removal(state: State) -> Removal:
    if state.get("on_destroy") == "retain":
        return Removal(RemovalKind.NONE, 'stays in BIM 360 unchanged (on_destroy="retain")')
    note = "is already archived" if state.get("status") == "archived" else ""
    return Removal(RemovalKind.ARCHIVE, note)


def _plan_user_removal(state: State) -> Removal:
    reason = _find_reason_to_keep(state)
    if reason:
        return Removal(RemovalKind.NONE, "stays in the account unchanged", reason)
    status = str(state.get("status"))
    if status in UNCONFIRMED_STATUSES:
        return Removal(RemovalKind.DEACTIVATE, "stays in the account: has never signed in")
    return Removal(RemovalKind.DEACTIVATE, "is already inactive" if status == "inactive" else "")


def _find_reason_to_keep(state: State) -> str:
    """Return why a user is not deactivated, or an empty text."""
    policy = state.get("on_destroy")
    if policy == "retain":
        return "on_destroy='retain'"
    if policy == "deactivate":
        return ""
    if state.get("role") == "account_admin":
        return "an account admin is deactivated only with on_destroy='deactivate'"
    if state.get("adopted") is True:
        return (
            "they were in it before this stack, and are deactivated only with "
            "on_destroy='deactivate'"
        )
    return ""


def _plan_member_removal(state: State) -> Removal:
    if state.get("on_destroy") == "remove":
        return Removal(RemovalKind.REMOVE)
    return Removal(RemovalKind.NONE, f"stays in the project: {NO_REMOVAL_NOTE}")


def _plan_team_removal(state: State) -> Removal:
    if state.get("on_removal") == "remove":
        return Removal(RemovalKind.REMOVE)
    members = state.get("members")
    count = len(members) if isinstance(members, Mapping) else 0
    verb = "1 member stays" if count == 1 else f"{count} members stay"
    return Removal(RemovalKind.NONE, f"{verb}: {NO_REMOVAL_NOTE}")


def _plan_unit_removal(state: State) -> Removal:
    if state.get("on_destroy") == "remove":
        return Removal(RemovalKind.REMOVE)
    return Removal(RemovalKind.NONE, "the units stay in BIM 360")


def _plan_folder_removal(state: State) -> Removal:
    policy = state.get("on_destroy")
    if policy == "retain":
        return Removal(RemovalKind.NONE, "stays in the project", "on_destroy='retain'")
    if policy is None and state.get("adopted") is True:
        reason = "it existed before this stack, and is hidden only with on_destroy='hide'"
        return Removal(RemovalKind.NONE, "stays in the project", reason)
    return Removal(RemovalKind.HIDE, "is already hidden" if state.get("hidden") is True else "")


def _plan_permission_removal(state: State) -> Removal:
    if state.get("on_destroy") == "retain":
        return Removal(RemovalKind.NONE, "the permissions stay", "on_destroy='retain'")
    has_rows = any(state.get(kind) for kind in ("roles", "companies", "users"))
    return Removal(RemovalKind.REMOVE, "" if has_rows else "has no permissions to remove")


def _plan_no_removal(_state: State) -> Removal:
    return Removal(RemovalKind.NONE, "stays in BIM 360 unchanged")


_PLANNERS: Final[Mapping[str, Callable[[State], Removal]]] = {
    "project": _plan_project_removal,
    "account_user": _plan_user_removal,
    "business_units": _plan_unit_removal,
    "company": _plan_no_removal,
    "project_admin": _plan_member_removal,
    "project_image": _plan_no_removal,
    "project_member": _plan_member_removal,
    "project_members": _plan_team_removal,
    "project_folder": _plan_folder_removal,
    "folder_permissions": _plan_permission_removal,
}
