"""Check and diff of a project; no network."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, Difference, Names
from bim360_provider.core.field_spec import same_text
from bim360_provider.core.settings import Settings, is_to_be_made, moved, placed, unplaced
from bim360_provider.core.validation import Problem, is_unknown, validated
from bim360_provider.models import Project, ProjectArguments, enums, normalize
from bim360_provider.models.enums import UNASKED_SERVICES
from bim360_provider.models.project import CLEARABLE, CREATE_ONLY, PATCHABLE, PROVIDER_ONLY

__all__ = ["check", "create_body", "diff", "differing", "mirrored", "outputs", "patch_body", "same"]

Values = Mapping[str, Any]


def same(name: str, declared: Any, live: Any) -> bool:
    """Return whether a declared value and HQ's mean the same."""
    if is_unknown(declared):
        return False
    if name == "service_types":
        # HQ does not tell them when a project is made: not known yet is not none.
        return live is not None and _asked(declared) == _asked(live)
    if name == "status" and live == "pending":
        # Only the first project admin makes a project active; until then nothing is left to do.
        return bool(declared == "active")
    if name == "business_unit_id":
        return bool((declared or "") == (live or "").lower())
    return same_text(declared, live) if isinstance(declared, str) else bool(declared == live)


def _asked(services: Collection[str]) -> frozenset[str]:
    return frozenset(services) - UNASKED_SERVICES


def differing(live: Values, inputs: Values) -> tuple[str, ...]:
    """Return the given arguments whose value HQ does not have.

    A project that somebody archived counts as differing even where no status is
    declared: what a stack declares is meant to be there.
    """
    changed = [k for k in PATCHABLE if k in inputs and not same(k, inputs[k], live.get(k))]
    if "status" not in inputs and live.get("status") == "archived":
        changed.append("status")
    return tuple(changed)


def create_body(inputs: Values) -> dict[str, Any]:
    """Return the body of a POST: what was given, without status and without empty texts."""
    names = [name for name in (*PATCHABLE, *CREATE_ONLY) if name != "status"]
    return {
        name: _sent(name, inputs[name], ())
        for name in names
        if name in inputs and inputs[name] != ""
    }


def patch_body(live: Values, inputs: Values, wanted: Collection[str]) -> dict[str, Any]:
    """Return the body of a PATCH: the wanted fields and no others."""
    body = {
        name: _sent(name, inputs[name], live.get(name) or ())
        for name in PATCHABLE
        if name in wanted and name in inputs
    }
    if "status" in wanted and "status" not in inputs:
        body["status"] = "active"
    return body


def _sent(name: str, value: Any, live: Collection[str]) -> Any:
    if name != "service_types":
        return value
    # A service that HQ added by itself stays: a PATCH may replace the whole list.
    kept = {"admin"} & set(live)
    return ",".join(sorted({*value, *kept}))


STAND_INS: Final = ("service_types", "account_id", "region", "copy_project_job_id")
"""What is known from elsewhere where an answer of HQ leaves it out."""

DOCS_URL: Final = "https://docs.b360.autodesk.com/projects/"

DOCS_URL_EU: Final = "https://docs.b360.eu.autodesk.com/projects/"
"""What Autodesk's Data Management API gives as a project's ``webView`` link."""


def outputs(
    project: Project,
    known: Values,
    inputs: Values,
    *,
    copy_status: str | None = None,
    unfinished: Collection[str] = (),
) -> dict[str, Any]:
    """Return what goes into the state.

    Args:
        project: HQ's answer.
        known: Stands in for what some answers leave out: service types, account, region.
        inputs: The arguments in normal form.
        copy_status: How the template copy stands.
        unfinished: Arguments that could not be applied yet.
    """
    stand_ins = {name: known[name] for name in STAND_INS if known.get(name)}
    fields = {name: value for name, value in project.fields().items() if name != "id"}
    echoed = {k: inputs[k] for k in (*CREATE_ONLY, *PROVIDER_ONLY) if k in inputs}
    return {
        **stand_ins,
        **fields,
        **echoed,
        "url": f"{DOCS_URL_EU if known.get('region') == 'EMEA' else DOCS_URL}{project.id}",
        "copy_status": copy_status,
        "unfinished": sorted(unfinished),
        DECLARED: sorted(name for name in inputs if name in PATCHABLE),
    }


