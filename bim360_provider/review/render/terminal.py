"""Print a review on a terminal as text, coloured if the terminal supports it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bim360_provider.review.escaping import escape_invisible_characters
from bim360_provider.review.model import Drift, ResourceChange, Review, Verb
from bim360_provider.review.sections import (
    DROPPED_LABEL,
    VERB_LABELS,
    Section,
    build_sections,
    format_summary_line,
)

__all__ = ["print_outline", "print_review"]

TITLE_STYLES: Final = {
    "caution": "bold red",
    "warning": "bold yellow",
    "table": "bold",
    "matrix": "bold",
    "list": "bold",
}

LABEL_STYLES: Final = {
    "new": "green",
    "reactivated": "green",
    DROPPED_LABEL: "red",
    "replaced": "magenta",
}

LOSS_LABELS: Final = frozenset(
    {"archived", "inactive", "removed, if HQ allows it", "will be hidden"}
)
"""New values that are printed in red."""

PLURALS: Final = {"company": "companies", "person": "people", "business units": "business units"}
"""Plurals of entities that do not end with an s."""

MAX_OUTLINE_LINES: Final = 6
"""Maximum lines of changes in an outline."""

RESTORING_OUTCOMES: Final = frozenset({"restored", "reactivated", "added again"})
"""What a run does with a value that was changed by hand, if the declared value returns."""


def print_review(review: Review, console: Console) -> None:
    """Print a complete review.

    Args:
        review: The review.
        console: The terminal; it decides whether to use colours.
    """
    title = escape_invisible_characters(review.title) or "plan"
    lines = [Text(f"BIM 360: {title}", "bold"), Text(format_summary_line(review), "bold")]
    for section in build_sections(review):
        lines += [Text(), Text(section.title, TITLE_STYLES[section.style])]
        if section.intro:
            lines.append(Text(f"  {section.intro.replace('`', '')}", "dim"))
        rows = [tuple(map(escape_invisible_characters, row)) for row in section.rows]
        if section.style == "matrix":
            lines += _format_matrix([tuple(map(escape_invisible_characters, section.head)), *rows])
        else:
            lines += [_format_row(section, row) for row in rows]
    for line in lines:
        console.print(line, soft_wrap=True)


def _format_matrix(rows: Sequence[tuple[str, ...]]) -> Iterator[Text]:
    """Yield the rows with aligned columns; the first row is the head."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = [
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        yield Text("  " + "  ".join(cells).rstrip(), "" if number else "dim")


def _format_row(section: Section, row: tuple[str, ...]) -> Text:
    if section.head[-2:] == ("Now", "After"):
        return _format_change(row)
    if section.head[2:3] == ("Declared",):
        return _format_drift(row)
    if not section.head and section.style != "list" and len(row) > 1:
        title, subjects, reason = row
        return Text.assemble("  ", (f"{title}: ", "red"), (subjects, "bold"), f". {reason}")
    return Text("  " + "  ".join(cell or "   " for cell in row))


def _format_name(name: str) -> Text:
    return Text.assemble("  ", (name, "bold"), "\n") if name else Text()


def _format_change(row: tuple[str, ...]) -> Text:
    name, label, before, after = row
    line = Text.assemble(_format_name(name), "      ", (label, LABEL_STYLES.get(label, "")))
    if label == DROPPED_LABEL:
        line.append(" → ")
    elif before or after:
        line.append(": ")
    if before:
        line.append(f"{before} → ")
    is_loss = label == DROPPED_LABEL or after in LOSS_LABELS
    line.append(after, "red" if is_loss else "green" if before else "")
    return line


def _format_drift(row: tuple[str, ...]) -> Text:
    name, field, declared, found, *outcome = row
    line = Text.assemble(_format_name(name), "      ", f"{field}: " if field else "")
    line.append(f"{declared or '(nothing)'} → ")
    line.append(found or "(nothing)", "yellow")
    if outcome and outcome[0]:
        line.append(f"  (this run: {outcome[0]})", "cyan")
    return line


def print_outline(review: Review, console: Console) -> None:
    """Print what would change in a few lines, each cut at the width of the terminal.

    Args:
        review: The review.
        console: The terminal; it decides whether to use colours.
    """
    new = [each for each in review.changes if each.verb is Verb.CREATE]
    others = [each for each in review.changes if each.verb is not Verb.CREATE]
    lines = [Text(f"   + {line}", "green") for line in _count_new_resources(new)]
    lines += [Text(f"   ~ {_describe_change(each)}", "yellow") for each in others]
    omitted = len(lines) - MAX_OUTLINE_LINES
    for line in lines[:MAX_OUTLINE_LINES] or [Text("   No changes.")]:
        console.print(line, no_wrap=True, overflow="ellipsis")
    if omitted > 0:
        console.print(f"   … and {omitted} more", markup=False)


def _count_new_resources(new: list[ResourceChange]) -> Iterator[str]:
    """Yield a line with the new projects, and one with the counts of the other entities."""
    counts = Counter(each.entity for each in new)
    if projects := counts.pop("project", 0):
        names = ", ".join(each.label for each in new if each.entity == "project")
        yield f"{_format_count(projects, 'project')}: {escape_invisible_characters(names)}"
    if counts:
        yield ", ".join(_format_count(count, entity) for entity, count in counts.items())


def _format_count(count: int, entity: str) -> str:
    return f"{count} {entity if count == 1 else PLURALS.get(entity, f'{entity}s')}"


def _describe_change(change: ResourceChange) -> str:
    """Return the resource and its changed fields, or what happens to it."""
    fields = [_format_restored_field(each) for each in change.drift]
    fields += [
        _format_field(each.row, each.field, each.before, each.after) for each in change.lines
    ]
    effect = "; ".join(fields) or VERB_LABELS.get(change.verb, "changed by hand")
    return escape_invisible_characters(f"{change.entity} {change.label}, {effect}")


def _format_restored_field(drift: Drift) -> str:
    is_restored = drift.outcome in RESTORING_OUTCOMES
    after = drift.declared if is_restored else drift.outcome or "changed by hand"
    return _format_field(drift.row, drift.field, drift.found, after)


def _format_field(row: str, field: str, before: str, after: str) -> str:
    label = " ".join(part for part in (row, field) if part)
    return f"{label}: {before or '(nothing)'} → {after}"
