"""Check: normal form, and everything that is wrong, told before anything is sent."""

from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.core.arguments import Problem, is_unknown, validated
from bim360_provider.core.place import placed, unplaced
from bim360_provider.core.settings import Settings
from bim360_provider.hq.acting_user import NO_ACTING_USER
from bim360_provider.models.project_member import ProjectMemberArguments
from bim360_provider.models.project_user import SERVICES

__all__ = ["access_problems", "check", "unacted"]

Values = Mapping[str, Any]

NO_ACCESS: Final = (
    "is missing, and so is project_administration: HQ has no member without access to a service; "
    "write document_management='user', or 'admin'"
)


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    Args:
        old: The arguments of the last run; not needed here.
        new: The arguments as written; values may be unknown.
        settings: Give the account, the region and the acting user.
    """
    del old
    given = placed(new, settings)
    inputs, problems = validated(ProjectMemberArguments, given)
    problems += access_problems(given) + unplaced(given) + unacted(settings)
    return inputs, problems


def access_problems(given: Values) -> list[Problem]:
    """Return the problem of a member who is given access to nothing."""
    access = [given.get(service) for service in SERVICES]
    if any(level or is_unknown(level) for level in access):
        return []
    return [Problem("document_management", NO_ACCESS)]


def unacted(settings: Settings) -> list[Problem]:
    """Return the problem of a stack with members and nobody on whose behalf to add them."""
    return [] if settings.acting_user else [Problem("acting_user", NO_ACTING_USER)]
