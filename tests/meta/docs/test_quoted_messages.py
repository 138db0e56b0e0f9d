"""Messages that the pages quote are printed: most of their text is in the package."""

import re

import pytest

from tests.meta.docs.code_blocks import list_blocks
from tests.meta.docs.test_troubleshooting import HOLE, list_strings

PREFIX = "BIM 360: "
WORD = re.compile(r"[A-Za-z_']{2,}")
VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|\S*@\S*|\S*…|[\w-]*\d[\w-]*")
"""What a message quotes of its reader: quoted text, e-mails, ids and numbers."""

FEW = 0.5
"""A message may hold so many words of values and of HQ that the package does not have."""

QUOTED = [
    (block.location, line.removeprefix(PREFIX))
    for block in list_blocks("text")
    for line in block.text.splitlines()
    if line.startswith(PREFIX) and block.page != "docs/how-to/review.md"  # there it is a title
]


def pieces() -> list[str]:
    """Return the fixed parts of all messages, the longest first."""
    parts = {
        part.strip(" .:;,'\"")
        for text in list_strings()
        for part in text.removeprefix(PREFIX).split(HOLE)
    }
    return sorted((part for part in parts if len(WORD.findall(part)) > 1), key=len, reverse=True)


PIECES = pieces()


@pytest.mark.parametrize(("where", "message"), QUOTED)
def test_a_quoted_message_is_printed(where: str, message: str) -> None:
    """A page that quotes a message in its old wording is not found by a reader who searches."""
    rest = message
    for piece in PIECES:
        rest = rest.replace(piece, " ")

    unknown = WORD.findall(VALUE.sub(" ", rest))

    known = len(WORD.findall(VALUE.sub(" ", message)))
    assert len(unknown) <= max(1, FEW * known), f"{where}: {' '.join(unknown)}"
