"""Python literals evaluate to the original value and need no formatting."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bim360_provider.export.declaration import Reference
from bim360_provider.export.python_writer import format_literal, format_number, format_text

TEXTS = st.text(st.characters(), max_size=60)
VALUES: Any = st.recursive(
    TEXTS | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def format_reference(reference: Reference) -> str:
    """Return the source text of a reference."""
    return f"resource.{reference.attribute}"


@given(TEXTS)
@example('"""')
@example("\\")
@example("\\\"'")
@example("a\nb\r\u2028\x00\ud800\u202e")
def test_a_text_literal_evaluates_to_the_same_text(value: str) -> None:
    """The literal is one line of printable characters."""
    literal = format_text(value)

    assert ast.literal_eval(literal) == value
    assert literal.isprintable()


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(1e22)
@example(2.0**53)
@example(-0.0)
def test_a_number_literal_evaluates_to_the_same_number(value: float) -> None:
    """The literal is Python's shortest form with grouped thousands."""
    assert float(ast.literal_eval(format_number(value))) == value


def test_the_writer_rejects_nan() -> None:
    """JSON and Python literals cannot represent it."""
    with pytest.raises(ValueError, match="not a finite number"):
        format_number(float("nan"))


@given(VALUES)
def test_a_nested_literal_evaluates_to_the_same_value(value: Any) -> None:
    """On one line or several lines."""
    assert ast.literal_eval(format_literal(value, format_reference, 0, 0)) == value


def test_the_formatter_changes_no_literal(tmp_path: Path) -> None:
    """``ruff format`` changes none of 500 unusual values."""
    texts = ("x", "'", '"', "\\", "é", "東", "\u200b", "e\u0301", "🏗")
    values = [
        {"a" * (width % 90): [text * (width % 31), width * 1e5, {"k": text * 3}]}
        for width in range(100)
        for text in texts[:: 1 + width % 2]
    ]
    program = "".join(
        f"v{i} = {format_literal(v, format_reference, 8, 0)}\n" for i, v in enumerate(values)
    )
    file = tmp_path / "values.py"
    file.write_text(program, encoding="utf-8")

    done = subprocess.run(  # noqa: S603 - the formatter in this environment
        [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == ""
    assert done.returncode == 0, done.stderr
