"""From the members to the state."""

from collections.abc import Collection, Mapping
from typing import Any

from bim360_provider.core.entity import DECLARED
from bim360_provider.models.project_members import PROVIDER_ONLY

__all__ = ["outputs", "team_id"]

Values = Mapping[str, Any]


def team_id(project_id: str) -> str:
    """Return the id of a project's members: no project has it, and no single member."""
    return f"{project_id}:members"


def outputs(
    project_id: str, members: Mapping[str, Values], inputs: Values, unfinished: Collection[str] = ()
) -> dict[str, Any]:
    """Return what goes into the state.

    Args:
        project_id: The project that they are in.
        members: Those who are in it, by e-mail, as HQ has them, as far as we know.
        inputs: The arguments in normal form.
        unfinished: E-mails of those about whom something is left to do.
    """
    declared = {email: sorted(each) for email, each in inputs["members"].items()}
    return {
        "project_id": project_id,
        "members": {email: _kept(members[email]) for email in sorted(members)},
        **{name: inputs[name] for name in PROVIDER_ONLY if name in inputs},
        "unfinished": sorted(unfinished),
        DECLARED: declared,
    }


def _kept(member: Values) -> dict[str, Any]:
    return {name: value for name, value in member.items() if name != "email"}
