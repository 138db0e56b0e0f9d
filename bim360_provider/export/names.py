"""Names that are the same in each export, and values that a program may declare only once."""

import keyword
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bim360_provider.core.csv_import.reader import slug
from bim360_provider.core.entity import DECLARED
from bim360_provider.export.declaration import Declaration
from bim360_provider.models import normalize
from bim360_provider.resources.argument_checks import email_form, name_form

__all__ = ["Called", "emails_once", "identifier", "names_of", "names_once", "variable"]

SHORT: Final = 8
"""Characters of an id that tell namesakes apart."""


@dataclass(frozen=True)
class Called:
    """A thing: of which kind it is, what it is called, and when it was made."""

    kind: str
    id: str
    words: str
    created_at: str = ""


def names_of(things: Iterable[Called], kept: Mapping[str, str]) -> dict[str, str]:
    """Return a resource name for each id, whatever the order of the things.

    Args:
        things: All that the account has of one kind, so that a filter changes no name.
        kept: Names by id that an earlier export gave: a project that was renamed since keeps
            its own, because another one would be another resource to Pulumi.
    """
    names: dict[str, str] = {}
    taken = set(kept.values())
    for thing in sorted(things, key=lambda each: (each.created_at, each.id)):
        name = kept.get(thing.id) or _free(thing, taken)
        names[thing.id] = name
        taken.add(name)
    return names


def _free(thing: Called, taken: set[str]) -> str:
    """Return its name; of namesakes the oldest has it plain, the others with a bit of their id."""
    name = slug(thing.words)
    plain = [name] if name else []
    name = name or thing.kind
    wanted = (*plain, f"{name}-{thing.id[:SHORT]}", f"{name}-{thing.id}")
    return next(each for each in wanted if each not in taken)


def identifier(name: str) -> str:
    """Return a resource name as a Python name."""
    words = re.sub(r"\W", "_", name, flags=re.ASCII)
    if not words or words[0].isdigit():
        words = f"_{words}"
    return f"{words}_" if keyword.iskeyword(words) or keyword.issoftkeyword(words) else words


def variable(name: str, kind: str, taken: set[str]) -> str:
    """Return a variable for a declaration that no other has; its kind tells namesakes apart."""
    plain = identifier(name)
    words = plain
    number = 1
    while words in taken:
        suffix = kind.removeprefix("Bim360").lower()
        words = f"{plain}_{suffix}" if number == 1 else f"{plain}_{suffix}_{number}"
        number += 1
    taken.add(words)
    return words


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
    value = normalize.shown(found.inputs[NAME])
    note = f"{NAME} is left as it is, {value}: another {found.kind} here has it."
    return replace(
        found,
        arguments={k: v for k, v in found.arguments.items() if k != NAME},
        inputs={k: v for k, v in found.inputs.items() if k != NAME},
        outputs={**found.outputs, DECLARED: [k for k in found.outputs[DECLARED] if k != NAME]},
        notes=(note, *found.notes),
    )
