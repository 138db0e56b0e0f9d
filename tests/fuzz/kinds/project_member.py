"""The arguments of a member of a project."""

from random import Random

from bim360_provider.dynamic.providers import ProjectMemberProvider
from bim360_provider.models.project_member import ProjectMemberArguments
from tests.fuzz.entity import Ground, Kind, Place, Table, Values
from tests.fuzz.sets import ArgumentSet
from tests.fuzz.strategies import EMAIL, ROLES, choice, good, identifier
from tests.support.members import ADA

__all__ = ["KIND", "member_table"]

SERVICES = ("document_management", "project_administration")


def member_table(place: Place) -> Table:
    """Return the draws for what is said about one member."""
    return {
        "email": EMAIL,
        "company_id": identifier(place.company_id),
        "industry_roles": ROLES,
        "document_management": choice(("admin", "user"), empty=True),
        "project_administration": choice(("admin",), empty=True),
    }


def _table(place: Place) -> Table:
    return {
        "project_id": identifier(place.project_id, stranger=False),
        **member_table(place),
        "on_destroy": choice(("retain", "remove")),
        "region": choice(("US",)),
    }


def _no_access(given: ArgumentSet, _certainly: bool) -> set[str]:
    """Return the first service if neither gives access."""
    return set() if any(given.plain(each) for each in SERVICES) else {"document_management"}


def _with_access(found: ArgumentSet, random: Random, _place: Place) -> None:
    """Mostly give access to documents where nothing is given: most sets would be refused."""
    if _no_access(found, True) and random.random() < 0.9:
        found.samples["document_management"] = good("user")


def _clear(ground: Ground, _id: str, state: Values) -> None:
    ground.hq.ask("DELETE", f"/users/{state['user_id']}")


KIND = Kind(
    provider=ProjectMemberProvider(),
    model=ProjectMemberArguments,
    required=("project_id", "email"),
    table=_table,
    example=ADA,
    clear=_clear,
    arrange=_with_access,
    kept=("project_id", "email"),
    together=_no_access,
    only_hq_knows=("the account has no company", "industry_roles does not know"),
)
