"""The admin of a project, who activates one of its services: all six operations."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar

from bim360_provider.core.create_once import create_once
from bim360_provider.core.entity import Diff, Fields, Inputs, ReadResult, State
from bim360_provider.core.field_spec import FieldSpec
from bim360_provider.core.project_member.importer import build_member
from bim360_provider.core.project_member.lifecycle import delete, find_user
from bim360_provider.core.project_member.rules import (
    build_member_id,
    check_acting_user,
    split_id,
)
from bim360_provider.core.run import Run
from bim360_provider.core.settings import Settings, add_account_scope, check_account_scope
from bim360_provider.core.validation import Problem, validate_arguments
from bim360_provider.errors import ConflictError, HqError, NotFoundError
from bim360_provider.models.project_admin import ProjectAdminArguments
from bim360_provider.models.project_user import ImportRow, ProjectUser
from bim360_provider.models.services import NO_ACCESS

__all__ = [
    "ADMIN_SERVICE",
    "build_outputs",
    "check",
    "create",
    "delete",
    "diff",
    "has_service",
    "read",
    "retry_until_visible",
    "update",
]

FIELD_SPEC: Final = FieldSpec(ProjectAdminArguments, ImportRow, default_policy="retain")

ADMIN_SERVICE: Final = "admin"
"""The service of which every admin of a project is an administrator."""

LOOKUP_REFUSAL_STATUSES: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
"""How bim360/admin refuses to show the services of a user."""

RETRY_DELAYS: Final = (2.0, 4.0, 8.0, 8.0, 8.0)
"""Seconds before each further attempt on a project that HQ may show late: half a minute in all."""

Result = TypeVar("Result")


def has_service(run: Run, project_id: str, user: ProjectUser, service: str) -> bool | None:
    """Return whether a member has a service in a project, None where HQ does not show it.

    What was read of the member often shows it; if it does not, bim360/admin is sent one request.

    Raises:
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    if service == ADMIN_SERVICE:
        return user.is_admin
    access = user.get_access(service)
    if access in (None, NO_ACCESS):
        access = _fetch_services(run, project_id, user).get_access(service) or access
    return None if access is None else access != NO_ACCESS


def _fetch_services(run: Run, project_id: str, user: ProjectUser) -> ProjectUser:
    try:
        return run.hq.project_users.get_with_services(project_id, user.id)
    except HqError as error:
        if error.status not in LOOKUP_REFUSAL_STATUSES:
            raise
        return user


