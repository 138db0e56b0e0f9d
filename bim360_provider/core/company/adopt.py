"""Adopt: which of HQ's companies a create may take over when the name is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bim360_provider.core.company.fields import differing
from bim360_provider.core.once import SHARED_RISK, is_recent
from bim360_provider.core.settings import Settings
from bim360_provider.models import Company

__all__ = ["Verdict", "judge"]

Values = Mapping[str, Any]

RENAME: Final = "declare another name"


@dataclass(frozen=True)
class Verdict:
    """Which company to adopt and why, or why none: a sentence in either case.

    Attributes:
        company: The one to adopt.
        words: Why, or why not.
        unasked: ``adopt="never"`` was declared, so people are warned of it.
    """

    company: Company | None
    words: str
    unasked: bool = False


def judge(twins: list[Company], inputs: Values, settings: Settings, began: datetime) -> Verdict:
    """Decide about the companies that have the declared name already.

    Args:
        twins: All of that name, whatever its case.
        inputs: The arguments in normal form.
        settings: Say which of the two rules about interrupted runs are in force.
        began: HQ's time at which this run began.
    """
    name = inputs["name"]
    exact = [twin for twin in twins if twin.name == name]
    if len(exact) != 1:
        return Verdict(None, _unclear(name, exact or twins))
    twin = exact[0]
    changed = differing(twin.fields(), inputs)
    if inputs.get("adopt", "any") == "any":
        words = f"company '{name}' ({twin.id}) was there already and is taken over"
        return Verdict(twin, f"{words}; changed: {', '.join(changed) or 'nothing'}")
    if is_recent(twin.created_at, settings, began) and not changed:
        words = f"company '{name}' ({twin.id}) is what an interrupted run left behind"
        return Verdict(twin, f"{words}; it is adopted. {SHARED_RISK}", unasked=True)
    words = f"company '{name}' exists already ({twin.id}), and adopt='never' leaves it alone"
    return Verdict(None, f"{words}; leave adopt out to take it over, or {RENAME}")


def _unclear(name: str, twins: list[Company]) -> str:
    """Say why none of the companies is the one."""
    if not twins:
        return f"the name '{name}' is taken, yet no such company is to be seen; try again later"
    if len(twins) == 1 and twins[0].name != name:
        return (
            f"HQ takes it for the same name as that of company '{twins[0].name}' "
            f"({twins[0].id}); write the name as it is there, or {RENAME}"
        )
    ids = ", ".join(twin.id for twin in twins)
    return (
        f"several companies have that name ({ids}); rename all but one of them in Account Admin, "
        f"or {RENAME}"
    )
