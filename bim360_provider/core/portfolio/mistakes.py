"""Mistakes of a CSV file: each with its place, all of them told at once."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

__all__ = ["Mistake", "told"]

SHOWN: Final = 50
"""Mistakes told one by one: more do not help anybody, and most have one cause."""


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with the file, in words that say what to write instead.

    Attributes:
        words: What is wrong.
        line: The line, counted from 1 as an editor does; 0 for the file as a whole.
        column: The column's name in the header, or empty for the whole line.
    """

    words: str
    line: int = 0
    column: str = ""

    def __str__(self) -> str:
        """Return the mistake as people read it."""
        line = f"line {self.line}" if self.line else ""
        place = ", ".join(part for part in (line, self.column) if part)
        return f"{place}: {self.words}" if place else self.words


def told(source: str, mistakes: Collection[Mistake]) -> str:
    """Return what to tell about a file: a single mistake in one line, several in a list.

    Args:
        source: The file as the person named it.
        mistakes: What is wrong with it, at least one thing.
    """
    ordered = sorted(mistakes, key=lambda mistake: mistake.line)
    if len(ordered) == 1:
        return f"{source}: {ordered[0]}"
    lines = [f"{source} has {len(ordered)} mistakes, and nothing was declared:"]
    lines += [f"  {mistake}" for mistake in ordered[:SHOWN]]
    if len(ordered) > SHOWN:
        lines.append(f"  … and {len(ordered) - SHOWN} more")
    return "\n".join(lines)
