"""Create: an admin added for one service, or one adopted who has it already."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.once import made_once
from bim360_provider.core.owners import Owners
from bim360_provider.core.project_admin.outputs import outputs
from bim360_provider.core.project_admin.services import has_service, once_visible
from bim360_provider.core.project_member.joining import seen
from bim360_provider.core.project_member.outputs import member_id
from bim360_provider.core.settings import Settings
from bim360_provider.errors import ConflictError, HqError
from bim360_provider.hq import HqClient
from bim360_provider.models.project_user import ImportRow

__all__ = ["create"]

Values = Mapping[str, Any]

MAY_BE_THERE: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""Statuses with which HQ may refuse a user who has the service already; none is documented."""


def create(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Activate a service by adding an admin to a project, or adopt an admin who has it already.

    Args:
        client: The account that the project is in.
        inputs: The arguments in normal form.
        settings: Not needed here.
        owners: Record who has a resource in this run, so that no other resource removes them.

    Raises:
        ConflictError: The person is in the project already, and not an admin of it.
        HqError: HQ refused it, and the person does not have the service.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    del settings
    project_id = inputs["project_id"]
    try:
        admin = _added(client, project_id, inputs)
    except HqError as error:
        if error.status not in MAY_BE_THERE:
            raise
        admin = _adopted(client, project_id, inputs, error)
    (owners or Owners()).takes(member_id(project_id, admin["user_id"]))
    entity_id = f"{member_id(project_id, admin['user_id'])}:{inputs['service_type']}"
    return entity_id, outputs(project_id, admin, inputs)


def _added(client: HqClient, project_id: str, inputs: Values) -> dict[str, Any]:
    email, service = inputs["email"], inputs["service_type"]
    named = {name: inputs[name] for name in ("service_type", "company_id", "email")}
    body = {**named, "role": "project_admin"}

    def send() -> ImportRow:
        return client.project_users.add_admin(project_id, body)

    def post() -> dict[str, Any]:
        row = once_visible(client, project_id, service, send)
        if row.user is None:  # a response without an id: the admin was added nevertheless
            user = client.project_users.with_email(project_id, email)
            return {"email": email, "user_id": email} if user is None else seen(user)
        return {"email": email, "user_id": row.user, "project_administration": "admin"}

    def there(_since: object) -> dict[str, Any] | None:
        user = client.project_users.with_email(project_id, email)
        if user is None or not user.is_admin:
            return None
        return seen(user) if has_service(client, project_id, user, service) else None

    return made_once(client, f"{email} ({service})", "project admin", post, there)


def _refused(error: HqError, inputs: Values, member: str, *, is_known: bool) -> HqError:
    """Return HQ's refusal, with what was found out about the person."""
    email, service = inputs["email"], inputs["service_type"]
    found = f"{email} is in the project, but does not have the service {service}."
    if not is_known:
        found = (
            f"HQ does not show whether {email} has the service {service}; if they have it, import "
            f"the resource with the id {member}:{service}."
        )
    kind, msg = type(error), f"{error} {found}"
    return kind(msg, status=error.status, words=error.words, request=error.request)


def _adopted(client: HqClient, project_id: str, inputs: Values, error: HqError) -> dict[str, Any]:
    """Return an admin who has the service already; otherwise HQ's refusal stands."""
    email, service = inputs["email"], inputs["service_type"]
    user = client.project_users.with_email(project_id, email)
    if user is None:
        raise error
    has = has_service(client, project_id, user, service)
    if not user.is_admin and (has or isinstance(error, ConflictError)):
        words = f"{email} is in project {project_id} already, but is not an admin of it"
        msg = (
            f"BIM 360: {words}; declare a Bim360ProjectMember with project_administration='admin'."
        )
        raise ConflictError(msg, status=error.status, words=words, request=error.request)
    if not has:
        raise _refused(error, inputs, member_id(project_id, user.id), is_known=has is not None)
    client.transport.tell(
        f"BIM 360: {email} has the service {service} in project {project_id} already; "
        "the existing admin was adopted."
    )
    return seen(user)
