"""The arguments of an admin of a project."""

from bim360_provider.dynamic.project_admin import ProjectAdminProvider
from bim360_provider.models.project_admin import ProjectAdminArguments
from tests.crew import ADA
from tests.fuzz.kind import Ground, Kind, Place, Table, Values
from tests.fuzz.samples import ASKABLE, EMAIL, choice, identifier

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


KIND = Kind(
    provider=ProjectAdminProvider(),
    model=ProjectAdminArguments,
    required=("project_id", "email", "service_type", "company_id"),
    table=_table,
    example={k: ADA[k] for k in ("project_id", "email", "account_id", "region")},
    clear=_clear,
    kept=("project_id", "email", "service_type", "company_id"),
    only_hq_knows=("the account has no company",),
)
