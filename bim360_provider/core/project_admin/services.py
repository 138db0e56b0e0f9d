"""Whether a person has a service in a project, and why HQ says that there is no such project."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeVar

from bim360_provider.errors import HqError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models.project_user import ProjectUser
from bim360_provider.models.service_access import NO_ACCESS

__all__ = ["ADMINISTRATION", "has_service", "once_visible"]

ADMINISTRATION: Final = "admin"
"""The service of which every admin of a project is an administrator."""

NOT_SHOWN: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
"""How bim360/admin refuses to show the services of a user."""

WAITS: Final = (2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds before each further attempt on a project that HQ may show late: half a minute in all."""

Result = TypeVar("Result")


def has_service(client: HqClient, project_id: str, user: ProjectUser, service: str) -> bool | None:
    """Return whether a member has a service in a project, None where HQ does not show it.

    What was read of the member often shows it; if it does not, bim360/admin is sent one request.

    Raises:
        HqError: HQ refused the request.
        UnansweredError: No response came.
    """
    if service == ADMINISTRATION:
        return user.is_admin
    access = user.access_to(service)
    if access in (None, NO_ACCESS):
        access = _shown_services(client, project_id, user).access_to(service) or access
    return None if access is None else access != NO_ACCESS


def _shown_services(client: HqClient, project_id: str, user: ProjectUser) -> ProjectUser:
    try:
        return client.project_users.with_services(project_id, user.id)
    except HqError as error:
        if error.status not in NOT_SHOWN:
            raise
        return user


def once_visible(
    client: HqClient, project_id: str, service: str, send: Callable[[], Result]
) -> Result:
    """Send a request about a service of a project, again while HQ may not show the project yet.

    HQ says "this project doesn't exist." of a project that it does not show yet, and of one that
    lacks the service: https://stackoverflow.com/questions/51520301. Reading the project tells the
    two apart.

    Raises:
        NotFoundError: The project lacks the service, or did not appear; the message says which.
        HqError: HQ refused the request.
        UnansweredError: No response came.
    """
    waits = iter(WAITS)
    while True:
        try:
            return send()
        except NotFoundError as error:
            why, is_final = _reason(client, project_id, service, error)
            pause = None if is_final else next(waits, None)
            if pause is None:
                raise _explained(error, why) from None
        client.transport.wait(pause, f"project {project_id} cannot be found yet")


def _reason(
    client: HqClient, project_id: str, service: str, error: NotFoundError
) -> tuple[str, bool]:
    """Return why HQ cannot find the project, and whether waiting cannot help."""
    if "account" in error.words.casefold():
        return "", True
    try:
        project = client.projects.get(project_id)
    except NotFoundError:
        return "If the project was created a moment ago, run `pulumi up` again.", False
    services = project.service_types
    if services and service not in services:
        has = ", ".join(sorted(services))
        why = f"The project exists, but has no service {service}; it has {has}."
        return f"{why} Add {service} to the project's service_types.", True
    return "The project exists; run `pulumi up` again in a few minutes.", False


def _explained(error: NotFoundError, why: str) -> NotFoundError:
    message = f"{error} {why}".strip()
    return NotFoundError(message, status=error.status, words=error.words, request=error.request)
