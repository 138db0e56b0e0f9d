"""Read: the admin as HQ has them now, for a refresh or a look-up by id."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bim360_provider.core.entity import Live
from bim360_provider.core.place import place_of
from bim360_provider.core.project_admin.outputs import outputs
from bim360_provider.core.project_admin.services import ADMINISTRATION, has_service
from bim360_provider.core.project_member.joining import seen
from bim360_provider.core.project_member.outputs import split_id
from bim360_provider.core.project_member.read import find_user
from bim360_provider.errors import NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models.project_admin import CREATE_ONLY, PROVIDER_ONLY
from bim360_provider.models.project_user import ProjectUser
from bim360_provider.models.service_access import NO_ACCESS

__all__ = ["read"]

Values = Mapping[str, Any]


def read(client: HqClient, entity_id: str, state: Values) -> Live | None:
    """Return the admin as HQ has them, or None if they, their service or the project are gone.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    refreshing = "account_id" in state
    project_id, user_id, service_type = split_id(entity_id)
    user = find_user(client, project_id, user_id, refreshing=refreshing)
    if user is None or _lost(client, project_id, user, service_type, refreshing=refreshing):
        return None
    admin = seen(user)
    known = {"service_type": service_type, "company_id": admin["company_id"]}
    kept = {**place_of(client), **known, **state}
    names = (*CREATE_ONLY, *PROVIDER_ONLY)
    inputs = {
        **{name: kept[name] for name in names if kept.get(name)},
        "project_id": project_id,
        "email": admin["email"],
    }
    return Live(entity_id, outputs(project_id, admin, inputs), inputs)


def _lost(
    client: HqClient, project_id: str, user: ProjectUser, service: str, *, refreshing: bool
) -> bool:
    """Return whether a refresh finds that a member no longer has a service.

    Raises:
        NotFoundError: A look-up by id finds the same.
    """
    shown = user.is_admin if service == ADMINISTRATION else user.access_to(service) != NO_ACCESS
    if shown or has_service(client, project_id, user, service) is not False:
        return False
    if refreshing:
        return True
    words = f"{user.email} does not have the service {service} in project {project_id}"
    path = f"GET /bim360/admin/v1/projects/{project_id}/users/{user.id}"
    msg = f"BIM 360: {words}. Check the id."
    raise NotFoundError(msg, status=HTTPStatus.NOT_FOUND, words=words, request=path)
