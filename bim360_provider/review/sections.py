"""A review as sections of plain text, before it is Markdown or colours."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bim360_provider.review import alerts
from bim360_provider.review.model import Change, Review, Verb

__all__ = ["Section", "sections_of", "summary_of"]

Row = tuple[str, ...]

TOLD: Final = {
    Verb.CREATE: "new",
    Verb.ADOPT: "taken over",
    Verb.CHANGE: "changes",
    Verb.REPLACE: "replaced",
    Verb.RESTORE: "brought back",
    Verb.ARCHIVE: "archived",
    Verb.DEACTIVATE: "made inactive",
    Verb.REMOVE: "removed",
    Verb.RELEASE: "let go",
}

NOT_PLANNED: Final = "left: planned without --refresh"

PEOPLE: Final = ("team", "member", "project admin", "person")

TOLD_BY_LABEL: Final = frozenset({"name", "e-mail", "project"})
"""Fields that the name of a thing tells already."""


@dataclass(frozen=True)
class Section:
    """A part of a review.

    Attributes:
        title: Its heading.
        style: ``caution`` and ``warning`` stand out; a ``table`` has a head.
        rows: Its rows; those of a table have as many cells as its head.
        head: The head of a table.
        intro: A line before the rows; empty for none.
        folded: Whether a browser shows it only when asked.
    """

    title: str
    style: Literal["caution", "warning", "table", "list"]
    rows: tuple[Row, ...]
    head: Row = ()
    intro: str = ""
    folded: bool = False


def summary_of(review: Review) -> str:
    """Return the one line that says how much happens."""
    verbs = review.verbs
    parts = [f"{verbs[verb]} to {verb.value}" for verb in TOLD if verbs[verb]]
    drifted, doubtful = review.drifted
    if review.failed and not parts and not drifted and not doubtful:
        return "It failed, so it is unknown what would happen."
    lines = [", ".join(parts) or ("No changes" if review.planned else "")]
    if drifted:
        lines.append(f"{drifted} changed by hand in BIM 360")
    if doubtful:
        lines.append(f"{doubtful} perhaps changed by hand: secrets cannot be compared")
    elif not drifted and review.looked and not review.failed:
        lines.append("Nothing was changed by hand")
    return " ".join(f"{line}." for line in lines if line)


def sections_of(review: Review) -> list[Section]:
    """Return what is to be told, the most important first; sections without rows are left out."""
    going = [each for each in review.changes if each.verb is Verb.RELEASE]
    shown = [each for each in review.changes if each.verb not in (Verb.RELEASE, Verb.NOTHING)]
    projects = [each for each in shown if each.entity == "project"]
    people = [each for each in shown if each.entity in PEOPLE]
    rest = [each for each in shown if each.entity not in ("project", *PEOPLE)]
    new = [row for each in shown if each.verb is Verb.CREATE for row in _fields(each)]
    found = [
        Section("It failed: what follows is not the whole plan", "caution", alerts.errors(review)),
        Section(
            "Cannot simply be undone", "caution", alerts.risks(review.changes, reversible=False)
        ),
        Section(
            "Locks people out until it is undone",
            "warning",
            alerts.risks(review.changes, reversible=True),
        ),
        _drift(review),
        _table("Projects", "Project", projects),
        _table("People and access", "Who", people),
        _table("Everything else", "What", rest),
        Section(
            "Let go: not managed any more",
            "table",
            tuple((_full(each), each.note) for each in going),
            ("What", "What becomes of it"),
            folded=True,
        ),
        Section(
            "Every field of what is new",
            "table",
            tuple(new),
            ("What", "Field", "Value"),
            folded=True,
        ),
        *_warnings(review),
    ]
    return [each for each in found if each.rows]


def _warnings(review: Review) -> Iterator[Section]:
    for title, ours in (
        ("Warnings from the provider", True),
        ("Warnings from Pulumi and the program", False),
    ):
        yield Section(title, "list", alerts.warnings(review.messages, ours=ours), folded=True)


def _drift(review: Review) -> Section:
    rows: list[Row] = []
    for change in review.changes:
        label = _full(change)
        for each in change.drift:
            what = f"{each.row} in {change.label}" if each.row else label
            outcome = each.outcome or NOT_PLANNED
            rows.append((what, each.field, each.declared, each.found, outcome))
    head: Row = ("What", "Field", "Declared", "BIM 360 has", "This run")
    if not review.planned:
        rows, head = [row[:-1] for row in rows], head[:-1]
    intro = "" if review.planned else "`pulumi up --refresh` puts back what the stack declares."
    title = "Changed by hand in BIM 360" if review.drifted[0] else "Perhaps changed by hand"
    return Section(title, "warning", tuple(_once(rows)), head, intro)


def _table(title: str, whose: str, changes: Sequence[Change]) -> Section:
    rows = [row for each in changes for row in _once(_rows(each))]
    return Section(title, "table", tuple(rows), (whose, "Change", "Now", "After"))


def _rows(change: Change) -> Iterator[Row]:
    label = change.label if change.entity in ("project", "team", "person") else _full(change)
    by_status = any(line.field == "status" and not line.row for line in change.lines)
    silent = change.verb is Verb.CHANGE or (
        by_status and change.verb in (Verb.ARCHIVE, Verb.RESTORE, Verb.DEACTIVATE)
    )
    if change.verb is Verb.CREATE and any(line.row for line in change.lines):
        silent = True  # a team is its members
    if not silent or not (change.lines or change.drift) or change.note:
        yield label, *_lead(change)
    for line in change.lines:
        if change.verb is Verb.CREATE and not line.row:
            continue
        whose = line.row if change.entity == "business units" else f"{line.row} in {change.label}"
        yield whose if line.row else label, line.field, line.before, line.after


def _lead(change: Change) -> tuple[str, str, str]:
    """Return what is told of the whole: what happens, what was, what will be."""
    word = TOLD[change.verb]
    if change.verb in (Verb.ARCHIVE, Verb.DEACTIVATE, Verb.REMOVE) and not change.lines:
        return "taken out", "", word
    if change.verb is Verb.RESTORE:
        return word, "archived", "active"
    return word, "", "; ".join(part for part in (change.summary, change.note) if part)


def _fields(change: Change) -> Iterator[Row]:
    kept = (each for each in change.lines if not each.row and each.field not in TOLD_BY_LABEL)
    yield from _once((_full(change), each.field, each.after) for each in kept)


def _once(rows: Iterable[Row]) -> Iterator[Row]:
    """Name each thing once: the rows below it are its own."""
    last = ""
    for row in rows:
        yield ("", *row[1:]) if row[0] == last else row
        last = row[0]


def _full(change: Change) -> str:
    return f"{change.entity} {change.label}"
