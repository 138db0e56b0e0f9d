"""Check: the arguments of an admin in normal form, and every mistake in them."""

from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.core.arguments import Problem, is_unknown, validated
from bim360_provider.core.place import moved, placed, unplaced
from bim360_provider.core.project_member.check import unacted
from bim360_provider.core.project_member.diff import IDENTITY, moved_to
from bim360_provider.core.settings import Settings
from bim360_provider.models.project_admin import CREATE_ONLY, ProjectAdminArguments

__all__ = ["check"]

Values = Mapping[str, Any]

TOO_LATE: Final = {
    "service_type": (
        "applies only when the admin is added, and HQ has no request that changes it; restore the "
        "old value, and declare another Bim360ProjectAdmin to activate another service"
    ),
    "company_id": (
        "applies only when the admin is added, and HQ has no request that changes it; restore the "
        "old value, and declare a Bim360ProjectMember to change the company in the project"
    ),
}


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    Args:
        old: The arguments of the last run; empty when the admin is new.
        new: The arguments as written; values may be unknown.
        settings: Give the account and the region, and the acting user for a removal.
    """
    given = placed(new, settings)
    open_lists = frozenset({"service_type"}) if settings.unknown_values else frozenset[str]()
    inputs, problems = validated(ProjectAdminArguments, given, open_lists)
    problems += _too_late(old, inputs) + unplaced(given)
    return inputs, problems + (unacted(settings) if given.get("on_destroy") == "remove" else [])


def _too_late(old: Values, inputs: Values) -> list[Problem]:
    if "email" not in old or moved(old, inputs) or moved_to(old, inputs, IDENTITY):
        return []
    known = {name for name in CREATE_ONLY if name in inputs and not is_unknown(inputs[name])}
    late = [name for name in CREATE_ONLY if name in known and inputs[name] != old.get(name)]
    return [Problem(name, TOO_LATE[name]) for name in late]
