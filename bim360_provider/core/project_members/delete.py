"""Delete: the members stay, and that is said, unless the stack asked to try to remove them."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.owners import Owners
from bim360_provider.core.project_member.delete import leave
from bim360_provider.core.project_member.outputs import split_id
from bim360_provider.core.project_members.diff import listed, stays
from bim360_provider.hq import HqClient

__all__ = ["delete"]

Values = Mapping[str, Any]


def delete(client: HqClient, entity_id: str, state: Values, owners: Owners | None = None) -> None:
    """Leave the members in the project, or try to remove them if the stack asked for that.

    Args:
        client: The account that the project is in.
        entity_id: The project's id, and ``:members``.
        state: The outputs of the last run.
        owners: Know whom another resource has taken over in this run.

    Raises:
        ConfigError: There is no acting user to remove them.
        HqError: HQ failed, so that it may work later.
        UnansweredError: No answer came.
    """
    project_id, _, _ = split_id(entity_id)
    members: Mapping[str, Values] = state.get("members") or {}
    if state.get("on_removal") == "remove":
        for email, member in members.items():
            leave(client, project_id, {**member, "email": email}, owners)
    elif members and state.get("on_removal") == "retain":
        words = f"members of project {project_id} stay: {listed(members)}"
        client.transport.tell(f"BIM 360: {words} (retain).")
    elif members:
        client.transport.tell(stays(members, project_id), warning=True)
