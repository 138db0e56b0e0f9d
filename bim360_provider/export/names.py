"""Allocate stable resource names, and remove duplicate names and e-mails."""

import keyword
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bim360_provider.core.csv_import.reader import build_slug
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
"""Characters of an id that distinguish objects with the same name."""

NAME_ARGUMENT: Final = "name"


@dataclass(frozen=True)
class NamedObject:
    """An object with its kind, display name and time of creation."""

    kind: str
    id: str
    display_name: str
    created_at: str = ""


def allocate_names(objects: Iterable[NamedObject], kept: Mapping[str, str]) -> dict[str, str]:
    """Return a resource name for each id; the order of the objects does not matter.

    Args:
        objects: All objects of one kind in the account, so that a filter changes no name.
        kept: The names of an earlier export, by id. A renamed project keeps its resource name,
            because Pulumi treats another name as another resource.
    """
    names: dict[str, str] = {}
    used = set(kept.values())
    for each in sorted(objects, key=lambda each: (each.created_at, each.id)):
        name = kept.get(each.id) or _find_free_name(each, used)
        names[each.id] = name
        used.add(name)
    return names


def _find_free_name(named: NamedObject, used: set[str]) -> str:
    """Return an unused name: the slug, or the slug with a part of the id."""
    slug = build_slug(named.display_name)
    name = slug or named.kind
    candidates = (
        *([slug] if slug else []),
        f"{name}-{named.id[:ID_PREFIX_LENGTH]}",
        f"{name}-{named.id}",
    )
    return next(each for each in candidates if each not in used)


def build_identifier(name: str) -> str:
    """Return a resource name as a Python identifier."""
    identifier = re.sub(r"\W", "_", name, flags=re.ASCII)
    if not identifier or identifier[0].isdigit():
        identifier = f"_{identifier}"
    is_keyword = keyword.iskeyword(identifier) or keyword.issoftkeyword(identifier)
    return f"{identifier}_" if is_keyword else identifier


def allocate_variable(name: str, kind: str, used: set[str]) -> str:
    """Return an unused variable name; the kind distinguishes equal resource names."""
    identifier = build_identifier(name)
    variable = identifier
    number = 1
    while variable in used:
        suffix = kind.removeprefix("Bim360").lower()
        variable = f"{identifier}_{suffix}" if number == 1 else f"{identifier}_{suffix}_{number}"
        number += 1
    used.add(variable)
    return variable


def remove_duplicate_names(declarations: Sequence[Declaration]) -> list[Declaration]:
    """Return the declarations; only the first with a name declares it.

    Names that differ only in their Unicode form are equal.

    Args:
        declarations: Projects or companies, the oldest first.
    """
    duplicates = _find_duplicate_ids(declarations, NAME_ARGUMENT, normalize_name)
    return [_remove_name(each) if each.id in duplicates else each for each in declarations]


def remove_duplicate_emails(
    declarations: Sequence[Declaration],
) -> tuple[list[Declaration], list[str]]:
    """Return the first user with each e-mail, and a note for each other user.

    Args:
        declarations: Account users, the oldest first; all have an e-mail.
    """
    duplicates = _find_duplicate_ids(declarations, "email", normalize_email)
    kept = [each for each in declarations if each.id not in duplicates]
    reason = "is left as it is: another user has the same email"
    return kept, [f"user {each.id} {reason}" for each in declarations if each.id in duplicates]


def _find_duplicate_ids(
    declarations: Iterable[Declaration], argument: str, normalize_value: Callable[[str], str]
) -> set[str]:
    """Return the ids of the declarations whose value an earlier one has."""
    values: set[str] = set()
    duplicates = set()
    for each in declarations:
        value = each.inputs.get(argument)
        if value is None:
            continue
        normalized = normalize_value(value)
        if normalized in values:
            duplicates.add(each.id)
        values.add(normalized)
    return duplicates


def _remove_name(declaration: Declaration) -> Declaration:
    value = normalize.quote_value(declaration.inputs[NAME_ARGUMENT])
    note = f"{NAME_ARGUMENT} is left as it is, {value}: another {declaration.kind} here has it."
    return replace(
        declaration,
        arguments={k: v for k, v in declaration.arguments.items() if k != NAME_ARGUMENT},
        inputs={k: v for k, v in declaration.inputs.items() if k != NAME_ARGUMENT},
        outputs={
            **declaration.outputs,
            "declared": [k for k in declaration.outputs["declared"] if k != NAME_ARGUMENT],
        },
        notes=(note, *declaration.notes),
    )
