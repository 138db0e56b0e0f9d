"""Diff: what would change, decided without asking HQ."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from bim360_provider.core.arguments import Unknown
from bim360_provider.core.entity import Difference
from bim360_provider.core.place import moved
from bim360_provider.core.project_member.diff import moved_to
from bim360_provider.core.project_member.fields import services_warnings
from bim360_provider.core.project_members.comparing import Comparison, compared

__all__ = ["diff", "listed", "stays"]

Values = Mapping[str, Any]

LISTED: Final = 5
"""E-mails that a line for people names; the preview shows the rest."""


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change; the order in which members were written means nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = (*moved(state, inputs), *moved_to(state, inputs, ("project_id",)))
    unfinished = bool(state.get("unfinished"))
    changed: tuple[str, ...] = replaces
    if inputs.get("on_removal", "retain") != state.get("on_removal", "retain"):
        changed = (*changed, "on_removal")
    if isinstance(inputs["members"], Unknown):
        return Difference((*changed, "members"), replaces, unfinished)
    between = compared(state, inputs)
    if between.joining or between.changing or between.leaving:
        changed = (*changed, "members")
    warnings = () if replaces else _warnings(state, inputs, between)
    return Difference(changed, replaces, unfinished, warnings)


def _warnings(state: Values, inputs: Values, between: Comparison) -> tuple[str, ...]:
    where = f"in project {state.get('project_id')}"
    services = {name for names in between.changing.values() for name in names}
    who = [e for e, names in between.changing.items() if services_warnings("", names)]
    told = services_warnings(f"{listed(who)} {where}", services if who else ())
    # Whose e-mail is not known yet may be one of those who seem to leave.
    all_known = all("@" in email for email in inputs["members"])
    if between.leaving and all_known and inputs.get("on_removal", "retain") == "retain":
        told = (*told, stays(between.leaving, str(state.get("project_id"))))
    return told


def stays(emails: Collection[str], project_id: str) -> str:
    """Return what is said of members who are declared no more and stay all the same."""
    verb = "stays" if len(emails) == 1 else "stay"
    return (
        f"BIM 360: {listed(emails)} {verb} in project {project_id}: HQ documents no way to remove "
        "a member; take them out in Project Admin, or declare on_removal='remove' to try."
    )


def listed(emails: Collection[str]) -> str:
    """Return e-mails as a line can hold them: five of them, and how many more there are."""
    shown = sorted(emails)[:LISTED]
    more = len(emails) - len(shown)
    return f"{', '.join(shown)} and {more} more" if more else ", ".join(shown)
