"""Check and diff of one member of a project; no network."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, Difference
from bim360_provider.core.settings import Settings, moved, placed, unplaced
from bim360_provider.core.validation import Problem, is_unknown, validated
from bim360_provider.hq.api.account_user import NO_ACTING_USER
from bim360_provider.models import normalize
from bim360_provider.models.project_member import MANAGED, PROVIDER_ONLY, ProjectMemberArguments
from bim360_provider.models.project_user import SERVICES

__all__ = [
    "IDENTITY",
    "access_problems",
    "check",
    "diff",
    "differing",
    "import_row",
    "member_id",
    "mirrored",
    "mirrored_fields",
    "moved_to",
    "outputs",
    "patch_body",
    "same",
    "services_warnings",
    "split_id",
    "unacted",
]

Values = Mapping[str, Any]


def member_id(project_id: str, user_id: str) -> str:
    """Return the id of a member: the project's and HQ's id of the user."""
    return f"{project_id}:{user_id}"


def split_id(entity_id: str) -> tuple[str, str, str]:
    """Return the project's id, the user's, and what stands behind a third colon."""
    project_id, _, rest = entity_id.partition(":")
    user_id, _, tail = rest.partition(":")
    return normalize.id_or_none(project_id) or project_id, user_id, tail


def outputs(
    project_id: str, member: Values, inputs: Values, unfinished: Collection[str] = ()
) -> dict[str, Any]:
    """Return what goes into the state.

    Args:
        project_id: The project that the member is in.
        member: The member as HQ has them, as far as we know.
        inputs: The arguments in normal form.
        unfinished: Arguments that could not be applied yet.
    """
    echoed = {name: inputs[name] for name in PROVIDER_ONLY if name in inputs}
    return {
        "project_id": project_id,
        **member,
        **echoed,
        "unfinished": sorted(unfinished),
        DECLARED: sorted(name for name in inputs if name in MANAGED),
    }


def mirrored(
    project_id: str, member: Values, state: Values, declared: Collection[str]
) -> dict[str, Any]:
    """Return the arguments that would declare the member as they are, for those managed."""
    kept = {name: state[name] for name in PROVIDER_ONLY if name in state}
    known = {"project_id": project_id, "email": member["email"]}
    return {**kept, **known, **mirrored_fields(member, declared)}


def mirrored_fields(member: Values, declared: Collection[str]) -> dict[str, Any]:
    """Return a member's fields as arguments: no access is written as an empty text."""
    live = {name: member.get(name) for name in MANAGED if name in declared}
    shown = {k: "" if v is None and k in SERVICES else v for k, v in live.items()}
    return {name: value for name, value in shown.items() if value is not None}


def same(name: str, declared: Any, live: Any) -> bool:
    """Return whether a declared value and HQ's mean the same."""
    if is_unknown(declared):
        return False
    if name == "industry_roles":
        return set(declared) == set(live or ())
    if name == "company_id":
        return bool(declared == (live or "").lower())
    return (declared or None) == (live or None)


def differing(live: Values, inputs: Values) -> tuple[str, ...]:
    """Return the given arguments whose value HQ does not have."""
    return tuple(k for k in MANAGED if k in inputs and not same(k, inputs[k], live.get(k)))


def import_row(inputs: Values, role_ids: Sequence[str]) -> dict[str, Any]:
    """Return a row of an import: what was given, and never an empty company."""
    row: dict[str, Any] = {"email": inputs["email"], "services": _services({}, inputs)}
    if inputs.get("company_id"):
        row["company_id"] = inputs["company_id"]
    if role_ids:
        row["industry_roles"] = list(role_ids)
    return row


def patch_body(
    live: Values, inputs: Values, wanted: Collection[str], role_ids: Sequence[str]
) -> dict[str, Any]:
    """Return the body of a PATCH: the wanted fields; services only if one of them is wanted."""
    body: dict[str, Any] = {}
    if "company_id" in wanted:
        body["company_id"] = inputs["company_id"]
    if "industry_roles" in wanted:
        body["industry_roles"] = list(role_ids)
    if set(SERVICES) & set(wanted):
        body["services"] = _services(live, inputs)
    return body


def services_warnings(called: str, changed: Collection[str]) -> tuple[str, ...]:
    """Return what people should know before access is changed; nothing if none is.

    https://aps.autodesk.com/blog/bim360-hq-patch-project-user
    """
    services = [name for name in SERVICES if name in changed]
    if not services:
        return ()
    words = (
        f"BIM 360: {called}: {' and '.join(services)} changes, and HQ then drops access to all "
        "modules that it cannot name here, such as Cost, Field or Design Collaboration; give it "
        "again in Project Admin."
    )
    return (words,)


def _services(live: Values, inputs: Values) -> dict[str, Any]:
    """Return the access that a member is to have: declared, else what there is."""
    access = {name: inputs.get(name, live.get(name)) for name in SERVICES}
    return {name: {"access_level": level} for name, level in access.items() if level}


NO_ACCESS: Final = (
    "is missing, and so is project_administration: HQ has no member without access to a service; "
    "write document_management='user', or 'admin'"
)


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    Args:
        old: The arguments of the last run; not needed here.
        new: The arguments as written; values may be unknown.
        settings: Give the account, the region and the acting user.
    """
    del old
    given = placed(new, settings)
    inputs, problems = validated(ProjectMemberArguments, given)
    problems += access_problems(given) + unplaced(given) + unacted(settings)
    return inputs, problems


def access_problems(given: Values) -> list[Problem]:
    """Return the problem of a member who is given access to nothing."""
    access = [given.get(service) for service in SERVICES]
    if any(level or is_unknown(level) for level in access):
        return []
    return [Problem("document_management", NO_ACCESS)]


def unacted(settings: Settings) -> list[Problem]:
    """Return the problem of a stack with members and nobody on whose behalf to add them."""
    return [] if settings.acting_user else [Problem("acting_user", NO_ACTING_USER)]


IDENTITY: Final = ("project_id", "email")
"""Another project or another person is another member."""


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change; an argument that is not given is not compared.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = (*moved(state, inputs), *moved_to(state, inputs, IDENTITY))
    changed = differing(state, inputs)
    warnings = () if replaces else services_warnings(_called(state), changed)
    if inputs.get("on_destroy", "retain") != state.get("on_destroy", "retain"):
        changed = (*changed, "on_destroy")
    return Difference((*changed, *replaces), replaces, bool(state.get("unfinished")), warnings)


def _called(state: Values) -> str:
    return f"{state.get('email')} in project {state.get('project_id')}"


def moved_to(state: Values, inputs: Values, identity: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of the arguments that say who it is are others now."""
    return tuple(name for name in identity if name in state and inputs.get(name) != state[name])
