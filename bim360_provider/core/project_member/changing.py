"""Changing: a member made what the stack says, and what is left for the next run."""

from collections.abc import Collection, Mapping
from typing import Any

from bim360_provider.core.project_member.fields import differing, patch_body, same
from bim360_provider.core.project_member.roles import role_ids
from bim360_provider.core.stored import warn_of_stored
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import HqClient
from bim360_provider.models.project_user import SERVICES

__all__ = ["change", "settle"]

Values = Mapping[str, Any]


def change(
    client: HqClient, project_id: str, member: Values, inputs: Values, wanted: Collection[str]
) -> dict[str, Any]:
    """Send a PATCH of the wanted fields; return the member as they are then.

    Raises:
        InputError: The project has no such role.
        NotFoundError: They are not in the project any more.
        HqError: HQ refused it.
        UnansweredError: No answer came.
    """
    email = member["email"]
    names = inputs.get("industry_roles") or () if "industry_roles" in wanted else ()
    body = patch_body(member, inputs, wanted, role_ids(client, project_id, names, email))
    if body:
        row = client.project_users.update(project_id, member["user_id"], email, body)
        if row.company_id:
            sent = {name: body[name] for name in ("company_id",) if name in body}
            warn_of_stored(client, f"{email} in project {project_id}", sent, row, same)
    return {**member, **{name: inputs[name] or None for name in wanted if name in inputs}}


def settle(
    client: HqClient, project_id: str, member: Values, inputs: Values
) -> tuple[dict[str, Any], list[str]]:
    """Finish somebody who has just joined, or was in the project before the stack knew them.

    Company and roles are set at once. Access is not: to change it takes away access that this
    provider cannot see, so the next preview says so first. Nothing is raised.

    Returns:
        The member as they are then, and the arguments that are left to do.
    """
    wanted = differing(member, inputs)
    now = [name for name in wanted if name not in SERVICES]
    left = [name for name in wanted if name in SERVICES]
    try:
        return change(client, project_id, member, inputs, now), left
    except Bim360Error as error:
        words = f"{error} They are in the project; the next `pulumi up` tries again."
        client.transport.tell(words, warning=True)
        return dict(member), [*now, *left]
