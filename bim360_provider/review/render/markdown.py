"""Render a review as a comment on a pull request: GitHub's Markdown within its limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bim360_provider.review.escaping import build_marker, escape_markdown
from bim360_provider.review.formatting import shorten_text
from bim360_provider.review.model import Review
from bim360_provider.review.sections import Section, build_sections, format_summary_line

__all__ = ["MAX_COMMENT_LENGTH", "allocate_rows", "count_utf16_units", "render_markdown"]


def count_utf16_units(text: str) -> int:
    """Return the length of a text as its strictest reader counts it: in UTF-16 code units.

    GitHub speaks of 65,536 characters, and its own client counts in JavaScript.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def allocate_rows(costs: Sequence[Sequence[int]], budget: int) -> list[int]:
    """Return how many rows of each section can be shown.

    Args:
        costs: The length of each row, by section.
        budget: The length that all rows may have together.
    """
    share = budget // max(1, len(costs))
    counts, left = [], budget
    for rows in costs:
        count, spent = _count_fitting_rows(rows, 0, share)
        counts.append(count)
        left -= spent
    for number, rows in enumerate(costs):
        count, spent = _count_fitting_rows(rows, counts[number], left)
        counts[number] = count
        left -= spent
    return counts


def _count_fitting_rows(rows: Sequence[int], start: int, budget: int) -> tuple[int, int]:
    spent, count = 0, start
    while count < len(rows) and spent + rows[count] <= budget:
        spent += rows[count]
        count += 1
    return count, spent


MAX_COMMENT_LENGTH: Final = 65_000
"""Characters of a comment: GitHub takes 65,536, and a pipeline may add a line of its own."""

MAX_UNFOLDED_ROWS: Final = 30
"""Rows from which on a table is folded."""


@dataclass(frozen=True)
class MarkdownSection:
    """A section in Markdown: what stands before its rows, the rows, and what stands behind them."""

    prefix: str
    rows: tuple[str, ...]
    suffix: str

    def render_rows(self, count: int) -> str:
        """Return it with its first rows, and the number of those that are left out."""
        return f"{self.prefix}{''.join(self.rows[:count])}{self._format_omission_note(count)}{self.suffix}"

    def _format_omission_note(self, count: int) -> str:
        more = len(self.rows) - count
        return f"\n_… and {more:,} more rows._\n" if more else ""

    @property
    def frame_length(self) -> int:
        """The most that it takes without its rows."""
        return count_utf16_units(self.prefix + self._format_omission_note(-1) + self.suffix)


def render_markdown(review: Review, limit: int = MAX_COMMENT_LENGTH) -> str:
    """Return a review as Markdown.

    Args:
        review: The review.
        limit: Characters that it may have at the most, as JavaScript counts them; 0 for any number.
    """
    parts = [_build_markdown_section(each) for each in build_sections(review)]
    title = shorten_text(review.title) or "plan"
    top = f"{build_marker(title)}\n### BIM 360: {escape_markdown(title)}\n\n**{format_summary_line(review)}**\n"
    if not limit:
        return top + "".join(part.render_rows(len(part.rows)) for part in parts)
    counts = _allocate_section_rows(
        parts, limit - count_utf16_units(top + _format_cut_note(10**9, 10**9))
    )
    every, shown = sum(len(part.rows) for part in parts), sum(counts)
    body = "".join(part.render_rows(count) for part, count in zip(parts, counts, strict=False))
    return top + (_format_cut_note(every - shown, every) if shown < every else "") + body


def _allocate_section_rows(parts: list[MarkdownSection], room: int) -> list[int]:
    """Return how many rows of each part fit; where not even the frames do, the last ones go."""
    kept = list(parts)
    while kept and sum(part.frame_length for part in kept) > room:
        kept.pop()
    costs = [[count_utf16_units(row) for row in part.rows] for part in kept]
    return allocate_rows(costs, room - sum(part.frame_length for part in kept))


def _format_cut_note(gone: int, every: int) -> str:
    return (
        f"\n_Too long for a comment: {gone:,} of {every:,} rows are left out. "
        "`bim360 review --format text` shows them all._\n"
    )


def _build_markdown_section(section: Section) -> MarkdownSection:
    if not section.head and section.style != "list":
        heading = f"\n> [!{section.style.upper()}]\n> **{section.title}**\n>\n"
        return MarkdownSection(
            heading, tuple(_render_item(row, "> - ") for row in section.rows), ""
        )
    if section.head:
        head = _render_row(section.head) + "|" + " :--- |" * len(section.head) + "\n"
        rows = tuple(_render_named_row(row) for row in section.rows)
    else:
        head, rows = "", tuple(_render_item(row, "- ") for row in section.rows)
    intro = f"{section.intro}\n\n" if section.intro else ""
    if section.is_folded or len(section.rows) > MAX_UNFOLDED_ROWS:
        summary = f"<summary>{section.title} ({len(rows):,})</summary>"
        return MarkdownSection(f"\n<details>{summary}\n\n{intro}{head}", rows, "\n</details>\n")
    return MarkdownSection(f"\n#### {section.title}\n\n{intro}{head}", rows, "")


def _render_named_row(row: tuple[str, ...]) -> str:
    name, *rest = map(escape_markdown, row)
    return _render_row((f"**{name.strip()}**" if name.strip() else "", *rest))


def _render_row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _render_item(row: tuple[str, ...], bullet: str) -> str:
    if len(row) == 1:
        return f"{bullet}{escape_markdown(row[0])}\n"
    what, names, why = map(escape_markdown, row)
    return f"{bullet}**{what}:** {names}. {why}\n"
