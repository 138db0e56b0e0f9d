"""Joining: all who are new, in as few imports as HQ allows; one refused row undoes no other."""

from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.core.owners import Owners
from bim360_provider.core.project_member.changing import settle
from bim360_provider.core.project_member.joining import Joined, join
from bim360_provider.core.project_member.outputs import member_id
from bim360_provider.core.project_members.diff import listed
from bim360_provider.hq import HqClient

__all__ = ["joined_by", "not_added"]

Values = Mapping[str, Any]

TOLD: Final = 10
"""Refused rows that are told one by one; all are in the output ``unfinished``."""


def joined_by(
    client: HqClient, project_id: str, wanted: Mapping[str, Values], owners: Owners
) -> tuple[Joined, set[str]]:
    """Return what became of those who were to join, and of whom something is left to do.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be asked; the next run finds out.
    """
    joined = join(client, project_id, wanted) if wanted else Joined()
    unfinished = set(joined.refused)
    for email, member in {**joined.present, **joined.members}.items():
        joined.members[email], left = settle(client, project_id, member, wanted[email])
        unfinished |= {email} if left else set()
    _tell(client, project_id, joined)
    for email in joined.present:
        owners.takes(member_id(project_id, joined.members[email]["user_id"]))
    return joined, unfinished


def not_added(project_id: str, email: str, words: str) -> str:
    """Return what is said of a row that was refused."""
    if words.startswith("BIM 360: "):
        return words
    return f"BIM 360: {email} was not added to project {project_id}: HQ answered {words}."


def _tell(client: HqClient, project_id: str, joined: Joined) -> None:
    if joined.present:
        words = f"in project {project_id} before: {listed(joined.present)}"
        client.transport.tell(f"BIM 360: taken over, because they were {words}.")
    for email, words in sorted(joined.refused.items())[:TOLD]:
        line = f"{not_added(project_id, email, words)} The next `pulumi up` tries again."
        client.transport.tell(line, warning=True)
    if len(joined.refused) > TOLD:
        words = f"{len(joined.refused) - TOLD} more were not added to project {project_id}"
        line = f"BIM 360: {words}; the output `unfinished` names all."
        client.transport.tell(line, warning=True)
