"""Pulumi's names for projects: from the project's name alone, so that no other line matters."""

import hashlib
import re
import unicodedata
from typing import Final

__all__ = ["resource_name"]

LIMIT: Final = 60
"""Characters that are kept: as many as a preview shows in a line."""

DIGITS: Final = 8
"""Hexadecimal digits of the hash: two of the same words meet once in four thousand million."""


def resource_name(project_name: str) -> str:
    """Return ``harbor-point-tower`` for ``Harbor Point Tower``.

    Where letters or signs are lost, a hash of the exact name tells it from the others.
    """
    plain = unicodedata.normalize("NFKD", project_name).encode("ascii", "ignore").decode().lower()
    whole = "-".join(re.findall(r"[a-z0-9]+", plain))
    slug = whole[:LIMIT].strip("-")
    if slug.replace("-", " ") == project_name.lower():
        return slug
    digest = hashlib.sha256(project_name.encode()).hexdigest()[:DIGITS]
    return f"{slug or 'project'}-{digest}"
