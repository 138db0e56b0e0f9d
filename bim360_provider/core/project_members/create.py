"""Create: the members of a project, in batches."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.owners import Owners
from bim360_provider.core.project_members.comparing import compared
from bim360_provider.core.project_members.joining import joined_by, not_added
from bim360_provider.core.project_members.outputs import outputs, team_id
from bim360_provider.core.settings import Settings
from bim360_provider.errors import InputError
from bim360_provider.hq import HqClient

__all__ = ["create"]

Values = Mapping[str, Any]


def create(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Add the members to the project; whoever is in it already is taken over.

    Args:
        client: The account that the project is in.
        inputs: The arguments in normal form.
        settings: Not needed here.
        owners: Are told whom this run has taken over.

    Returns:
        The id and the outputs; those who were refused are in the output ``unfinished``.

    Raises:
        ConfigError: There is no acting user.
        InputError: Nobody at all could be added; the first refusal is told.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be asked; the next run finds out.
    """
    del settings
    project_id = inputs["project_id"]
    wanted = compared({}, inputs).joining
    joined, unfinished = joined_by(client, project_id, wanted, owners or Owners())
    if joined.refused and not joined.members:
        email, words = next(iter(joined.refused.items()))
        raise InputError(not_added(project_id, email, words))
    return team_id(project_id), outputs(project_id, joined.members, inputs, unfinished)
