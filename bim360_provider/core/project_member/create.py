"""Create: one member, imported, or taken over if they are in the project already."""

from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.core.owners import Owners
from bim360_provider.core.project_member.changing import settle
from bim360_provider.core.project_member.joining import Joined, join
from bim360_provider.core.project_member.outputs import member_id, outputs
from bim360_provider.core.settings import Settings
from bim360_provider.errors import ConflictError, InputError
from bim360_provider.hq import HqClient
from bim360_provider.hq.project_user import refused_row

__all__ = ["create"]

Values = Mapping[str, Any]

ADVICE: Final = (
    "Correct it and run it again; where it is that the account does not know them, declare a "
    "Bim360AccountUser first."
)


def create(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Add a member to a project, or take over who is in it already.

    Args:
        client: The account that the project is in.
        inputs: The arguments in normal form.
        settings: Not needed here.
        owners: Know which members belong to other resources of this run.

    Returns:
        The member's id and the outputs. From the moment the id is known nothing is
        raised: what is left to do is recorded in the output ``unfinished``.

    Raises:
        ConfigError: There is no acting user.
        ConflictError: Another resource of this stack has the member.
        InputError: The project has no such industry role.
        HqError: HQ refused it; a row refused inside a 200 counts as that.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    del settings
    owners = owners or Owners()
    project_id, email = inputs["project_id"], inputs["email"]
    joined = join(client, project_id, {email: inputs})
    if email in joined.refused:
        raise _refusal(project_id, email, joined.refused[email])
    member = _member(client, joined, project_id, email, owners)
    owners.owns(member_id(project_id, member["user_id"]))
    member, left = settle(client, project_id, member, inputs)
    if email in joined.present:
        _tell_taken(client, project_id, email, left)
    return member_id(project_id, member["user_id"]), outputs(project_id, member, inputs, left)


def _refusal(project_id: str, email: str, words: str) -> Exception:
    if words.startswith("BIM 360: "):
        return InputError(words)
    asked = f"add {email} to project {project_id}"
    return refused_row(asked, words, f"POST projects/{project_id}/users/import", ADVICE)


def _member(
    client: HqClient, joined: Joined, project_id: str, email: str, owners: Owners
) -> dict[str, Any]:
    if email in joined.members:
        return joined.members[email]
    member = joined.present[email]
    entity_id = member_id(project_id, member["user_id"])
    if owners.is_owned(entity_id):
        words = f"another resource of this stack has {email} in project {project_id}"
        msg = f"BIM 360: {words}; declare a member once."
        raise ConflictError(msg, status=409, words=words, request="GET users")
    owners.takes(entity_id)
    client.transport.tell(f"BIM 360: {email} was in project {project_id} and is taken over.")
    return member


def _tell_taken(client: HqClient, project_id: str, email: str, left: list[str]) -> None:
    if left:
        words = f"{email} has other access in project {project_id} than declared"
        client.transport.tell(
            f"BIM 360: {words}; run `pulumi up` again to change {' and '.join(left)}.",
            warning=True,
        )
