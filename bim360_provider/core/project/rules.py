"""Check and diff of a project; no network."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from bim360_provider.core.entity import Diff, Fields, Inputs, NameChange, State
from bim360_provider.core.field_spec import STATUS_RULE, FieldRule, FieldSpec, is_same_id
from bim360_provider.core.settings import (
    ACCOUNT_SCOPE,
    Settings,
    add_account_scope,
    check_account_scope,
    is_create,
)
from bim360_provider.core.validation import Problem, is_unknown, validate_arguments
from bim360_provider.models import Project, ProjectArguments, enums, normalize
from bim360_provider.models.enums import IMPLICIT_SERVICES

__all__ = ["FIELD_SPEC", "check", "diff"]


def _is_same_services(declared: Collection[str], live: Collection[str] | None) -> bool:
    # HQ leaves them out when a project is created: unknown is not the same as none.
    return live is not None and _select_services(declared) == _select_services(live)


def _select_services(services: Collection[str]) -> list[str]:
    return sorted({*services} - IMPLICIT_SERVICES)


def _encode_services(declared: Collection[str], live: Collection[str] | None) -> str:
    # Keep a service that HQ added by itself: a PATCH may replace the whole list.
    return ",".join(sorted({*declared, *({"admin"} & {*(live or ())})}))


def _decode_services(live: Collection[str]) -> list[str]:
    return [word for word in live if word not in IMPLICIT_SERVICES]


FIELD_SPEC: Final = FieldSpec(
    ProjectArguments,
    Project,
    rules={
        "service_types": FieldRule(_is_same_services, _encode_services, _decode_services),
        "status": STATUS_RULE,
        "business_unit_id": FieldRule(is_same_id),
    },
    removed_status="archived",
    default_policy="archive",
    fallback_outputs=(*ACCOUNT_SCOPE, "service_types", "copy_project_job_id"),
)

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
    late = () if is_new else FIELD_SPEC.find_create_only_changes(old, known)
    problems += [Problem(name, CREATE_ONLY_MESSAGE) for name in late]
    problems += _check_template(known, given) if is_new else []
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


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the arguments that are given with the state; send nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The normalized arguments; values may be unknown.
    """
    found = FIELD_SPEC.diff(state, inputs)
    names = NameChange.from_state("project", state, inputs, is_kept=not found.replaces)
    is_unfinished = found.is_unfinished or state.get("copy_status") == "running"
    return replace(found, is_unfinished=is_unfinished, name_change=names)
