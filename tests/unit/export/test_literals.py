"""Values as Python: what is read back is what was written, and a formatter leaves it alone."""

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


def spelled(reference: Reference) -> str:
    """Write a reference."""
    return f"thing.{reference.attribute}"


@given(TEXTS)
@example('"""')
@example("\\")
@example("\\\"'")
@example("a\nb\r\u2028\x00\ud800\u202e")
def test_text_is_read_back_as_it_was(value: str) -> None:
    """Whatever is in it, on one line, and nothing in it that cannot be seen."""
    written = format_text(value)

    assert ast.literal_eval(written) == value
    assert written.isprintable()


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(1e22)
@example(2.0**53)
@example(-0.0)
def test_a_number_is_read_back_as_it_was(value: float) -> None:
    """Python's own shortest form, with thousands apart."""
    assert float(ast.literal_eval(format_number(value))) == value


def test_no_number_is_refused() -> None:
    """HQ cannot have it, and Python could not read it."""
    with pytest.raises(ValueError, match="no number"):
        format_number(float("nan"))


@given(VALUES)
def test_what_is_nested_is_read_back_as_it_was(value: Any) -> None:
    """On one line or on many."""
    assert ast.literal_eval(format_literal(value, spelled, 0, 0)) == value


def test_the_formatter_leaves_what_is_written_as_it_is(tmp_path: Path) -> None:
    """Of two forms there is one that ``ruff format`` would have written; 500 odd ones at once."""
    words = ("x", "'", '"', "\\", "é", "東", "\u200b", "e\u0301", "🏗")
    values = [
        {"a" * (width % 90): [word * (width % 31), width * 1e5, {"k": word * 3}]}
        for width in range(100)
        for word in words[:: 1 + width % 2]
    ]
    program = "".join(f"v{i} = {format_literal(v, spelled, 8, 0)}\n" for i, v in enumerate(values))
    file = tmp_path / "values.py"
    file.write_text(program, encoding="utf-8")

    done = subprocess.run(  # noqa: S603 - the formatter of this environment
        [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == ""
    assert done.returncode == 0, done.stderr
