"""Values that a program may declare only once, although two entities of an account have them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from bim360_provider.core.entity import DECLARED
from bim360_provider.export.declaration import Declaration
from bim360_provider.models import normal
from bim360_provider.resources.named_once import email_form, name_form

__all__ = ["emails_once", "names_once"]

NAME: Final = "name"


def names_once(found: Sequence[Declaration]) -> list[Declaration]:
    """Return the declarations, of which only the first with a name declares it.

    Two names are the same to a program if only their Unicode form differs.

    Args:
        found: Projects or companies, the oldest first.
    """
    later = _later(found, NAME, name_form)
    return [_nameless(each) if each.id in later else each for each in found]


def emails_once(found: Sequence[Declaration]) -> tuple[list[Declaration], list[str]]:
    """Return the people whose e-mail no one before them has, and a line for each of the others.

    Args:
        found: Account users, the oldest first. Without an e-mail there is nothing to declare.
    """
    later = _later(found, "email", email_form)
    kept = [each for each in found if each.id not in later]
    why = "is left as it is: another user has the same email"
    return kept, [f"user {each.id} {why}" for each in found if each.id in later]


def _later(found: Iterable[Declaration], what: str, form: Callable[[str], str]) -> set[str]:
    """Return the ids of all that have a value which one before them has."""
    values: set[str] = set()
    later = set()
    for each in found:
        value = each.inputs.get(what)
        if value is None:
            continue
        if form(value) in values:
            later.add(each.id)
        values.add(form(value))
    return later


def _nameless(found: Declaration) -> Declaration:
    value = normal.shown(found.inputs[NAME])
    note = f"{NAME} is left as it is, {value}: another {found.kind} here has it."
    return replace(
        found,
        arguments={k: v for k, v in found.arguments.items() if k != NAME},
        inputs={k: v for k, v in found.inputs.items() if k != NAME},
        outputs={**found.outputs, DECLARED: [k for k in found.outputs[DECLARED] if k != NAME]},
        notes=(note, *found.notes),
    )
