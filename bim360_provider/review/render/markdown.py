"""Render a review as a comment on a pull request: GitHub's Markdown within its limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bim360_provider.review.escaping import markdown, marker
from bim360_provider.review.formatting import shortened
from bim360_provider.review.model import Review
from bim360_provider.review.sections import Section, sections_of, summary_of

__all__ = ["LIMIT", "as_markdown", "length", "taken"]


def length(text: str) -> int:
    """Return the length of a text as its strictest reader counts it: in UTF-16 code units.

    GitHub speaks of 65,536 characters, and its own client counts in JavaScript.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def taken(costs: Sequence[Sequence[int]], budget: int) -> list[int]:
    """Return how many rows of each section can be shown.

    Args:
        costs: The length of each row, by section.
        budget: The length that all rows may have together.
    """
    share = budget // max(1, len(costs))
    counts, left = [], budget
    for rows in costs:
        count, spent = _first(rows, 0, share)
        counts.append(count)
        left -= spent
    for number, rows in enumerate(costs):
        count, spent = _first(rows, counts[number], left)
        counts[number] = count
        left -= spent
    return counts


def _first(rows: Sequence[int], start: int, budget: int) -> tuple[int, int]:
    spent, count = 0, start
    while count < len(rows) and spent + rows[count] <= budget:
        spent += rows[count]
        count += 1
    return count, spent


LIMIT: Final = 65_000
"""Characters of a comment: GitHub takes 65,536, and a pipeline may add a line of its own."""

LONG: Final = 30
"""Rows from which on a table is folded."""


@dataclass(frozen=True)
class Part:
    """A section in Markdown: what stands before its rows, the rows, and what stands behind them."""

    before: str
    rows: tuple[str, ...]
    after: str

    def shown(self, count: int) -> str:
        """Return it with its first rows, and the number of those that are left out."""
        return f"{self.before}{''.join(self.rows[:count])}{self._more(count)}{self.after}"

    def _more(self, count: int) -> str:
        more = len(self.rows) - count
        return f"\n_… and {more:,} more rows._\n" if more else ""

    @property
    def frame(self) -> int:
        """The most that it takes without its rows."""
        return length(self.before + self._more(-1) + self.after)


def as_markdown(review: Review, limit: int = LIMIT) -> str:
    """Return a review as Markdown.

    Args:
        review: The review.
        limit: Characters that it may have at the most, as JavaScript counts them; 0 for any number.
    """
    parts = [_part(each) for each in sections_of(review)]
    title = shortened(review.title) or "plan"
    top = f"{marker(title)}\n### BIM 360: {markdown(title)}\n\n**{summary_of(review)}**\n"
    if not limit:
        return top + "".join(part.shown(len(part.rows)) for part in parts)
    counts = _counts(parts, limit - length(top + _cut(10**9, 10**9)))
    every, shown = sum(len(part.rows) for part in parts), sum(counts)
    body = "".join(part.shown(count) for part, count in zip(parts, counts, strict=False))
    return top + (_cut(every - shown, every) if shown < every else "") + body


def _counts(parts: list[Part], room: int) -> list[int]:
    """Return how many rows of each part fit; where not even the frames do, the last ones go."""
    kept = list(parts)
    while kept and sum(part.frame for part in kept) > room:
        kept.pop()
    costs = [[length(row) for row in part.rows] for part in kept]
    return taken(costs, room - sum(part.frame for part in kept))


def _cut(gone: int, every: int) -> str:
    return (
        f"\n_Too long for a comment: {gone:,} of {every:,} rows are left out. "
        "`bim360 review --format text` shows them all._\n"
    )


def _part(section: Section) -> Part:
    if not section.head and section.style != "list":
        heading = f"\n> [!{section.style.upper()}]\n> **{section.title}**\n>\n"
        return Part(heading, tuple(_item(row, "> - ") for row in section.rows), "")
    if section.head:
        head = _row(section.head) + "|" + " :--- |" * len(section.head) + "\n"
        rows = tuple(_cells(row) for row in section.rows)
    else:
        head, rows = "", tuple(_item(row, "- ") for row in section.rows)
    intro = f"{section.intro}\n\n" if section.intro else ""
    if section.folded or len(section.rows) > LONG:
        summary = f"<summary>{section.title} ({len(rows):,})</summary>"
        return Part(f"\n<details>{summary}\n\n{intro}{head}", rows, "\n</details>\n")
    return Part(f"\n#### {section.title}\n\n{intro}{head}", rows, "")


def _cells(row: tuple[str, ...]) -> str:
    name, *rest = map(markdown, row)
    return _row((f"**{name.strip()}**" if name.strip() else "", *rest))


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _item(row: tuple[str, ...], bullet: str) -> str:
    if len(row) == 1:
        return f"{bullet}{markdown(row[0])}\n"
    what, names, why = map(markdown, row)
    return f"{bullet}**{what}:** {names}. {why}\n"
