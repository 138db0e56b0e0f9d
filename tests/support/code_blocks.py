"""Find the code blocks of all documents and the commands in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tests.meta.source_files import ROOT

BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
SHELL_LANGUAGES = ("sh", "console", "bash")
COMMENT = re.compile(r"(^|\s+)#\s.*$")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
SEPARATORS = {";", "&&", "||", "|"}


@dataclass(frozen=True)
class CodeBlock:
    """A fenced block of code.

    Attributes:
        location: The page and the line of the fence, such as ``docs/how-to/export.md:25``.
        section: The heading above it.
        text: The lines between the fences, without the indentation of a list.
    """

    location: str
    section: str
    language: str
    text: str

    @property
    def page(self) -> str:
        """Return the page."""
        return self.location.partition(":")[0]

    @property
    def lines(self) -> list[str]:
        """Return the lines to be typed, without comments, prompts and output."""
        lines = self.text.splitlines()
        if self.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        return [found for line in lines if (found := COMMENT.sub("", line).strip())]


def list_pages() -> list[str]:
    """Return all pages with commands or examples."""
    documents = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md"))
    return ["README.md", "CONTRIBUTING.md", *documents]


def list_blocks(*languages: str) -> list[CodeBlock]:
    """Return the blocks of all pages in these languages."""
    return [
        each for page in list_pages() for each in _parse_blocks(page) if each.language in languages
    ]


def _parse_blocks(page: str) -> Iterator[CodeBlock]:
    text = (ROOT / page).read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        before = text[: found.start()]
        headings = re.findall(r"^#+ (.+)$", before, re.MULTILINE)
        indented = re.compile(rf"^{found[1]}", re.MULTILINE)
        yield CodeBlock(
            f"{page}:{before.count(chr(10)) + 1}",
            headings[-1] if headings else "",
            found[2],
            indented.sub("", found[3]),
        )


def split_commands(line: str) -> list[list[str]]:
    """Return the commands of a line as arguments, without assignments and redirections."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    redirected = False
    for word in lexer:
        if word in SEPARATORS:
            found.append([])
        elif word == ">":
            redirected = True
        elif redirected:
            redirected = False
        elif found[-1] or not ASSIGNMENT.match(word):
            found[-1].append(word)
    return [arguments for arguments in found if arguments]