def mirrored(project: Project, state: Values, declared: Collection[str]) -> dict[str, Any]:
    """Return the arguments that would declare the project as it is, for those that are managed.

    An archived project shows its status even where none is declared, so that a
    refresh shows it and the next up brings it back.
    """
    live = project.fields()
    kept = {k: state[k] for k in (*CREATE_ONLY, *PROVIDER_ONLY) if k in state}
    fields = {name: _argument(name, live.get(name)) for name in PATCHABLE if name in declared}
    if live.get("status") == "archived":
        fields["status"] = "archived"
    return {**kept, **{name: value for name, value in fields.items() if value is not None}}


def _argument(name: str, value: Any) -> Any:
    if value is None:
        return "" if name in CLEARABLE else None
    if name == "status" and same("status", "active", value):
        return "active"
    if name == "service_types":
        return [word for word in value if word not in enums.UNASKED_SERVICES]
    return value


TOO_LATE: Final = (
    "acts only when a project is made, and this one exists: HQ can neither apply it later nor "
    "delete and make anew. Put the old value back, or leave the argument out"
)

NO_TEMPLATE: Final = (
    "has no effect without template_project_id: declare the template, or leave it out"
)

INSIGHT: Final = "must not name 'insight': HQ adds it by itself"


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    What HQ requires of a new project may be missing from one that exists: people who work in
    the web pages need not fill it in, and an argument that is not given is not managed.

    Args:
        old: The arguments of the last run; empty when the project is new.
        new: The arguments as written; values may be unknown.
        settings: Give the account and the region.
    """
    given = placed(new, settings)
    open_lists = ProjectArguments.OPEN_LISTS if settings.unknown_values else frozenset()
    is_new = is_to_be_made(old, given)
    inputs, problems = validated(ProjectArguments, given, open_lists, complete=is_new)
    bad = {problem.argument for problem in problems}
    known = {k: v for k, v in inputs.items() if k not in bad and not is_unknown(v)}
    problems += _dates(known) or _kept_date(old, given, known)
    problems += _services(known, open_lists)
    problems += _no_template(known, given) if is_new else _create_only(old, known)
    return inputs, problems + unplaced(given)


def _dates(known: Values) -> list[Problem]:
    start, end = known.get("start_date"), known.get("end_date")
    if start is None or end is None or start < end:
        return []
    return [Problem("end_date", f"must be after start_date, but {end} is not after {start}")]


def _kept_date(old: Values, given: Values, known: Values) -> list[Problem]:
    """Compare a date that changes with the other one, which is declared no more: HQ keeps that.

    One that does not change is not sent, so what HQ holds may be as odd as it likes.
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
    told = f"must be {order} {name}, which is declared no more and stays {value} at HQ"
    return [Problem(declared, f"{told}; declare both")]


def _services(known: Values, open_lists: frozenset[str]) -> list[Problem]:
    services = known.get("service_types")
    if services is None:
        return []
    if not services:
        return [Problem("service_types", "is empty; leave it out to get all that the account has")]
    return [
        Problem("service_types", words)
        for words in map(_wrong_service, services)
        if words and ("service_types" not in open_lists or words == INSIGHT)
    ]


def _wrong_service(word: str) -> str:
    """Return what is wrong with a service, or nothing."""
    if word == "insight":
        return INSIGHT
    if word in enums.SERVICE_TYPES:
        return ""
    return normalize.unknown_choice(word, enums.SERVICE_TYPES)


def _no_template(known: Values, given: Values) -> list[Problem]:
    """Warn of what is to be copied from a template where there is no template."""
    if given.get("template_project_id") is not None:
        return []
    names = [name for name in ("include_locations", "include_companies") if known.get(name)]
    return [Problem(name, NO_TEMPLATE, warning=True) for name in names]


def _create_only(old: Values, known: Values) -> list[Problem]:
    late = [name for name in CREATE_ONLY if known.get(name) and known[name] != old.get(name)]
    return [Problem(name, TOO_LATE) for name in late]


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change; an argument that is not given is not compared.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = moved(state, inputs)
    changed = differing(state, inputs)
    if inputs.get("on_destroy", "archive") != state.get("on_destroy", "archive"):
        changed = (*changed, "on_destroy")
    names = Names.of("project", state, inputs, stays=not replaces)
    return Difference((*changed, *replaces), replaces, is_unfinished(state), names=names)


def is_unfinished(state: Values) -> bool:
    """Return whether an earlier run left something to do: a field to set, a copy to wait for."""
    return bool(state.get("unfinished")) or state.get("copy_status") == "running"
