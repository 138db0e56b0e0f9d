"""Names that stay: made of what a thing is called, and kept from one export to the next."""

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bim360_provider.core.portfolio.naming import slug

__all__ = ["Called", "identifier", "names_of", "variable"]

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
