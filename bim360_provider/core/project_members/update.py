"""Update: who is new joins, who differs is changed, who is declared no more may leave."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.owners import Owners
from bim360_provider.core.project_member.changing import change
from bim360_provider.core.project_member.delete import leave
from bim360_provider.core.project_member.outputs import split_id
from bim360_provider.core.project_members.comparing import Comparison, compared
from bim360_provider.core.project_members.joining import joined_by
from bim360_provider.core.project_members.outputs import outputs
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import HqClient

__all__ = ["update"]

Values = Mapping[str, Any]


def update(client: HqClient, entity_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments, member by member; return the outputs.

    What fails for one member undoes nothing of the others: it is told, and recorded in the
    output ``unfinished``.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ refused the first request, so that nothing was done.
        UnansweredError: No answer came to it.
    """
    project_id, _, _ = split_id(entity_id)
    between = compared(state, inputs)
    joined, unfinished = joined_by(client, project_id, between.joining, Owners())
    members = {e: each for e, each in state["members"].items() if e in inputs["members"]}
    changed = _changed(client, project_id, members, inputs, between)
    if inputs.get("on_removal") == "remove":
        for email, member in between.leaving.items():
            leave(client, project_id, {**member, "email": email})
    unfinished |= between.changing.keys() - changed.keys()
    return outputs(project_id, {**members, **changed, **joined.members}, inputs, unfinished)


def _changed(
    client: HqClient,
    project_id: str,
    members: Mapping[str, Values],
    inputs: Values,
    between: Comparison,
) -> dict[str, dict[str, Any]]:
    """Return those who could be changed, as they are now; of the others people are told."""
    errors: list[Bim360Error] = []

    def attempt(email: str, names: tuple[str, ...]) -> dict[str, Any] | None:
        member = {**members[email], "email": email}
        try:
            return change(client, project_id, member, inputs["members"][email], names)
        except Bim360Error as error:
            errors.append(error)
            return None

    attempts = {email: attempt(email, names) for email, names in between.changing.items()}
    changed = {email: member for email, member in attempts.items() if member is not None}
    if errors and not changed and not between.joining:
        raise errors[0]
    for error in errors:
        client.transport.tell(f"{error} The next `pulumi up` tries again.", warning=True)
    return changed
