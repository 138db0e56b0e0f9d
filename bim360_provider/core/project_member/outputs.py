"""From a member to the state: outputs, and the arguments that would declare them."""

from collections.abc import Collection, Mapping
from typing import Any

from bim360_provider.core.entity import DECLARED
from bim360_provider.models import normal
from bim360_provider.models.project_member import MANAGED, PROVIDER_ONLY
from bim360_provider.models.project_user import SERVICES

__all__ = ["member_id", "mirrored", "mirrored_fields", "outputs", "split_id"]

Values = Mapping[str, Any]


def member_id(project_id: str, user_id: str) -> str:
    """Return the id of a member: the project's and HQ's id of the user."""
    return f"{project_id}:{user_id}"


def split_id(entity_id: str) -> tuple[str, str, str]:
    """Return the project's id, the user's, and what stands behind a third colon."""
    project_id, _, rest = entity_id.partition(":")
    user_id, _, tail = rest.partition(":")
    return normal.id_or_none(project_id) or project_id, user_id, tail


def outputs(
    project_id: str, member: Values, inputs: Values, unfinished: Collection[str] = ()
) -> dict[str, Any]:
    """Return what goes into the state.

    Args:
        project_id: The project that the member is in.
        member: The member as HQ has them, as far as we know.
        inputs: The arguments in normal form.
        unfinished: Arguments that could not be applied yet.
    """
    echoed = {name: inputs[name] for name in PROVIDER_ONLY if name in inputs}
    return {
        "project_id": project_id,
        **member,
        **echoed,
        "unfinished": sorted(unfinished),
        DECLARED: sorted(name for name in inputs if name in MANAGED),
    }


def mirrored(
    project_id: str, member: Values, state: Values, declared: Collection[str]
) -> dict[str, Any]:
    """Return the arguments that would declare the member as they are, for those managed."""
    kept = {name: state[name] for name in PROVIDER_ONLY if name in state}
    known = {"project_id": project_id, "email": member["email"]}
    return {**kept, **known, **mirrored_fields(member, declared)}


def mirrored_fields(member: Values, declared: Collection[str]) -> dict[str, Any]:
    """Return a member's fields as arguments: no access is written as an empty text."""
    live = {name: member.get(name) for name in MANAGED if name in declared}
    shown = {k: "" if v is None and k in SERVICES else v for k, v in live.items()}
    return {name: value for name, value in shown.items() if value is not None}