def retry_until_visible(
    run: Run, project_id: str, service: str, send: Callable[[], Result]
) -> Result:
    """Send a request about a service of a project, again while HQ may not show the project yet.

    HQ says "this project doesn't exist." of a project that it does not show yet, and of one that
    lacks the service: https://stackoverflow.com/questions/51520301. Reading the project
    distinguishes them.

    Raises:
        NotFoundError: The project lacks the service, or did not appear; the message says which.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    delays = iter(RETRY_DELAYS)
    while True:
        try:
            return send()
        except NotFoundError as error:
            why, is_final = _explain_not_found(run, project_id, service, error)
            delay = None if is_final else next(delays, None)
            if delay is None:
                raise _add_reason(error, why) from None
        run.sleep(delay, f"project {project_id} cannot be found yet")


def _explain_not_found(
    run: Run, project_id: str, service: str, error: NotFoundError
) -> tuple[str, bool]:
    """Return why HQ cannot find the project, and whether waiting cannot help."""
    if "account" in error.hq_message.casefold():
        return "", True
    try:
        project = run.hq.projects.get(project_id)
    except NotFoundError:
        return "If the project was created a moment ago, run `pulumi up` again.", False
    services = project.service_types
    if services and service not in services:
        has_it = ", ".join(sorted(services))
        why = f"The project exists, but has no service {service}; it has {has_it}."
        return f"{why} Add {service} to the project's service_types.", True
    return "The project exists; run `pulumi up` again in a few minutes.", False


def _add_reason(error: NotFoundError, why: str) -> NotFoundError:
    message = f"{error} {why}".strip()
    return NotFoundError(
        message, status=error.status, hq_message=error.hq_message, request=error.request
    )


def build_outputs(project_id: str, admin: Fields, inputs: Inputs) -> State:
    """Return what goes into the state: the arguments, and the admin as HQ has them."""
    is_admin = admin.get("project_administration") == "admin"
    return State(
        {
            **inputs,
            "project_id": project_id,
            "email": admin["email"],
            "user_id": admin["user_id"],
            "role": "project_admin" if is_admin else "project_user",
            "status": admin.get("status"),
            "declared": [],
        }
    )


CREATE_ONLY_MESSAGES: Final = {
    "service_type": (
        "applies only when the admin is added, and HQ has no request that changes it; restore the "
        "old value, and declare another Bim360ProjectAdmin to activate another service"
    ),
    "company_id": (
        "applies only when the admin is added, and HQ has no request that changes it; restore the "
        "old value, and declare a Bim360ProjectMember to change the company in the project"
    ),
}


def check(old: Fields, new: Fields, settings: Settings) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them.

    Args:
        old: The arguments of the last run; empty when the admin is new.
        new: The arguments as written; values may be unknown.
        settings: The account and the region, and the acting user for a removal.
    """
    given = add_account_scope(new, settings)
    open_lists = frozenset({"service_type"}) if settings.unknown_values else frozenset[str]()
    inputs, problems = validate_arguments(ProjectAdminArguments, given, open_lists)
    problems += _check_create_only(old, inputs) + check_account_scope(given)
    return Inputs(inputs), problems + (
        check_acting_user(settings) if given.get("on_destroy") == "remove" else []
    )


def _check_create_only(old: Fields, inputs: Fields) -> list[Problem]:
    if "email" not in old or FIELD_SPEC.find_replacing_changes(old, inputs):
        return []
    late = FIELD_SPEC.find_create_only_changes(old, inputs)
    return [Problem(name, CREATE_ONLY_MESSAGES[name]) for name in late]


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the arguments with the state: another project or user is a replacement."""
    return FIELD_SPEC.diff(state, inputs)


def read(run: Run, entity_id: str, state: State) -> ReadResult | None:
    """Return the admin as HQ has them, or None if they lost their service or left.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    refreshing = "account_id" in state
    project_id, user_id, service_type = split_id(entity_id)
    user = find_user(run, project_id, user_id, is_refresh=refreshing)
    if user is None or _has_lost_service(
        run, project_id, user, service_type, is_refresh=refreshing
    ):
        return None
    admin = build_member(user)
    live = {"project_id": project_id, "email": admin["email"]}
    known = {"service_type": service_type, "company_id": admin["company_id"]}
    kept = {**run.account_scope, **known, **state}
    inputs = FIELD_SPEC.derive_inputs(live, kept, ProjectAdminArguments.model_fields)
    return ReadResult(entity_id, build_outputs(project_id, admin, inputs), inputs)


def _has_lost_service(
    run: Run, project_id: str, user: ProjectUser, service: str, *, is_refresh: bool
) -> bool:
    """Return whether a refresh finds that a member no longer has a service.

    Raises:
        NotFoundError: A look-up by id finds the same.
    """
    shown = user.is_admin if service == ADMIN_SERVICE else user.get_access(service) != NO_ACCESS
    if shown or has_service(run, project_id, user, service) is not False:
        return False
    if is_refresh:
        return True
    detail = f"{user.email} does not have the service {service} in project {project_id}"
    path = f"GET /bim360/admin/v1/projects/{project_id}/users/{user.id}"
    msg = f"BIM 360: {detail}. Check the id."
    raise NotFoundError(msg, status=HTTPStatus.NOT_FOUND, hq_message=detail, request=path)


