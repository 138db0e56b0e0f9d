"""Names that say something, and an explanation beside each exception to a rule."""

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

# They fit everything, so they tell nothing.
VAGUE_TERMS = frozenset({"helper", "helpers", "manager", "managers", "misc", "util", "utils"})

# Where text is shown to a person; elsewhere Pulumi owns the terminal.
TALKERS = ("bim360_provider/cli/", "bim360_provider/emulator/", "bim360_provider/testing/")

# A marker that switches a check off, and its codes; what else the comment says is the reason.
MARKER = re.compile(
    r"#\s*(?P<kind>noqa|type:\s*ignore|pragma:\s*no cover)"
    r"(?P<codes>:\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*|\[[\w\s,-]+\])?"
)
# "a path" is a reason, "path" is a label.
MIN_REASON = 2

# How often the package switches a check off: to be lowered whenever possible, hardly ever raised.
MOST = {"noqa": 75, "type: ignore": 5, "pragma: no cover": 0}


def split_name(name: str) -> set[str]:
    """Split a name of either style into its words, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def names(module: SourceModule) -> Iterator[str]:
    """Yield what a module calls itself, its classes, functions, parameters and variables."""
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
    """A comment that switches a check off: where, which, and what stands beside it."""

    place: str
    text: str
    kind: str
    codes: str
    reason: str

    @property
    def flaw(self) -> str:
        """What it lacks, or nothing."""
        if not self.codes and self.kind != "pragma: no cover":
            return "has no code"
        reason = re.findall(r"\w[\w'`.-]*", self.reason)
        return "" if len(reason) >= MIN_REASON else "has no reason beside it"


def waivers(module: SourceModule) -> Iterator[Waiver]:
    """Yield every comment that switches a check off; its reason may stand in the line above."""
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


def test_names_say_something() -> None:
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
    """`except Exception: pass` hides the bug one looks for later."""
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
    """What a provider prints lands in the middle of Pulumi's own display."""
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


def test_every_switched_off_check_has_a_code_and_a_reason() -> None:
    """Without them nobody dares to take it out again."""
    found = [
        f"{waiver.place}: {waiver.text} {waiver.flaw}"
        for module in list_modules(*OURS)
        for waiver in waivers(module)
        if waiver.flaw
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("kind", MOST)
def test_checks_are_switched_off_ever_more_rarely(kind: str) -> None:
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
        ("# noqa: S105", "has no reason beside it"),
        ("# noqa: S105 - a path", ""),
        ("# noqa: ARG002, N802 -- gRPC's names", ""),
        ("# type: ignore", "has no code"),
        ("# type: ignore[misc]", "has no reason beside it"),
        ("# type: ignore[misc] # pulumi is untyped", ""),
        ("# type: ignore[misc] # noqa: S105 - a path", ""),
        ("# pragma: no cover", "has no reason beside it"),
        ("# pragma: no cover - only on Windows", ""),
    ],
)
def test_a_waiver_needs_a_code_and_a_reason(comment: str, expected: str) -> None:
    """The forms that ruff, mypy and coverage read, each with its reason behind."""
    flaws = {waiver.flaw for waiver in read_waivers(comment)}

    assert flaws == {expected}
