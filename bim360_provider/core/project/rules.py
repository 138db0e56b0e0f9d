"""Check and diff of a project; no network."""

from collections.abc import Collection
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, Diff, Fields, Inputs, NameChange, State
from bim360_provider.core.field_spec import is_same_text
from bim360_provider.core.settings import (
    Settings,
    add_account_scope,
    check_account_scope,
    find_scope_changes,
    is_create,
)
from bim360_provider.core.validation import Problem, is_unknown, validate_arguments
from bim360_provider.models import Project, ProjectArguments, enums, normalize
from bim360_provider.models.enums import IMPLICIT_SERVICES
from bim360_provider.models.project import (
    CLEARABLE_FIELDS,
    CREATE_ONLY_FIELDS,
    PATCHABLE_FIELDS,
    PROVIDER_ONLY_FIELDS,
)

__all__ = [
    "build_create_body",
    "build_outputs",
    "build_patch_body",
    "check",
    "derive_inputs",
    "diff",
    "diff_fields",
    "is_same_value",
]


def is_same_value(name: str, declared: Any, live: Any) -> bool:
    """Return whether a declared value and HQ's mean the same."""
    if is_unknown(declared):
        return False
    if name == "service_types":
        # HQ leaves them out when a project is created: unknown is not the same as none.
        return live is not None and _select_requested_services(
            declared
        ) == _select_requested_services(live)
    if name == "status" and live == "pending":
        # The first project admin activates a project; until then nothing is left to do.
        return bool(declared == "active")
    if name == "business_unit_id":
        return bool((declared or "") == (live or "").lower())
    return is_same_text(declared, live) if isinstance(declared, str) else bool(declared == live)


def _select_requested_services(services: Collection[str]) -> frozenset[str]:
    return frozenset(services) - IMPLICIT_SERVICES


def diff_fields(live: Fields, inputs: Inputs) -> tuple[str, ...]:
    """Return the names of the given arguments that differ from HQ's values.

    An archived project differs even if no status is declared: a declared project should exist.
    """
    changed = [
        k for k in PATCHABLE_FIELDS if k in inputs and not is_same_value(k, inputs[k], live.get(k))
    ]
    if "status" not in inputs and live.get("status") == "archived":
        changed.append("status")
    return tuple(changed)


def build_create_body(inputs: Inputs) -> dict[str, Any]:
    """Return the body of a POST: the given arguments without status and empty texts."""
    names = [name for name in (*PATCHABLE_FIELDS, *CREATE_ONLY_FIELDS) if name != "status"]
    return {
        name: _encode_value(name, inputs[name], ())
        for name in names
        if name in inputs and inputs[name] != ""
    }


def build_patch_body(live: Fields, inputs: Inputs, wanted: Collection[str]) -> dict[str, Any]:
    """Return the body of a PATCH with the wanted fields."""
    body = {
        name: _encode_value(name, inputs[name], live.get(name) or ())
        for name in PATCHABLE_FIELDS
        if name in wanted and name in inputs
    }
    if "status" in wanted and "status" not in inputs:
        body["status"] = "active"
    return body


def _encode_value(name: str, value: Any, live: Collection[str]) -> Any:
    if name != "service_types":
        return value
    # Keep a service that HQ added by itself: a PATCH may replace the whole list.
    kept = {"admin"} & set(live)
    return ",".join(sorted({*value, *kept}))


FALLBACK_FIELDS: Final = ("service_types", "account_id", "region", "copy_project_job_id")
"""Outputs that keep their known value if a response leaves them out."""

DOCS_URL: Final = "https://docs.b360.autodesk.com/projects/"

DOCS_URL_EU: Final = "https://docs.b360.eu.autodesk.com/projects/"
"""What Autodesk's Data Management API gives as a project's ``webView`` link."""


def build_outputs(
    project: Project,
    known: Fields,
    inputs: Inputs,
    *,
    copy_status: str | None = None,
    unfinished: Collection[str] = (),
) -> State:
    """Return the outputs to save in the state.

    Args:
        project: HQ's response.
        known: Values that some responses leave out: service types, account, region.
        inputs: The normalized arguments.
        copy_status: The status of the template copy.
        unfinished: The arguments that could not be applied yet.
    """
    fallbacks = {name: known[name] for name in FALLBACK_FIELDS if known.get(name)}
    fields = {name: value for name, value in project.get_fields().items() if name != "id"}
    echoed = {k: inputs[k] for k in (*CREATE_ONLY_FIELDS, *PROVIDER_ONLY_FIELDS) if k in inputs}
    return State(
        {
            **fallbacks,
            **fields,
            **echoed,
            "url": f"{DOCS_URL_EU if known.get('region') == 'EMEA' else DOCS_URL}{project.id}",
            "copy_status": copy_status,
            "unfinished": sorted(unfinished),
            DECLARED: sorted(name for name in inputs if name in PATCHABLE_FIELDS),
        }
    )


