"""A review on a terminal: plain text, with colour where there is any."""

from typing import Final

from rich.console import Console
from rich.text import Text

from bim360_provider.review.escaping import escape_invisible_characters
from bim360_provider.review.model import Review
from bim360_provider.review.sections import Section, build_sections, format_summary_line

__all__ = ["print_review"]

TITLE_STYLES: Final = {
    "caution": "bold red",
    "warning": "bold yellow",
    "table": "bold",
    "list": "bold",
}

WORD_STYLES: Final = {
    "new": "green",
    "brought back": "green",
    "taken out": "red",
    "replaced": "magenta",
}
LOSS_WORDS: Final = frozenset({"archived", "inactive", "made inactive", "removed"})


def print_review(review: Review, console: Console) -> None:
    """Print a review, all of it.

    Args:
        review: The review.
        console: Where to; it knows whether there are colours.
    """
    title = escape_invisible_characters(review.title) or "plan"
    lines = [Text(f"BIM 360: {title}", "bold"), Text(format_summary_line(review), "bold")]
    for section in build_sections(review):
        lines += [Text(), Text(section.title, TITLE_STYLES[section.style])]
        if section.intro:
            lines.append(Text(f"  {section.intro.replace('`', '')}", "dim"))
        lines += [
            _format_row(section, tuple(map(escape_invisible_characters, row)))
            for row in section.rows
        ]
    for line in lines:
        console.print(line, soft_wrap=True)


def _format_row(section: Section, row: tuple[str, ...]) -> Text:
    if section.head[-2:] == ("Now", "After"):
        return _format_change(row)
    if section.head[2:3] == ("Declared",):
        return _format_drift(row)
    if not section.head and section.style != "list" and len(row) > 1:
        what, names, why = row
        return Text.assemble("  ", (f"{what}: ", "red"), (names, "bold"), f". {why}")
    return Text("  " + "  ".join(cell or "   " for cell in row))


def _format_name(name: str) -> Text:
    return Text.assemble("  ", (name, "bold"), "\n") if name else Text()


def _format_change(row: tuple[str, ...]) -> Text:
    name, what, now, after = row
    line = Text.assemble(_format_name(name), "      ", (what, WORD_STYLES.get(what, "")))
    if now or after:
        line.append(": ")
    if now:
        line.append(f"{now} → ")
    line.append(after, "red" if after in LOSS_WORDS else "green" if now else "")
    return line


def _format_drift(row: tuple[str, ...]) -> Text:
    name, field, declared, found, *outcome = row
    line = Text.assemble(_format_name(name), "      ", f"{field}: " if field else "")
    line.append(f"{declared or '(nothing)'} → ")
    line.append(found or "(nothing)", "yellow")
    if outcome and outcome[0]:
        line.append(f"  ({outcome[0]})", "cyan")
    return line
