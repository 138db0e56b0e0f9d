"""The page of messages is true: what it quotes is said somewhere, and what is said is on it."""

import ast
import re
from collections.abc import Iterator

import pytest

from bim360_provider.hq.transport.errors import ADVICE_BY_CODE, ADVICE_BY_STATUS
from tests.meta.docs.markdown_files import (
    TableRow,
    parse_name,
    parse_rows,
    read_document,
    read_section,
)
from tests.meta.source_files import PACKAGE, list_modules

PAGE = "docs/how-to/troubleshooting.md"
PULUMI_HEADING = "Messages of Pulumi"
HQ_HEADING = "Errors of HQ"
HOLE = "…"
QUOTED = re.compile(r"``\s(.+?)\s``|`([^`]+)`")
FEW_WORDS = 3  # less is a frame, such as "could not …: …", whose words come from elsewhere


def _text(node: ast.AST) -> str | None:
    """Return a string as it is written, with a hole where a value is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (each.value if isinstance(each, ast.Constant) else HOLE for each in node.values)
        return "".join(map(str, parts))
    return None


def _strings(tree: ast.AST) -> Iterator[str]:
    """Yield every string, a formatted one as a whole."""
    text = _text(tree)
    if text is not None:
        yield text
        return
    for each in ast.iter_child_nodes(tree):
        yield from _strings(each)


def list_strings() -> list[str]:
    """Return every string of the package but the emulator's, which speaks as HQ does."""
    ours = [each for each in list_modules() if each.dotted_name.startswith(f"{PACKAGE}.")]
    spoken = [each for each in ours if not each.dotted_name.startswith(f"{PACKAGE}.emulator")]
    return [text for each in spoken for text in _strings(each.syntax)]


def quoted(cell: str) -> str:
    """Return the message that a cell quotes; one with backticks in it stands in two of them."""
    found = QUOTED.search(cell)
    return (found[1] or found[2]) if found else ""


def tables(heading: str) -> list[TableRow]:
    """Return the rows of every table under a heading."""
    parts = re.split(r"\n\n(?=\|)", read_section(PAGE, f"## {heading}"))
    return [row for part in parts for row in parse_rows(f"{part}\n")]


HEADINGS = [
    each for each in re.findall(r"^## (.+)$", read_document(PAGE), re.MULTILINE) if each != PULUMI_HEADING
]


def _message(row: TableRow) -> str:
    return quoted(row[1] if len(row) == 4 else row[0])


MESSAGES = [_message(row) for heading in HEADINGS for row in tables(heading)]


def _is_in(message: str, text: str) -> bool:
    pieces = [re.escape(piece) for piece in message.split(HOLE)]
    return re.search(".*".join(pieces), text, re.DOTALL) is not None


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z_']{2,}", text.removeprefix("BIM 360:"))


def test_every_message_of_the_page_is_said() -> None:
    """A message that was reworded is not found by whoever searches for it."""
    strings = list_strings()

    lost = [each for each in MESSAGES if not any(_is_in(each, text) for text in strings)]

    assert lost == []


def test_no_message_of_the_page_is_too_short_to_be_found() -> None:
    """Two words are in every other line."""
    assert [each for each in MESSAGES if len(_words(each)) < 2] == []


def test_every_line_for_people_is_on_the_page() -> None:
    """Whoever adds a message adds what to do about it."""
    lines = {text for text in list_strings() if text.startswith("BIM 360: ")}
    whole = {text for text in lines if len(_words(text)) >= FEW_WORDS}

    missing = sorted(text for text in whole if not any(_is_in(each, text) for each in MESSAGES))

    assert whole
    assert missing == []


@pytest.mark.parametrize(
    ("code", "advice"),
    [(str(code), advice) for code, advice in (*ADVICE_BY_STATUS.items(), *ADVICE_BY_CODE.items())],
)
def test_every_answer_is_on_the_page_with_its_advice(code: str, advice: str) -> None:
    """The status is what people remember of an error."""
    told = [
        quoted(row[1]) for row in tables(HQ_HEADING) if len(row) == 4 and parse_name(row[0]) == code
    ]

    assert any(each in advice for each in told)


def test_pulumis_own_words_are_apart() -> None:
    """Nothing here can say whether they are still Pulumi's; they must not pass for ours."""
    strings = list_strings()

    ours = [quoted(row[0]) for row in tables(PULUMI_HEADING) if quoted(row[0]) in strings]

    assert tables(PULUMI_HEADING)
    assert ours == []
