"""The arguments of a member of a project."""

from random import Random

from bim360_provider.dynamic.providers import ProjectMemberProvider
from bim360_provider.models.project_member import ProjectMemberArguments
from tests.fuzz.entity import ArgumentDraws, FieldValues, FuzzAccount, FuzzEntity, SeededAccount
from tests.fuzz.sets import ArgumentSet
from tests.fuzz.strategies import EMAIL, ROLES, build_accepted, draw_choice, draw_identifier
from tests.support.members import MEMBER_INPUTS

__all__ = ["ENTITY", "build_member_draws"]

SERVICES = ("document_management", "project_administration")


def build_member_draws(place: SeededAccount) -> ArgumentDraws:
    """Return the draws for the arguments of one member."""
    return {
        "email": EMAIL,
        "company_id": draw_identifier(place.company_id),
        "industry_roles": ROLES,
        "document_management": draw_choice(("admin", "user"), empty=True),
        "project_administration": draw_choice(("admin",), empty=True),
    }


def _build_draws(place: SeededAccount) -> ArgumentDraws:
    return {
        "project_id": draw_identifier(place.project_id, stranger=False),
        **build_member_draws(place),
        "on_destroy": draw_choice(("retain", "remove")),
        "region": draw_choice(("US",)),
    }


def _find_missing_access(given: ArgumentSet, _certainly: bool) -> set[str]:
    """Return the first service if neither gives access."""
    return (
        set() if any(given.get_plain_value(each) for each in SERVICES) else {"document_management"}
    )


def _add_access(found: ArgumentSet, random: Random, _place: SeededAccount) -> None:
    """Mostly give access to documents where nothing is given: most sets would be refused."""
    if _find_missing_access(found, True) and random.random() < 0.9:
        found.samples["document_management"] = build_accepted("user")


def _delete_entity(ground: FuzzAccount, _id: str, state: FieldValues) -> None:
    ground.emulator.call_control_plane("DELETE", f"/users/{state['user_id']}")


ENTITY = FuzzEntity(
    provider=ProjectMemberProvider(),
    model=ProjectMemberArguments,
    required=("project_id", "email"),
    build_draws=_build_draws,
    example=MEMBER_INPUTS,
    delete_entity=_delete_entity,
    adjust_set=_add_access,
    fixed_arguments=("project_id", "email"),
    find_conflicts=_find_missing_access,
    hq_refusals=("the account has no company", "industry_roles '"),
)
