"""Ids of HQ as we keep them: in lower case, without blanks and without ``b.``."""

import re
from typing import Final

__all__ = ["UUID", "entity_id", "id_or_none"]

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def id_or_none(words: str) -> str | None:
    """Return an HQ id in its normal form; None where the text is not an id."""
    bare = words.strip().lower().removeprefix("b.")
    return bare if UUID.fullmatch(bare) else None


def entity_id(words: str) -> str:
    """Return the id of a resource, which may join several ids, with each of them normalized.

    A part that is not an HQ id, such as the ``image`` of ``…/image``, only loses its blanks.
    """
    parts = re.split(r"([:/])", words)
    return "".join(id_or_none(part) or part.strip() for part in parts)
