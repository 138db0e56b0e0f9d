"""Check and diff of one member of a project; no network."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from bim360_provider.core.entity import Diff, Fields, Inputs, State
from bim360_provider.core.settings import (
    Settings,
    add_account_scope,
    check_account_scope,
    find_scope_changes,
)
from bim360_provider.core.validation import Problem, is_unknown, validate_arguments
from bim360_provider.hq.api.account_user import MISSING_ACTING_USER_ADVICE
from bim360_provider.models import normalize
from bim360_provider.models.project_member import (
    PATCHABLE_FIELDS,
    PROVIDER_ONLY_FIELDS,
    ProjectMemberArguments,
)
from bim360_provider.models.project_user import MEMBER_SERVICES

__all__ = [
    "IDENTITY_FIELDS",
    "build_import_row",
    "build_member_id",
    "build_outputs",
    "build_patch_body",
    "build_services_warnings",
    "check",
    "check_access",
    "check_acting_user",
    "derive_fields",
    "derive_inputs",
    "diff",
    "diff_fields",
    "find_identity_changes",
    "is_same_value",
    "split_id",
]


def build_member_id(project_id: str, user_id: str) -> str:
    """Return the id of a member: the project's and HQ's id of the user."""
    return f"{project_id}:{user_id}"


def split_id(entity_id: str) -> tuple[str, str, str]:
    """Return the ids of the project and the user, and the text after a second colon."""
    project_id, _, rest = entity_id.partition(":")
    user_id, _, tail = rest.partition(":")
    return normalize.parse_id_or_none(project_id) or project_id, user_id, tail


def build_outputs(
    project_id: str, member: Fields, inputs: Inputs, unfinished: Collection[str] = ()
) -> State:
    """Return the outputs to save in the state.

    Args:
        project_id: The project that the member is in.
        member: The member as HQ has them, as far as known.
        inputs: The normalized arguments.
        unfinished: The arguments that could not be applied yet.
    """
    echoed = {name: inputs[name] for name in PROVIDER_ONLY_FIELDS if name in inputs}
    return State(
        {
            "project_id": project_id,
            **member,
            **echoed,
            "unfinished": sorted(unfinished),
            "declared": sorted(name for name in inputs if name in PATCHABLE_FIELDS),
        }
    )


def derive_inputs(
    project_id: str, member: Fields, state: Fields, declared: Collection[str]
) -> Inputs:
    """Return the arguments that would declare the member as they are, for those managed."""
    kept = {name: state[name] for name in PROVIDER_ONLY_FIELDS if name in state}
    known = {"project_id": project_id, "email": member["email"]}
    return Inputs({**kept, **known, **derive_fields(member, declared)})


def derive_fields(member: Fields, declared: Collection[str]) -> dict[str, Any]:
    """Return a member's fields as arguments; no access is an empty text."""
    live = {name: member.get(name) for name in PATCHABLE_FIELDS if name in declared}
    shown = {k: "" if v is None and k in MEMBER_SERVICES else v for k, v in live.items()}
    return {name: value for name, value in shown.items() if value is not None}


def is_same_value(name: str, declared: Any, live: Any) -> bool:
    """Return whether a declared value and HQ's mean the same."""
    if is_unknown(declared):
        return False
    if name == "industry_roles":
        return set(declared) == set(live or ())
    if name == "company_id":
        return bool(declared == (live or "").lower())
    return (declared or None) == (live or None)


def diff_fields(live: Fields, inputs: Inputs) -> tuple[str, ...]:
    """Return the names of the given arguments that differ from HQ's values."""
    return tuple(
        k for k in PATCHABLE_FIELDS if k in inputs and not is_same_value(k, inputs[k], live.get(k))
    )


def build_import_row(inputs: Inputs, role_ids: Sequence[str]) -> dict[str, Any]:
    """Return a row of an import: the given arguments without an empty company."""
    row: dict[str, Any] = {"email": inputs["email"], "services": _build_services({}, inputs)}
    if inputs.get("company_id"):
        row["company_id"] = inputs["company_id"]
    if role_ids:
        row["industry_roles"] = list(role_ids)
    return row


def build_patch_body(
    live: Fields, inputs: Inputs, wanted: Collection[str], role_ids: Sequence[str]
) -> dict[str, Any]:
    """Return the body of a PATCH: the wanted fields; services only if one of them is wanted."""
    body: dict[str, Any] = {}
    if "company_id" in wanted:
        body["company_id"] = inputs["company_id"]
    if "industry_roles" in wanted:
        body["industry_roles"] = list(role_ids)
    if set(MEMBER_SERVICES) & set(wanted):
        body["services"] = _build_services(live, inputs)
    return body


def build_services_warnings(label: str, changed: Collection[str]) -> tuple[str, ...]:
    """Return the warning before a change of access; nothing if access does not change.

    https://aps.autodesk.com/blog/bim360-hq-patch-project-user
    """
    services = [name for name in MEMBER_SERVICES if name in changed]
    if not services:
        return ()
    message = (
        f"BIM 360: {label}: {' and '.join(services)} changes, and HQ then drops access to all "
        "modules that it cannot name here, such as Cost, Field or Design Collaboration; give it "
        "again in Project Admin."
    )
    return (message,)


def _build_services(live: Fields, inputs: Inputs) -> dict[str, Any]:
    """Return the declared access of a member, otherwise the existing one."""
    access = {name: inputs.get(name, live.get(name)) for name in MEMBER_SERVICES}
    return {name: {"access_level": level} for name, level in access.items() if level}


MISSING_ACCESS: Final = (
    "is missing, and so is project_administration: HQ has no member without access to a service; "
    "write document_management='user', or 'admin'"
)


def check(old: Fields, new: Fields, settings: Settings) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them.

    Args:
        old: The arguments of the last run; not needed here.
        new: The arguments as written; values may be unknown.
        settings: The account, the region and the acting user.
    """
    del old
    given = add_account_scope(new, settings)
    inputs, problems = validate_arguments(ProjectMemberArguments, given)
    problems += check_access(given) + check_account_scope(given) + check_acting_user(settings)
    return Inputs(inputs), problems


def check_access(given: Fields) -> list[Problem]:
    """Return the problem of a member without access to any service."""
    access = [given.get(service) for service in MEMBER_SERVICES]
    if any(level or is_unknown(level) for level in access):
        return []
    return [Problem("document_management", MISSING_ACCESS)]


def check_acting_user(settings: Settings) -> list[Problem]:
    """Return the problem of a stack with members but without an acting user."""
    return [] if settings.acting_user else [Problem("acting_user", MISSING_ACTING_USER_ADVICE)]


IDENTITY_FIELDS: Final = ("project_id", "email")
"""Arguments that identify a member."""


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the arguments that are given with the state; send nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The normalized arguments; values may be unknown.
    """
    replaces = (
        *find_scope_changes(state, inputs),
        *find_identity_changes(state, inputs, IDENTITY_FIELDS),
    )
    changed = diff_fields(state, inputs)
    warnings = () if replaces else build_services_warnings(_format_label(state), changed)
    if inputs.get("on_destroy", "retain") != state.get("on_destroy", "retain"):
        changed = (*changed, "on_destroy")
    return Diff((*changed, *replaces), replaces, bool(state.get("unfinished")), warnings)


def _format_label(state: State) -> str:
    return f"{state.get('email')} in project {state.get('project_id')}"


def find_identity_changes(
    state: Fields, inputs: Fields, identity: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the identifying arguments that have changed."""
    return tuple(name for name in identity if name in state and inputs.get(name) != state[name])
