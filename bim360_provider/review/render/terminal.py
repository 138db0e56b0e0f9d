"""A review on a terminal: plain text, with colour where there is any."""

from typing import Final

from rich.console import Console
from rich.text import Text

from bim360_provider.review.escaping import visible
from bim360_provider.review.model import Review
from bim360_provider.review.sections import Section, sections_of, summary_of

__all__ = ["show"]

COLOURS: Final = {"caution": "bold red", "warning": "bold yellow", "table": "bold", "list": "bold"}

WORDS: Final = {"new": "green", "brought back": "green", "taken out": "red", "replaced": "magenta"}
LOST: Final = frozenset({"archived", "inactive", "made inactive", "removed"})


def show(review: Review, console: Console) -> None:
    """Print a review, all of it.

    Args:
        review: The review.
        console: Where to; it knows whether there are colours.
    """
    title = visible(review.title) or "plan"
    lines = [Text(f"BIM 360: {title}", "bold"), Text(summary_of(review), "bold")]
    for section in sections_of(review):
        lines += [Text(), Text(section.title, COLOURS[section.style])]
        if section.intro:
            lines.append(Text(f"  {section.intro.replace('`', '')}", "dim"))
        lines += [_line(section, tuple(map(visible, row))) for row in section.rows]
    for line in lines:
        console.print(line, soft_wrap=True)


def _line(section: Section, row: tuple[str, ...]) -> Text:
    if section.head[-2:] == ("Now", "After"):
        return _change(row)
    if section.head[2:3] == ("Declared",):
        return _drift(row)
    if not section.head and section.style != "list" and len(row) > 1:
        what, names, why = row
        return Text.assemble("  ", (f"{what}: ", "red"), (names, "bold"), f". {why}")
    return Text("  " + "  ".join(cell or "   " for cell in row))


def _named(name: str) -> Text:
    return Text.assemble("  ", (name, "bold"), "\n") if name else Text()


def _change(row: tuple[str, ...]) -> Text:
    name, what, now, after = row
    line = Text.assemble(_named(name), "      ", (what, WORDS.get(what, "")))
    if now or after:
        line.append(": ")
    if now:
        line.append(f"{now} → ")
    line.append(after, "red" if after in LOST else "green" if now else "")
    return line


def _drift(row: tuple[str, ...]) -> Text:
    name, field, declared, found, *outcome = row
    line = Text.assemble(_named(name), "      ", f"{field}: " if field else "")
    line.append(f"{declared or '(nothing)'} → ")
    line.append(found or "(nothing)", "yellow")
    if outcome and outcome[0]:
        line.append(f"  ({outcome[0]})", "cyan")
    return line