EXISTING_ADMIN_STATUSES: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""Statuses with which HQ may refuse a user who has the service already; none is documented."""


def create(run: Run, inputs: Inputs) -> tuple[str, State]:
    """Activate a service by adding an admin to a project, or adopt an admin who has it already.

    Args:
        run: The engine run.
        inputs: The normalized arguments.

    Raises:
        ConflictError: The user is in the project already and is not an admin.
        HqError: HQ refused the request, and the user does not have the service.
        UnansweredError: HQ could not be reached to check whether it acted; the next run checks.
    """
    project_id = inputs["project_id"]
    try:
        admin = _add_admin(run, project_id, inputs)
    except HqError as error:
        if error.status not in EXISTING_ADMIN_STATUSES:
            raise
        admin = _adopt_admin(run, project_id, inputs, error)
    run.ownership.mark_adopted(build_member_id(project_id, admin["user_id"]))
    entity_id = f"{build_member_id(project_id, admin['user_id'])}:{inputs['service_type']}"
    return entity_id, build_outputs(project_id, admin, inputs)


def _add_admin(run: Run, project_id: str, inputs: Inputs) -> dict[str, Any]:
    email, service = inputs["email"], inputs["service_type"]
    named = {name: inputs[name] for name in ("service_type", "company_id", "email")}
    body = {**named, "role": "project_admin"}

    def send() -> ImportRow:
        return run.hq.project_users.add_admin(project_id, body)

    def post() -> dict[str, Any]:
        row = retry_until_visible(run, project_id, service, send)
        if row.row_user_id is None:  # a response without an id: the admin was added nevertheless
            user = run.hq.project_users.search_by_email(project_id, email)
            return {"email": email, "user_id": email} if user is None else build_member(user)
        return {"email": email, "user_id": row.row_user_id, "project_administration": "admin"}

    def find_created(_since: object) -> dict[str, Any] | None:
        user = run.hq.project_users.search_by_email(project_id, email)
        if user is None or not user.is_admin:
            return None
        return build_member(user) if has_service(run, project_id, user, service) else None

    return create_once(run, f"{email} ({service})", "project admin", post, find_created)


def _explain_refusal(error: HqError, inputs: Inputs, member: str, *, is_known: bool) -> HqError:
    """Return HQ's refusal, with the services of the user."""
    email, service = inputs["email"], inputs["service_type"]
    found = f"{email} is in the project, but does not have the service {service}."
    if not is_known:
        found = (
            f"HQ does not show whether {email} has the service {service}; if they have it, import "
            f"the resource with the id {member}:{service}."
        )
    kind, msg = type(error), f"{error} {found}"
    return kind(msg, status=error.status, hq_message=error.hq_message, request=error.request)


def _adopt_admin(run: Run, project_id: str, inputs: Inputs, error: HqError) -> dict[str, Any]:
    """Return an admin who has the service already; otherwise raise HQ's refusal."""
    email, service = inputs["email"], inputs["service_type"]
    user = run.hq.project_users.search_by_email(project_id, email)
    if user is None:
        raise error
    has_it = has_service(run, project_id, user, service)
    if not user.is_admin and (has_it or isinstance(error, ConflictError)):
        detail = f"{email} is in project {project_id} already, but is not an admin of it"
        msg = (
            f"BIM 360: {detail}; declare a Bim360ProjectMember with project_administration='admin'."
        )
        raise ConflictError(msg, status=error.status, hq_message=detail, request=error.request)
    if not has_it:
        raise _explain_refusal(
            error, inputs, build_member_id(project_id, user.id), is_known=has_it is not None
        )
    run.info(
        f"BIM 360: {email} has the service {service} in project {project_id} already; "
        "the existing admin was adopted."
    )
    return build_member(user)


def update(run: Run, entity_id: str, state: State, inputs: Inputs) -> State:
    """Save the options of a destroy in the state; send nothing."""
    del run, entity_id
    return State({**state, **inputs, "on_destroy": inputs.get("on_destroy")})
