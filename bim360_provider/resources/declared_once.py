"""Declared once: of two resources with one person in one project, each would undo the other."""

import unicodedata
import weakref
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import pulumi
from pulumi import Input, Output
from pulumi.runtime import get_root_resource, is_dry_run

from bim360_provider.errors import InputError

__all__ = ["declared_once"]

Declared: TypeAlias = dict[tuple[str, str], tuple[str, bool]]
"""Which resource has a person in a project, by the project's id and the e-mail, and whether one of
the two is a secret there."""

_runs: Final[weakref.WeakKeyDictionary[Any, Declared]] = weakref.WeakKeyDictionary()
"""Each run has a root of its own: programs of the automation API share a process."""


MASK: Final = "[secret]"
"""What stands in place of a value that must not be shown, as Pulumi writes it."""


class DeclaredTwiceError(InputError, pulumi.RunError):
    """A person in two resources; being a ``RunError``, it is printed without a traceback."""


def declared_once(called: str, project_id: Input[str], members: Input[Any]) -> Input[str]:
    """Return the project's id, which in an ``up`` is known only once nobody is in it twice.

    A preview looks beside it: what is not known of a member must not make the project unknown.

    Args:
        called: What people call the resource.
        project_id: The project.
        members: The members, each a mapping with ``email``; what else it holds is not judged.

    Raises:
        InputError: In the output, or in the program's end: another resource has one of them.
    """
    root = get_root_resource()
    known = {} if root is None else _runs.setdefault(root, {})

    async def is_secret() -> Any:
        return await Output.all(project_id, members).is_secret()

    def claim(values: list[Any]) -> None:
        hidden, *declared = values
        others = {key: known[key] for key in _keys(*declared) if key in known}
        for key, (other, was_hidden) in others.items():
            shown = (MASK, MASK) if hidden or was_hidden else key
            raise DeclaredTwiceError(_twice(called, shown, other))
        known.update(dict.fromkeys(_keys(*declared), (called, hidden)))

    # No secret, or the project would be one because a member is.
    hidden: Output[bool] = Output.from_input(is_secret())
    claimed = Output.unsecret(Output.all(hidden, project_id, members).apply(claim))
    if is_dry_run():
        return project_id
    return Output.all(project_id, claimed).apply(lambda values: str(values[0]))


def _keys(project_id: Any, members: Any) -> Iterator[tuple[str, str]]:
    """Yield who is in which project; what is malformed is for the check to tell."""
    rows = members if isinstance(members, (list, tuple)) else ()
    for row in rows:
        email = row.get("email") if isinstance(row, Mapping) else None
        if isinstance(project_id, str) and isinstance(email, str):
            # As a check normalizes them; a program loads no model for that.
            project = project_id.strip().lower().removeprefix("b.")
            yield project, unicodedata.normalize("NFC", email.strip().lower())


def _twice(called: str, key: tuple[str, str], other: str) -> str:
    project, email = key
    return (
        f"BIM 360: {email} is declared twice in project {project}, by {other} and by {called}: "
        "the two would undo each other; take them out of one."
    )
