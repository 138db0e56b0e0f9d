"""Check: normal form, and everything that is wrong, told before anything is sent."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.arguments import Problem, validated
from bim360_provider.core.place import placed, unplaced
from bim360_provider.core.settings import Settings
from bim360_provider.models import AccountUserArguments

__all__ = ["check"]

Values = Mapping[str, Any]


def check(_old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    Args:
        _old: The arguments of the last run; every rule holds for old and new users alike.
        new: The arguments as written; values may be unknown.
        settings: Give the account and the region.
    """
    given = placed(new, settings)
    inputs, problems = validated(AccountUserArguments, given)
    return inputs, problems + unplaced(given)
