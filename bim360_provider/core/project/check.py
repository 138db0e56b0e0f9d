"""Check: normal form, and everything that is wrong, told before anything is sent."""

from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.core.arguments import Problem, is_unknown, validated
from bim360_provider.core.place import is_to_be_made, placed, unplaced
from bim360_provider.core.settings import Settings
from bim360_provider.models import ProjectArguments, enums, normal
from bim360_provider.models.project import CREATE_ONLY

__all__ = ["check"]

Values = Mapping[str, Any]

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
    return normal.unknown_choice(word, enums.SERVICE_TYPES)


def _no_template(known: Values, given: Values) -> list[Problem]:
    """Warn of what is to be copied from a template where there is no template."""
    if given.get("template_project_id") is not None:
        return []
    names = [name for name in ("include_locations", "include_companies") if known.get(name)]
    return [Problem(name, NO_TEMPLATE, warning=True) for name in names]


def _create_only(old: Values, known: Values) -> list[Problem]:
    late = [name for name in CREATE_ONLY if known.get(name) and known[name] != old.get(name)]
    return [Problem(name, TOO_LATE) for name in late]
