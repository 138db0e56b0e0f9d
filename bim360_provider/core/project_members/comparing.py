"""Comparing: who joins, who changes and who leaves, by e-mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bim360_provider.core.project_member.fields import differing

__all__ = ["Comparison", "compared"]

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Comparison:
    """What lies between a state and the arguments.

    Attributes:
        joining: Arguments of those who are not in the state, by e-mail.
        changing: Names of the arguments that differ, by e-mail.
        leaving: Those of the state who are declared no more, by e-mail.
    """

    joining: dict[str, dict[str, Any]]
    changing: dict[str, tuple[str, ...]]
    leaving: dict[str, Values]


def compared(state: Values, inputs: Values) -> Comparison:
    """Return who joins, who changes and who leaves.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    live: Mapping[str, Values] = state.get("members") or {}
    # Sorted, because Pulumi's protocol keeps no order: equal stacks are to send equal bytes.
    wanted: Mapping[str, Values] = dict(sorted(inputs["members"].items()))
    differences = {e: differing(live[e], each) for e, each in wanted.items() if e in live}
    return Comparison(
        {e: {**each, "email": e} for e, each in wanted.items() if e not in live},
        {e: names for e, names in differences.items() if names},
        {e: each for e, each in live.items() if e not in wanted},
    )
