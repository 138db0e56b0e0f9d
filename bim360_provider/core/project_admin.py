"""An admin of a project: added once, which activates a service and so the project.

The policies are in docs/members.md.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.arguments import Problem, is_unknown, validated
from bim360_provider.core.entity import DECLARED, Difference, Live
from bim360_provider.core.once import made_once
from bim360_provider.core.owners import Owners
from bim360_provider.core.place import moved, place_of, placed, unplaced
from bim360_provider.core.project_member.check import unacted
from bim360_provider.core.project_member.delete import delete
from bim360_provider.core.project_member.diff import IDENTITY, moved_to
from bim360_provider.core.project_member.joining import seen
from bim360_provider.core.project_member.outputs import member_id, split_id
from bim360_provider.core.project_member.read import looked_up
from bim360_provider.core.settings import Settings
from bim360_provider.errors import ConflictError, HqError
from bim360_provider.hq import HqClient
from bim360_provider.models.project_admin import CREATE_ONLY, PROVIDER_ONLY, ProjectAdminArguments

__all__ = ["check", "create", "delete", "diff", "read", "update"]

Values = Mapping[str, Any]

TOO_LATE: Final = (
    "acts only when the admin is added, and this one is there: HQ has no request that changes it. "
    "Put the old value back; for more, declare a Bim360ProjectMember or the project's service_types"
)

MAY_BE_THERE: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""HQ refuses somebody who is in the project already; nobody says with which of these."""


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    Args:
        old: The arguments of the last run; empty when the admin is new.
        new: The arguments as written; values may be unknown.
        settings: Give the account and the region, and the acting user for a removal.
    """
    given = placed(new, settings)
    open_lists = frozenset({"service_type"}) if settings.unknown_values else frozenset[str]()
    inputs, problems = validated(ProjectAdminArguments, given, open_lists)
    problems += _too_late(old, inputs) + unplaced(given)
    return inputs, problems + (unacted(settings) if given.get("on_destroy") == "remove" else [])


def _too_late(old: Values, inputs: Values) -> list[Problem]:
    if "email" not in old or moved(old, inputs) or moved_to(old, inputs, IDENTITY):
        return []
    known = {name for name in CREATE_ONLY if name in inputs and not is_unknown(inputs[name])}
    late = [name for name in CREATE_ONLY if name in known and inputs[name] != old.get(name)]
    return [Problem(name, TOO_LATE) for name in late]


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change: another project or person replaces, nothing else can."""
    replaces = (*moved(state, inputs), *moved_to(state, inputs, IDENTITY))
    kept = inputs.get("on_destroy", "retain") == state.get("on_destroy", "retain")
    return Difference((*replaces, *(() if kept else ("on_destroy",))), replaces)


def create(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Add an admin to a project, or take over who is one already.

    Args:
        client: The account that the project is in.
        inputs: The arguments in normal form.
        settings: Not needed here.
        owners: Are told whom this run has taken over.

    Raises:
        ConflictError: The person is in the project already, and no admin of it.
        HqError: HQ refused it.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    del settings
    project_id, email = inputs["project_id"], inputs["email"]
    try:
        admin = _added(client, project_id, inputs)
    except HqError as error:
        if error.status not in MAY_BE_THERE:
            raise
        admin = _taken(client, project_id, email, error)
        (owners or Owners()).takes(member_id(project_id, admin["user_id"]))
    entity_id = f"{member_id(project_id, admin['user_id'])}:{inputs['service_type']}"
    return entity_id, _outputs(project_id, admin, inputs)


def _added(client: HqClient, project_id: str, inputs: Values) -> dict[str, Any]:
    email = inputs["email"]
    named = {name: inputs[name] for name in ("service_type", "company_id", "email")}

    def post() -> dict[str, Any]:
        row = client.project_users.add_admin(project_id, {**named, "role": "project_admin"})
        if row.user is None:  # an answer without an id: the admin is there all the same
            return there(None) or {"email": email, "user_id": email}
        return {"email": email, "user_id": row.user, "project_administration": "admin"}

    def there(_since: object) -> dict[str, Any] | None:
        user = client.project_users.with_email(project_id, email)
        return seen(user) if user is not None and user.is_admin else None

    return made_once(client, email, "project admin", post, there)


def _taken(client: HqClient, project_id: str, email: str, error: HqError) -> dict[str, Any]:
    user = client.project_users.with_email(project_id, email)
    if user is None:
        raise error
    if not user.is_admin:
        words = f"{email} is in project {project_id} already, and no admin of it"
        msg = (
            f"BIM 360: {words}; declare a Bim360ProjectMember with project_administration='admin'."
        )
        raise ConflictError(msg, status=error.status, words=words, request=error.request)
    words = f"{email} was an admin of project {project_id} and is taken over"
    client.transport.tell(f"BIM 360: {words}; to activate more, name it in service_types.")
    return seen(user)


def read(client: HqClient, entity_id: str, state: Values) -> Live | None:
    """Return the admin as HQ has them, or None if they or their project are gone.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    refreshing = "account_id" in state
    project_id, user_id, service_type = split_id(entity_id)
    admin = looked_up(client, project_id, user_id, refreshing=refreshing)
    if admin is None:
        return None
    known = {"service_type": service_type, "company_id": admin["company_id"]}
    kept = {**place_of(client), **known, **state}
    names = (*CREATE_ONLY, *PROVIDER_ONLY)
    inputs = {
        **{name: kept[name] for name in names if kept.get(name)},
        "project_id": project_id,
        "email": admin["email"],
    }
    return Live(entity_id, _outputs(project_id, admin, inputs), inputs)


def update(client: HqClient, entity_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Keep what a destroy has to know; HQ has nothing to change."""
    del client, entity_id
    return {**state, **inputs, "on_destroy": inputs.get("on_destroy")}


def _outputs(project_id: str, admin: Values, inputs: Values) -> dict[str, Any]:
    is_admin = admin.get("project_administration") == "admin"
    return {
        **inputs,
        "project_id": project_id,
        "email": admin["email"],
        "user_id": admin["user_id"],
        "role": "project_admin" if is_admin else "project_user",
        "status": admin.get("status"),
        DECLARED: [],
    }
