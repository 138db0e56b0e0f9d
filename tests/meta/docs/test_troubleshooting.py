"""The page on messages is complete: it quotes only existing messages, and all of them."""

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
MIN_WORD_COUNT = 3  # less is a frame, such as "could not …: …", whose text comes from elsewhere


def _text(node: ast.AST) -> str | None:
    """Return a string of the source, with a hole for each value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (each.value if isinstance(each, ast.Constant) else HOLE for each in node.values)
        return "".join(map(str, parts))
    return None


def _strings(tree: ast.AST) -> Iterator[str]:
    """Yield every string; a formatted one is one string."""
    text = _text(tree)
    if text is not None:
        yield text
        return
    for each in ast.iter_child_nodes(tree):
        yield from _strings(each)


def list_strings() -> list[str]:
    """Return every string of the package except the emulator's, which are HQ's messages."""
    ours = [each for each in list_modules() if each.dotted_name.startswith(f"{PACKAGE}.")]
    relevant = [each for each in ours if not each.dotted_name.startswith(f"{PACKAGE}.emulator")]
    return [text for each in relevant for text in _strings(each.syntax)]


def quoted(cell: str) -> str:
    """Return the message in a cell; one that contains backticks has double backticks."""
    found = QUOTED.search(cell)
    return (found[1] or found[2]) if found else ""


def tables(heading: str) -> list[TableRow]:
    """Return the rows of every table below a heading."""
    parts = re.split(r"\n\n(?=\|)", read_section(PAGE, f"## {heading}"))
    return [row for part in parts for row in parse_rows(f"{part}\n")]


HEADINGS = [
    each
    for each in re.findall(r"^## (.+)$", read_document(PAGE), re.MULTILINE)
    if each != PULUMI_HEADING
]


def _message(row: TableRow) -> str:
    return quoted(row[1] if len(row) == 4 else row[0])


MESSAGES = [_message(row) for heading in HEADINGS for row in tables(heading)]


def _is_in(message: str, text: str) -> bool:
    pieces = [re.escape(piece) for piece in message.split(HOLE)]
    return re.search(".*".join(pieces), text, re.DOTALL) is not None


def _list_words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z_']{2,}", text.removeprefix("BIM 360:"))


def test_every_message_of_the_page_exists() -> None:
    """Users who search for a message do not find an outdated quotation."""
    strings = list_strings()

    lost = [each for each in MESSAGES if not any(_is_in(each, text) for text in strings)]

    assert lost == []


def test_no_message_of_the_page_is_too_short_to_be_found() -> None:
    """A text of one or two words is in many lines."""
    assert [each for each in MESSAGES if len(_list_words(each)) < 2] == []


def test_the_page_has_every_message() -> None:
    """A new message needs a row with what to do about it."""
    lines = {text for text in list_strings() if text.startswith("BIM 360: ")}
    long = {text for text in lines if len(_list_words(text)) >= MIN_WORD_COUNT}

    missing = sorted(text for text in long if not any(_is_in(each, text) for each in MESSAGES))

    assert long
    assert missing == []


@pytest.mark.parametrize(
    ("code", "advice"),
    [(str(code), advice) for code, advice in (*ADVICE_BY_STATUS.items(), *ADVICE_BY_CODE.items())],
)
def test_the_page_has_every_status_with_its_advice(code: str, advice: str) -> None:
    """Users search for the status."""
    advice_texts = [
        quoted(row[1]) for row in tables(HQ_HEADING) if len(row) == 4 and parse_name(row[0]) == code
    ]

    assert any(each in advice for each in advice_texts)


def test_the_messages_of_pulumi_are_separate() -> None:
    """No test can check whether they are current; they must not be confused with ours."""
    strings = list_strings()

    ours = [quoted(row[0]) for row in tables(PULUMI_HEADING) if quoted(row[0]) in strings]

    assert tables(PULUMI_HEADING)
    assert ours == []
