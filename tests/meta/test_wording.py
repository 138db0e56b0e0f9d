"""Names are specific, and every exception to a rule has an explanation."""

import ast
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

import pytest

from tests.meta.source_files import SourceModule, list_modules
from tests.meta.waivers import VAGUE_NAMES

OURS = (".ci", "bench", "bim360_provider", "stacks", "tests")

# They fit everything, so they say nothing.
VAGUE_TERMS = frozenset({"helper", "helpers", "manager", "managers", "misc", "util", "utils"})

# Modules that print for a person; elsewhere Pulumi owns the terminal.
TALKERS = ("bim360_provider/cli/", "bim360_provider/emulator/", "bim360_provider/testing/")

# A comment that disables a check, and its codes; the rest of the comment is the reason.
MARKER = re.compile(
    r"#\s*(?P<kind>noqa|type:\s*ignore|pragma:\s*no cover)"
    r"(?P<codes>:\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*|\[[\w\s,-]+\])?"
)
# "a path" is a reason, "path" is a label.
MIN_REASON = 2

# How often the package disables a check: lower it whenever possible, hardly ever raise it.
MOST = {"noqa": 75, "type: ignore": 5, "pragma: no cover": 0}


def split_name(name: str) -> set[str]:
    """Return the parts of a name of either style, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def names(module: SourceModule) -> Iterator[str]:
    """Yield the names in a module: its own, and those of classes, functions and variables."""
    yield from module.dotted_name.split(".")
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@dataclass(frozen=True)
class Waiver:
    """A comment that disables a check: its place, the check, and the reason."""

    place: str
    text: str
    kind: str
    codes: str
    reason: str

    @property
    def flaw(self) -> str:
        """What is missing, or an empty text."""
        if not self.codes and self.kind != "pragma: no cover":
            return "has no code"
        reason = re.findall(r"\w[\w'`.-]*", self.reason)
        return "" if len(reason) >= MIN_REASON else "has no reason"


def waivers(module: SourceModule) -> Iterator[Waiver]:
    """Yield every comment that disables a check; its reason may be in the line above."""
    lines = module.text.splitlines()
    for token in tokenize.generate_tokens(StringIO(module.text).readline):
        if token.type == tokenize.COMMENT:
            number = token.start[0]
            above = lines[number - 2].strip() if number > 1 else ""
            reason = above if above.startswith("# ") else ""
            yield from read_waivers(token.string, f"{module.location}:{number}", reason)


def read_waivers(comment: str, place: str = "", above: str = "") -> Iterator[Waiver]:
    """Yield the waivers of one comment; one comment may hold two."""
    reason = MARKER.sub("", comment) + above
    for each in MARKER.finditer(comment):
        kind = re.sub(r":\s*", ": ", each["kind"])
        yield Waiver(place, each[0].strip(), kind, each["codes"] or "", reason)


def test_names_are_specific() -> None:
    """A helper, a manager and utilities could be anything."""
    found = sorted(
        {
            f"{module.location}:{name}"
            for module in list_modules(*OURS)
            for name in names(module)
            if split_name(name) & VAGUE_TERMS
        }
        - set(VAGUE_NAMES)
    )

    assert not found, "\n".join(found)


def test_no_error_is_swallowed_in_silence() -> None:
    """`except Exception: pass` hides bugs."""
    found = [
        module.locate_node(node)
        for module in list_modules(*OURS)
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and all(isinstance(each, ast.Pass) for each in node.body)
    ]

    assert not found, "\n".join(found)


def test_the_library_does_not_print() -> None:
    """The output of a provider would disturb Pulumi's own display."""
    found = [
        module.locate_node(node)
        for module in list_modules()
        if not module.location.startswith(TALKERS)
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]

    assert not found, "\n".join(found)


def test_every_disabled_check_has_a_code_and_a_reason() -> None:
    """Without them people do not dare to enable it again."""
    found = [
        f"{waiver.place}: {waiver.text} {waiver.flaw}"
        for module in list_modules(*OURS)
        for waiver in waivers(module)
        if waiver.flaw
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("kind", MOST)
def test_checks_are_disabled_ever_more_rarely(kind: str) -> None:
    """A ratchet: the number may only fall."""
    places = Counter(
        module.location
        for module in list_modules(".ci", "bim360_provider", "stacks")
        for waiver in waivers(module)
        if waiver.kind == kind
    )

    assert places.total() <= MOST[kind], places.most_common()


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa", "has no code"),
        ("# noqa: S105", "has no reason"),
        ("# noqa: S105 - a path", ""),
        ("# noqa: ARG002, N802 -- gRPC's names", ""),
        ("# type: ignore", "has no code"),
        ("# type: ignore[misc]", "has no reason"),
        ("# type: ignore[misc] # pulumi is untyped", ""),
        ("# type: ignore[misc] # noqa: S105 - a path", ""),
        ("# pragma: no cover", "has no reason"),
        ("# pragma: no cover - only on Windows", ""),
    ],
)
def test_a_waiver_needs_a_code_and_a_reason(comment: str, expected: str) -> None:
    """The forms that ruff, mypy and coverage read, each with a reason."""
    flaws = {waiver.flaw for waiver in read_waivers(comment)}

    assert flaws == {expected}
