"""The messages that the pages quote exist: most of their text is in the package."""

import re
from functools import cache

import pytest

from tests.meta.docs.test_troubleshooting import HOLE, list_strings
from tests.support.code_blocks import list_blocks

PREFIX = "BIM 360: "
WORD = re.compile(r"[A-Za-z_']{2,}")
VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|\S*@\S*|\S*…|[\w-]*\d[\w-]*")
"""Values of the user in a message: quoted text, e-mails, ids and numbers."""

FEW = 0.5
"""The share of a message that may come from values and from HQ."""

QUOTED = [
    (block.location, line.removeprefix(PREFIX))
    for block in list_blocks("text")
    for line in block.text.splitlines()
    if line.startswith(PREFIX) and block.page != "docs/how-to/review.md"  # there it is a title
]


@cache
def pieces() -> list[str]:
    """Return the fixed parts of all messages, the longest first."""
    parts = {
        part.strip(" .:;,'\"")
        for text in list_strings()
        for part in text.removeprefix(PREFIX).split(HOLE)
    }
    return sorted((part for part in parts if len(WORD.findall(part)) > 1), key=len, reverse=True)


@pytest.mark.parametrize(("where", "message"), QUOTED)
def test_a_quoted_message_exists_in_the_package(where: str, message: str) -> None:
    """Users who search for a message do not find an outdated quotation."""
    rest = message
    for piece in pieces():
        rest = rest.replace(piece, " ")

    unknown = WORD.findall(VALUE.sub(" ", rest))

    known = len(WORD.findall(VALUE.sub(" ", message)))
    assert len(unknown) <= max(1, FEW * known), f"{where}: {' '.join(unknown)}"
