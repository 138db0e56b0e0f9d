"""Delete: archive, because HQ cannot delete a project."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bim360_provider.core.archives import Allowance
from bim360_provider.core.gone import is_gone
from bim360_provider.core.owners import Owners
from bim360_provider.core.young import is_young
from bim360_provider.errors import Bim360Error, HqError, NotFoundError
from bim360_provider.hq import HqClient

__all__ = ["delete"]

Values = Mapping[str, Any]


def delete(
    client: HqClient,
    project_id: str,
    state: Values,
    owners: Owners | None = None,
    allowance: Allowance | None = None,
) -> None:
    """Archive the project: HQ cannot delete one. One that is archived or gone is done with.

    Args:
        client: The account that the project is in.
        project_id: Its id.
        state: The outputs of the last run.
        owners: Know which projects another resource has taken over in this run.
        allowance: How many the run may archive yet; without one there is no limit.

    Raises:
        ArchiveLimitError: The run has archived as many as it may.
        HqError: HQ refused, and the project is not archived.
        UnansweredError: No answer came.
    """
    name = state.get("name")
    if state.get("on_destroy") == "retain":
        client.transport.tell(f"BIM 360: project '{name}' is left as it is (retain).")
        return
    if owners and owners.was_taken(project_id):
        words = f"project '{name}' ({project_id}) has a new resource now"
        client.transport.tell(f"BIM 360: {words}; it is not archived.", warning=True)
        return
    if state.get("status") == "archived" or not allowance:
        allowance = Allowance()
    try:
        with allowance.one(f"'{name}' ({project_id})"):
            _archive(client, project_id, state)
    except NotFoundError as error:
        if not is_gone(client, error):
            raise


def _archive(client: HqClient, project_id: str, state: Values) -> None:
    """Send the PATCH; one that is refused may have been archived by an earlier one, unanswered."""
    try:
        young = is_young(client, state)
        client.projects.update(project_id, {"status": "archived"}, new_resource=young)
    except NotFoundError:
        raise
    except HqError as error:
        refused = HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        if not (refused and _is_archived(client, project_id)):
            raise


def _is_archived(client: HqClient, project_id: str) -> bool:
    try:
        return client.projects.get(project_id).status == "archived"
    except Bim360Error:
        return False
