"""Links of the documents work, examples parse, and every setting is documented."""

import ast
import importlib
import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bim360_provider.core.settings import CONFIG_KEYS
from tests.meta.source_files import ROOT, list_files

DOCUMENTS = [path for path in list_files() if path.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\((?!\w+:)([^)#\s]*)(#[^)\s]*)?\)")
TYPERS_OWN = {"--help", "--install-completion", "--show-completion"}
EXAMPLE = re.compile(r"^( *)```py(?:thon)?\n(.*?)^\1```", re.DOTALL | re.MULTILINE)


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.*?) *#*$", text, re.MULTILINE)
    return {"#" + re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def broken_links(document: Path) -> list[str]:
    """Return the links of a document without a target file or heading."""
    text = document.read_text(encoding="utf-8")
    return [
        target + anchor
        for target, anchor in LINK.findall(text)
        if not _has_target(document.parent / target if target else document, anchor)
    ]


def _has_target(path: Path, anchor: str) -> bool:
    if not anchor or path.suffix != ".md":
        return path.exists()
    return path.exists() and anchor in anchors(path.read_text(encoding="utf-8"))


def _name(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_link_has_a_target(document: Path) -> None:
    """Renamed files break links."""
    assert broken_links(document) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_python_examples_parse(document: Path) -> None:
    """Users copy the examples."""
    for _, example in EXAMPLE.findall(document.read_text(encoding="utf-8")):
        ast.parse(textwrap.dedent(example))


def unmentioned(names: Iterable[str]) -> list[str]:
    """Return the names that are in no document."""
    prose = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    return sorted({name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", prose)})


def spoken(command: Any, called: str) -> Iterator[str]:
    """Yield every subcommand with its full name, and every long flag."""
    for parameter in command.params:
        yield from (flag for flag in parameter.opts if flag.startswith("--"))
    for name, each in getattr(command, "commands", {}).items():
        yield f"{called} {name}"
        yield from spoken(each, f"{called} {name}")


def test_every_setting_is_documented() -> None:
    """Users search for the key or the environment variable."""
    silent = unmentioned(name for setting in CONFIG_KEYS.items() for name in setting)

    assert not silent, f"in no document: {', '.join(silent)}"


def test_every_command_and_flag_is_documented() -> None:
    """`--help` describes a flag; a document says when to use it."""
    commands = importlib.import_module("bim360_provider.cli.app")

    silent = unmentioned(
        {*spoken(typer.main.get_command(commands.create_app()), "bim360")} - TYPERS_OWN
    )

    assert not silent, f"in no document: {', '.join(silent)}"
