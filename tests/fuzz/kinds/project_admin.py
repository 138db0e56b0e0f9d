"""The arguments of an admin of a project."""

from bim360_provider.dynamic.providers import ProjectAdminProvider
from bim360_provider.models.project_admin import ProjectAdminArguments
from tests.fuzz.entity import Ground, Kind, Place, Table, Values
from tests.fuzz.strategies import ASKABLE, EMAIL, choice, identifier
from tests.support.members import ADA

__all__ = ["KIND"]


def _table(place: Place) -> Table:
    return {
        "project_id": identifier(place.project_id, stranger=False),
        "email": EMAIL,
        "service_type": choice(ASKABLE),
        "company_id": identifier(place.company_id),
        "on_destroy": choice(("retain", "remove")),
        "region": choice(("US",)),
    }


def _clear(ground: Ground, _id: str, state: Values) -> None:
    ground.hq.ask("DELETE", f"/users/{state['user_id']}")


def _is_held(ground: Ground, id_: str, state: Values) -> bool:
    """Return whether the service is active, and the person has it."""
    project_id, user_id, service = id_.split(":")
    shown = ground.client.project_users.with_services(project_id, user_id)
    rows = ground.hq.ask("GET", "/state")["accounts"]
    projects = {row["id"]: row for account in rows for row in account["projects"]}
    active = projects[project_id]["active_services"].split(",")
    named = shown.is_admin if service == "admin" else shown.access_to(service) == "administrator"
    # construction/admin has no name for the classic Schedule.
    return service in active and (named or service == "schedule") and state["user_id"] == user_id


KIND = Kind(
    provider=ProjectAdminProvider(),
    model=ProjectAdminArguments,
    required=("project_id", "email", "service_type", "company_id"),
    table=_table,
    example={k: ADA[k] for k in ("project_id", "email", "account_id", "region")},
    clear=_clear,
    kept=("project_id", "email", "service_type", "company_id"),
    beside=("service_type",),
    is_held=_is_held,
    only_hq_knows=("the account has no company", "HQ does not show whether"),
)
