"""Check: normal form, and everything that is wrong, told before anything is sent."""

import difflib
from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.core.arguments import Problem, is_unknown, validated
from bim360_provider.core.place import is_to_be_made, placed, unplaced
from bim360_provider.core.settings import Settings
from bim360_provider.models import CompanyArguments, secrecy
from bim360_provider.models.trades import TRADES

__all__ = ["check"]

Values = Mapping[str, Any]

ALIKE: Final = 0.85
"""How alike a trade of HQ's list must be to be taken for what was meant: a slip of the finger."""


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    What HQ requires of a new company may be missing from one that exists.

    Args:
        old: The arguments of the last run; empty when the company is new.
        new: The arguments as written; values may be unknown.
        settings: Give the account and the region.
    """
    given = placed(new, settings)
    is_new = is_to_be_made(old, given)
    inputs, problems = validated(CompanyArguments, given, complete=is_new)
    told = {problem.argument for problem in problems}
    if "trade" not in told and inputs.get("trade") != old.get("trade"):
        problems += _trade(inputs.get("trade"), settings)
    return inputs, problems + unplaced(given)


def _trade(trade: object, settings: Settings) -> list[Problem]:
    """Warn of a trade that is nearly one of HQ's: any text is let through, see docs/company.md."""
    if not isinstance(trade, str) or is_unknown(trade) or trade in TRADES or secrecy.hides(trade):
        return []
    folded = {each.casefold(): each for each in TRADES}
    near = difflib.get_close_matches(trade.casefold(), folded, n=1, cutoff=ALIKE)
    if not near or settings.unknown_values:
        return []
    meant = folded[near[0]]
    words = f"'{trade}' is sent as it is, but HQ's own list has '{meant}'; is that what you mean?"
    return [Problem("trade", words, warning=True)]
