"""The arguments of an admin of a project."""

from bim360_provider.dynamic.providers import ProjectAdminProvider
from bim360_provider.models.project_admin import ProjectAdminArguments
from tests.fuzz.entity import ArgumentDraws, FieldValues, FuzzAccount, FuzzEntity, SeededAccount
from tests.fuzz.strategies import EMAIL, SELECTABLE_SERVICES, draw_choice, draw_identifier
from tests.support.members import MEMBER_INPUTS

__all__ = ["ENTITY"]


def _build_draws(place: SeededAccount) -> ArgumentDraws:
    return {
        "project_id": draw_identifier(place.project_id, stranger=False),
        "email": EMAIL,
        "service_type": draw_choice(SELECTABLE_SERVICES),
        "company_id": draw_identifier(place.company_id),
        "on_destroy": draw_choice(("retain", "remove")),
        "region": draw_choice(("US",)),
    }


def _delete_entity(ground: FuzzAccount, _id: str, state: FieldValues) -> None:
    ground.emulator.call_control_plane("DELETE", f"/users/{state['user_id']}")


def _is_held(ground: FuzzAccount, id_: str, state: FieldValues) -> bool:
    """Return whether the service is active, and the person has it."""
    project_id, user_id, service = id_.split(":")
    shown = ground.client.project_users.get_with_services(project_id, user_id)
    rows = ground.emulator.call_control_plane("GET", "/state")["accounts"]
    projects = {row["id"]: row for account in rows for row in account["projects"]}
    active = projects[project_id]["active_services"].split(",")
    named = shown.is_admin if service == "admin" else shown.get_access(service) == "administrator"
    # construction/admin has no name for the classic Schedule.
    return service in active and (named or service == "schedule") and state["user_id"] == user_id


ENTITY = FuzzEntity(
    provider=ProjectAdminProvider(),
    model=ProjectAdminArguments,
    required=("project_id", "email", "service_type", "company_id"),
    build_draws=_build_draws,
    example={k: MEMBER_INPUTS[k] for k in ("project_id", "email", "account_id", "region")},
    delete_entity=_delete_entity,
    fixed_arguments=("project_id", "email", "service_type", "company_id"),
    identity_arguments=("service_type",),
    is_held=_is_held,
    hq_refusals=("the account has no company", "HQ does not show whether"),
)
