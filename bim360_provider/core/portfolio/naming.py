"""Pulumi's names for projects: from the project's name alone, so that no other line matters."""

import hashlib
import re
import unicodedata
from typing import Final

__all__ = ["resource_name", "slug"]

LIMIT: Final = 60
"""Characters that are kept: as many as a preview shows in a line."""

DIGITS: Final = 8
"""Hexadecimal digits of the hash: two of the same words meet once in four thousand million."""

LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "þ": "th", "ð": "d", "đ": "d", "ł": "l"}
    | {"\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
"""Latin letters that Unicode does not take apart into a plain one and its mark."""


def resource_name(project_name: str) -> str:
    """Return ``harbor-point-tower`` for ``Harbor Point Tower``.

    Where letters or signs are lost, a hash of the exact name tells it from the others.
    """
    words = slug(project_name)
    if words.replace("-", " ") == project_name.lower():
        return words
    digest = hashlib.sha256(project_name.encode()).hexdigest()[:DIGITS]
    return f"{words or 'project'}-{digest}"


def slug(name: str) -> str:
    """Return the letters and digits of a name, with dashes between the words; none may be left."""
    latin = unicodedata.normalize("NFKD", name.lower().translate(LETTERS))
    plain = latin.encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:LIMIT].strip("-")
