"""Check: members by their e-mail, so that their order means nothing; every mistake at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from bim360_provider.core.arguments import Problem, Unknown, is_unknown, validated
from bim360_provider.core.place import placed, unplaced
from bim360_provider.core.project_member.check import access_problems, unacted
from bim360_provider.core.settings import Settings
from bim360_provider.models import normal
from bim360_provider.models.project_member import MemberFields
from bim360_provider.models.project_members import ProjectMembersArguments

__all__ = ["check"]

Values = Mapping[str, Any]


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    Args:
        old: The arguments of the last run; not needed here.
        new: The arguments as written, the members as a list or by e-mail; values may be unknown.
        settings: Give the account, the region and the acting user.
    """
    del old
    given = placed(new, settings)
    inputs, problems = validated(ProjectMembersArguments, given)
    if isinstance(inputs.get("members"), (list, tuple, Mapping)):
        inputs["members"], found = _by_email(inputs["members"])
        problems += found
    return inputs, problems + unplaced(given) + unacted(settings)


def _by_email(written: Any) -> tuple[dict[str, Any], list[Problem]]:
    members: dict[str, Any] = {}
    problems: list[Problem] = []
    for number, row in enumerate(_rows(written), 1):
        if not isinstance(row, Mapping):
            problems.append(_no_member(number, row))
            continue
        key, fields, found = _member(number, row)
        problems += found
        if key in members:
            problems.append(Problem(key, "is in the list twice; write each member once"))
        members[key] = fields
    return dict(sorted(members.items())), problems


def _rows(written: Any) -> Iterator[Any]:
    if not isinstance(written, Mapping):
        yield from written
        return
    for email, row in written.items():
        yield {**row, "email": email} if isinstance(row, Mapping) else row


def _member(number: int, row: Values) -> tuple[str, dict[str, Any], list[Problem]]:
    """Return the key of a member, their fields without the e-mail, and what is wrong."""
    given = {name: value for name, value in row.items() if value is not None}
    fields, problems = validated(MemberFields, given)
    email = fields.pop("email", None)
    nameless = not isinstance(email, str) or any(each.argument == "email" for each in problems)
    key = f"member {number}" if nameless else email
    problems += access_problems(given)
    return key, fields, [Problem(key, str(problem)) for problem in problems]


def _no_member(number: int, row: object) -> Problem:
    if isinstance(row, Unknown) or is_unknown(row):
        return Problem("members", f"holds something that is not known yet at place {number}")
    shown = normal.shown(row)
    return Problem("members", f"holds {shown}; write each member as {{'email': …}}")
