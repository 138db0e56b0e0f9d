"""Read: the project as HQ has it now, for a refresh or a look-up by id."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, Live
from bim360_provider.core.gone import found, seen
from bim360_provider.core.place import place_of
from bim360_provider.core.project.outputs import mirrored, outputs
from bim360_provider.hq import HqClient
from bim360_provider.models import Project
from bim360_provider.models.project import PATCHABLE

__all__ = ["read"]

Values = Mapping[str, Any]

SERVICES: Final = "service_types"


def read(client: HqClient, project_id: str, state: Values) -> Live | None:
    """Return the project as HQ has it, or None if it is gone.

    Args:
        client: The account that the project is in.
        project_id: Its id.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    ask = partial(_asked, client, project_id, state)
    project = found(client, "project", state, lambda young: ask(young=young))
    if project is None:
        return None
    known = {**place_of(client), **state}
    live = [name for name in PATCHABLE if getattr(project, name) is not None]
    declared = state.get(DECLARED, live)
    inputs = mirrored(project, known, declared)
    unfinished = state.get("unfinished") or ()
    copy_status = state.get("copy_status")
    outs = outputs(project, known, inputs, copy_status=copy_status, unfinished=unfinished)
    return Live(project.id, {**outs, DECLARED: sorted(declared)}, inputs)


def _asked(client: HqClient, project_id: str, state: Values, *, young: bool) -> Project:
    """Return the project, with its service types only where they are to be watched."""
    declared: Collection[str] = state.get(DECLARED, ())
    if client.connection.watches_service_types(declared=SERVICES in declared):
        return client.projects.get(project_id, new_resource=young)
    listed = {**state, DECLARED: [name for name in declared if name != SERVICES]}
    project = seen(client.projects, project_id, listed, young=young)
    # A list does not tell the service types, so they stay as known even where a GET was asked.
    known = state.get(SERVICES) if "account_id" in state else project.service_types
    return project.model_copy(update={SERVICES: known})
