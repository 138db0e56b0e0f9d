"""Names that are the same in each export, and values that a program may declare only once."""

import keyword
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bim360_provider.core.csv_import.reader import build_slug
from bim360_provider.core.entity import DECLARED
from bim360_provider.export.declaration import Declaration
from bim360_provider.models import normalize
from bim360_provider.resources.argument_checks import normalize_email, normalize_name

__all__ = [
    "NamedObject",
    "allocate_names",
    "allocate_variable",
    "build_identifier",
    "remove_duplicate_emails",
    "remove_duplicate_names",
]

ID_PREFIX_LENGTH: Final = 8
"""Characters of an id that tell namesakes apart."""

NAME_ARGUMENT: Final = "name"


@dataclass(frozen=True)
class NamedObject:
    """A thing: of which kind it is, what it is called, and when it was made."""

    kind: str
    id: str
    display_name: str
    created_at: str = ""


def allocate_names(things: Iterable[NamedObject], kept: Mapping[str, str]) -> dict[str, str]:
    """Return a resource name for each id, whatever the order of the things.

    Args:
        things: All that the account has of one kind, so that a filter changes no name.
        kept: Names by id that an earlier export gave: a project that was renamed since keeps
            its own, because another one would be another resource to Pulumi.
    """
    names: dict[str, str] = {}
    taken = set(kept.values())
    for thing in sorted(things, key=lambda each: (each.created_at, each.id)):
        name = kept.get(thing.id) or _find_free_name(thing, taken)
        names[thing.id] = name
        taken.add(name)
    return names


def _find_free_name(thing: NamedObject, taken: set[str]) -> str:
    """Return its name; of namesakes the oldest has it plain, the others with a bit of their id."""
    name = build_slug(thing.display_name)
    plain = [name] if name else []
    name = name or thing.kind
    wanted = (*plain, f"{name}-{thing.id[:ID_PREFIX_LENGTH]}", f"{name}-{thing.id}")
    return next(each for each in wanted if each not in taken)


def build_identifier(name: str) -> str:
    """Return a resource name as a Python name."""
    words = re.sub(r"\W", "_", name, flags=re.ASCII)
    if not words or words[0].isdigit():
        words = f"_{words}"
    return f"{words}_" if keyword.iskeyword(words) or keyword.issoftkeyword(words) else words


def allocate_variable(name: str, kind: str, taken: set[str]) -> str:
    """Return a variable for a declaration that no other has; its kind tells namesakes apart."""
    plain = build_identifier(name)
    words = plain
    number = 1
    while words in taken:
        suffix = kind.removeprefix("Bim360").lower()
        words = f"{plain}_{suffix}" if number == 1 else f"{plain}_{suffix}_{number}"
        number += 1
    taken.add(words)
    return words


def remove_duplicate_names(found: Sequence[Declaration]) -> list[Declaration]:
    """Return the declarations, of which only the first with a name declares it.

    Two names are the same to a program if only their Unicode form differs.

    Args:
        found: Projects or companies, the oldest first.
    """
    later = _find_duplicate_ids(found, NAME_ARGUMENT, normalize_name)
    return [_remove_name(each) if each.id in later else each for each in found]


def remove_duplicate_emails(found: Sequence[Declaration]) -> tuple[list[Declaration], list[str]]:
    """Return the people whose e-mail no one before them has, and a line for each of the others.

    Args:
        found: Account users, the oldest first. Without an e-mail there is nothing to declare.
    """
    later = _find_duplicate_ids(found, "email", normalize_email)
    kept = [each for each in found if each.id not in later]
    why = "is left as it is: another user has the same email"
    return kept, [f"user {each.id} {why}" for each in found if each.id in later]


def _find_duplicate_ids(
    found: Iterable[Declaration], what: str, form: Callable[[str], str]
) -> set[str]:
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


def _remove_name(found: Declaration) -> Declaration:
    value = normalize.quote_value(found.inputs[NAME_ARGUMENT])
    note = f"{NAME_ARGUMENT} is left as it is, {value}: another {found.kind} here has it."
    return replace(
        found,
        arguments={k: v for k, v in found.arguments.items() if k != NAME_ARGUMENT},
        inputs={k: v for k, v in found.inputs.items() if k != NAME_ARGUMENT},
        outputs={
            **found.outputs,
            DECLARED: [k for k in found.outputs[DECLARED] if k != NAME_ARGUMENT],
        },
        notes=(note, *found.notes),
    )
