"""Industry roles: people write names, HQ takes the ids of the project."""

from collections.abc import Sequence

from bim360_provider.errors import InputError
from bim360_provider.hq import HqClient
from bim360_provider.models import normal

__all__ = ["role_ids"]


def role_ids(client: HqClient, project_id: str, names: Sequence[str], email: str) -> list[str]:
    """Return the ids of roles in a project; the look-up is one request for project and run.

    Raises:
        InputError: The project has no such role; the nearest that it has is named.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    if not names:
        return []
    known = {role.name: role.id for role in client.industry_roles.of(project_id)}
    wrong = [normal.unknown_choice(name, tuple(known)) for name in names if name not in known]
    if wrong:
        msg = f"BIM 360: {email} in project {project_id}: industry_roles {'; '.join(wrong)}."
        raise InputError(msg)
    return [known[name] for name in names]