def derive_inputs(project: Project, state: Fields, declared: Collection[str]) -> Inputs:
    """Return the arguments that would declare the project as it is, as far as they are managed.

    An archived project has its status even if none is declared, so that a refresh shows it
    and the next up reactivates the project.
    """
    live = project.get_fields()
    kept = {k: state[k] for k in (*CREATE_ONLY_FIELDS, *PROVIDER_ONLY_FIELDS) if k in state}
    fields = {
        name: _derive_argument(name, live.get(name))
        for name in PATCHABLE_FIELDS
        if name in declared
    }
    if live.get("status") == "archived":
        fields["status"] = "archived"
    return Inputs({**kept, **{name: value for name, value in fields.items() if value is not None}})


def _derive_argument(name: str, value: Any) -> Any:
    if value is None:
        return "" if name in CLEARABLE_FIELDS else None
    if name == "status" and is_same_value("status", "active", value):
        return "active"
    if name == "service_types":
        return [word for word in value if word not in enums.IMPLICIT_SERVICES]
    return value


CREATE_ONLY_MESSAGE: Final = (
    "applies only when the project is created, and this one exists. Restore the old value, or "
    "leave the argument out"
)

MISSING_TEMPLATE: Final = (
    "has no effect without template_project_id: declare the template, or leave it out"
)

INSIGHT_MESSAGE: Final = "must not name 'insight': HQ adds it by itself"


def check(old: Fields, new: Fields, settings: Settings) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them.

    Arguments that HQ requires for a new project are optional for an existing one: the web
    pages do not require them, and an argument that is not given is not managed.

    Args:
        old: The arguments of the last run; empty when the project is new.
        new: The arguments as written; values may be unknown.
        settings: The account and the region.
    """
    given = add_account_scope(new, settings)
    open_lists = ProjectArguments.OPEN_LISTS if settings.unknown_values else frozenset()
    is_new = is_create(old, given)
    inputs, problems = validate_arguments(
        ProjectArguments, given, open_lists, check_required=is_new
    )
    invalid = {problem.argument for problem in problems}
    known = {k: v for k, v in inputs.items() if k not in invalid and not is_unknown(v)}
    problems += _check_dates(known) or _check_kept_date(old, given, known)
    problems += _check_services(known, open_lists)
    problems += _check_template(known, given) if is_new else _check_create_only(old, known)
    return Inputs(inputs), problems + check_account_scope(given)


def _check_dates(known: Fields) -> list[Problem]:
    start, end = known.get("start_date"), known.get("end_date")
    if start is None or end is None or start < end:
        return []
    return [Problem("end_date", f"must be after start_date, but {end} is not after {start}")]


def _check_kept_date(old: Fields, given: Fields, known: Fields) -> list[Problem]:
    """Compare a changed date with the other date, which is no longer declared and stays at HQ.

    An unchanged date is not sent, so HQ's values may be in any order.
    """
    kept = {name: old.get(name) for name in ("start_date", "end_date") if given.get(name) is None}
    start, end = ({**kept, **known}.get(name) for name in ("start_date", "end_date"))
    if len(kept) != 1 or is_unknown(start) or is_unknown(end) or not (start and end) or start < end:
        return []
    ((name, value),) = kept.items()
    (declared,) = {"start_date", "end_date"} - {name}
    if known[declared] == old.get(declared):
        return []
    order = "before" if name == "end_date" else "after"
    message = f"must be {order} {name}, which is no longer declared and stays {value} at HQ"
    return [Problem(declared, f"{message}; declare both")]


def _check_services(known: Fields, open_lists: frozenset[str]) -> list[Problem]:
    services = known.get("service_types")
    if services is None:
        return []
    if not services:
        return [Problem("service_types", "is empty; leave it out to get all that the account has")]
    return [
        Problem("service_types", message)
        for message in map(_describe_service_error, services)
        if message and ("service_types" not in open_lists or message == INSIGHT_MESSAGE)
    ]


def _describe_service_error(word: str) -> str:
    """Return the problem of a service, or an empty text."""
    if word == "insight":
        return INSIGHT_MESSAGE
    if word in enums.SERVICE_TYPES:
        return ""
    return normalize.describe_unknown_choice(word, enums.SERVICE_TYPES)


def _check_template(known: Fields, given: Fields) -> list[Problem]:
    """Warn about options of the template copy that are given without a template."""
    if given.get("template_project_id") is not None:
        return []
    names = [name for name in ("include_locations", "include_companies") if known.get(name)]
    return [Problem(name, MISSING_TEMPLATE, warning=True) for name in names]


def _check_create_only(old: Fields, known: Fields) -> list[Problem]:
    changed = [
        name for name in CREATE_ONLY_FIELDS if known.get(name) and known[name] != old.get(name)
    ]
    return [Problem(name, CREATE_ONLY_MESSAGE) for name in changed]


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the arguments that are given with the state; send nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The normalized arguments; values may be unknown.
    """
    replaces = find_scope_changes(state, inputs)
    changed = diff_fields(state, inputs)
    if inputs.get("on_destroy", "archive") != state.get("on_destroy", "archive"):
        changed = (*changed, "on_destroy")
    names = NameChange.from_state("project", state, inputs, is_kept=not replaces)
    return Diff((*changed, *replaces), replaces, is_unfinished(state), name_change=names)


def is_unfinished(state: State) -> bool:
    """Return whether an earlier run left a field to set or a copy to wait for."""
    return bool(state.get("unfinished")) or state.get("copy_status") == "running"
