"""Render a review as a pull request comment: GitHub Markdown within GitHub's length limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bim360_provider.review.escaping import build_marker, escape_markdown
from bim360_provider.review.formatting import shorten_text
from bim360_provider.review.model import Review
from bim360_provider.review.sections import Section, build_sections, format_summary_line

__all__ = ["MAX_COMMENT_LENGTH", "allocate_rows", "count_utf16_units", "render_markdown"]

MAX_COMMENT_LENGTH: Final = 65_000
"""Maximum characters of a comment: GitHub accepts 65,536; a pipeline may add a line."""

MAX_UNFOLDED_ROWS: Final = 30
"""A table with more rows is folded."""


def count_utf16_units(text: str) -> int:
    """Return the length of a text in UTF-16 code units.

    GitHub documents 65,536 characters, and its client counts them as JavaScript does.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def allocate_rows(costs: Sequence[Sequence[int]], budget: int) -> list[int]:
    """Return how many rows of each section fit.

    Args:
        costs: The length of each row, by section.
        budget: The maximum total length of the rows.
    """
    share = budget // max(1, len(costs))
    counts, remaining = [], budget
    for rows in costs:
        count, length = _count_fitting_rows(rows, 0, share)
        counts.append(count)
        remaining -= length
    for number, rows in enumerate(costs):
        count, length = _count_fitting_rows(rows, counts[number], remaining)
        counts[number] = count
        remaining -= length
    return counts


def _count_fitting_rows(rows: Sequence[int], start: int, budget: int) -> tuple[int, int]:
    length, count = 0, start
    while count < len(rows) and length + rows[count] <= budget:
        length += rows[count]
        count += 1
    return count, length


@dataclass(frozen=True)
class MarkdownSection:
    """A section in Markdown: its rows, and the text before and after them."""

    prefix: str
    rows: tuple[str, ...]
    suffix: str

    def render_rows(self, count: int) -> str:
        """Return the section with its first rows and the number of omitted rows."""
        rows = "".join(self.rows[:count])
        return f"{self.prefix}{rows}{self._format_omission_note(count)}{self.suffix}"

    def _format_omission_note(self, count: int) -> str:
        more = len(self.rows) - count
        return f"\n_… and {more:,} more {'row' if more == 1 else 'rows'}._\n" if more else ""

    @property
    def frame_length(self) -> int:
        """The maximum length of the section without its rows."""
        return count_utf16_units(self.prefix + self._format_omission_note(-1) + self.suffix)


def render_markdown(review: Review, limit: int = MAX_COMMENT_LENGTH) -> str:
    """Return a review as Markdown.

    Args:
        review: The review.
        limit: The maximum length in UTF-16 code units; 0 for no limit.
    """
    parts = [_build_markdown_section(each) for each in build_sections(review)]
    title = shorten_text(review.title) or "plan"
    heading = f"### BIM 360: {escape_markdown(title)}"
    top = f"{build_marker(title)}\n{heading}\n\n**{format_summary_line(review)}**\n"
    if not limit:
        return top + "".join(part.render_rows(len(part.rows)) for part in parts)
    counts = _allocate_section_rows(
        parts, limit - count_utf16_units(top + _format_cut_note(10**9, 10**9))
    )
    total, shown = sum(len(part.rows) for part in parts), sum(counts)
    body = "".join(part.render_rows(count) for part, count in zip(parts, counts, strict=False))
    return top + (_format_cut_note(total - shown, total) if shown < total else "") + body


def _allocate_section_rows(parts: list[MarkdownSection], room: int) -> list[int]:
    """Return how many rows of each part fit; if the frames do not fit, drop the last parts."""
    kept = list(parts)
    while kept and sum(part.frame_length for part in kept) > room:
        kept.pop()
    costs = [[count_utf16_units(row) for row in part.rows] for part in kept]
    return allocate_rows(costs, room - sum(part.frame_length for part in kept))


def _format_cut_note(omitted: int, total: int) -> str:
    return (
        f"\n_Too long for a comment; rows left out: {omitted:,} of {total:,}. "
        "`bim360 review --format text` shows all of them._\n"
    )


def _build_markdown_section(section: Section) -> MarkdownSection:
    if not section.head and section.style != "list":
        heading = f"\n> [!{section.style.upper()}]\n> **{section.title}**\n>\n"
        return MarkdownSection(
            heading, tuple(_render_item(row, "> - ") for row in section.rows), ""
        )
    if section.head:
        head = (
            _render_row(tuple(map(escape_markdown, section.head)))
            + "|"
            + " :--- |" * len(section.head)
            + "\n"
        )
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
    title, subjects, reason = map(escape_markdown, row)
    return f"{bullet}**{title}:** {subjects}. {reason}\n"
