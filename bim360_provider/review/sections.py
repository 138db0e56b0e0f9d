"""A review as sections of plain text."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bim360_provider.review.formatting import shortened
from bim360_provider.review.model import Change, Review, Verb
from bim360_provider.review.plan import Message

__all__ = ["Section", "errors", "risks", "sections_of", "summary_of", "warnings"]

Row = tuple[str, ...]

REFUSED: Final = re.compile(r"^pulumi-python:dynamic/bim360:(\w+) resource ('.*?') has a problem: ")
"""How Pulumi begins what a provider finds wrong with arguments."""

SHORT: Final = 80
"""Characters of a name in such a line."""

NAMED: Final = 20
"""Names that one line holds; all of them are in the tables."""

NOISE: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"(preview|update|refresh|destroy|import) failed",
        r"resource monitor has terminated, shutting down\.?",
        r"(an unhandled error occurred: )?program exited with non-zero exit code: -?\d+",
        r"resource (registration|creation|monitor) (was |has been )?(shut down|cancell?ed).*",
        r"(resource plugin|monitor|engine).* (is|are) shutting down.*",
        r".*\bcode = (canceled|unavailable)\b.*(the client connection|transport) is closing.*",
        r"(.* )?context canceled",
        r".*\bkeyboardinterrupt",
    )
)
"""What Pulumi's engine and its Python host add once something has failed; see pulumi/pulumi."""


def errors(review: Review) -> tuple[Row, ...]:
    """Return what failed, each reason once; empty where nothing did.

    What the engine says because it stops is left out, unless nothing else says why.
    """
    found = [each for each in review.messages if each.severity == "error"]
    reasons = [each for each in found if not _is_noise(each)]
    texts = Counter(text for each in reasons or found for text in _texts(each))
    rows = [(f"{text} ({times} times)" if times > 1 else text,) for text, times in texts.items()]
    if review.failed and not rows:
        rows = [("The engine ended before it came to the end of the plan.",)]
    return tuple(rows)


def _is_noise(message: Message) -> bool:
    text = " ".join(message.text.split())
    return any(pattern.fullmatch(text) for pattern in NOISE)


def _texts(message: Message) -> list[str]:
    """Return a message as one line, or as one for each mistake of a list of them."""
    text = REFUSED.sub(r"\1 \2: ", message.text)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return ["An error without a message."]
    if any(line.lstrip().startswith("Traceback ") for line in lines):
        lines = [lines[0], *_exception(lines[1:])]
    for number, line in enumerate(lines[:-1]):
        if line.endswith(":") and all(each.startswith("  ") for each in lines[number + 1 :]):
            head = " ".join(each.strip() for each in lines[: number + 1])
            return [head, *(each.strip() for each in lines[number + 1 :])]
    return [" ".join(line.strip() for line in lines)]


def _exception(lines: list[str]) -> list[str]:
    """Return what a traceback ends with: the exception, and the lines of its message."""
    named = [number for number, line in enumerate(lines) if EXCEPTION.match(line)]
    return lines[named[-1] :] if named else lines[-1:]


EXCEPTION: Final = re.compile(r"[A-Za-z_][\w.]*(: .*)?$")
"""The line of a traceback that names the exception; it is not indented."""


def warnings(messages: Iterable[Message], *, ours: bool) -> tuple[Row, ...]:
    """Return the warnings of the provider, or those of everything else.

    Args:
        messages: All messages of the plan.
        ours: Whether those of the provider are meant, which begin with ``BIM 360:``.
    """
    found = (each for each in messages if each.severity == "warning")
    meant = (each for each in found if each.text.startswith(OURS) is ours)
    return tuple((text,) for each in meant for text in _texts(each))


OURS: Final = "BIM 360: "


def risks(changes: Iterable[Change], *, reversible: bool = False) -> tuple[Row, ...]:
    """Return a row for each kind of loss: what happens, to whom, and why it matters.

    Args:
        changes: The changes of the plan.
        reversible: Whether those losses are meant that the program can undo.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        for risk in change.risks:
            if risk.reversible is reversible:
                subjects = groups.setdefault((risk.what, risk.why), [])
                subjects.append(shortened(risk.subject, SHORT))
    rows: list[Row] = []
    for (what, why), subjects in groups.items():
        named = ", ".join(subjects[:NAMED])
        more = len(subjects) - NAMED
        told = f"{named} and {more} more" if more > 0 else named
        rows.append((f"{what} ({len(subjects):,})", told, why))
    return tuple(rows)


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
        Section("It failed: what follows is not the whole plan", "caution", errors(review)),
        Section("Cannot simply be undone", "caution", risks(review.changes, reversible=False)),
        Section(
            "Locks people out until it is undone",
            "warning",
            risks(review.changes, reversible=True),
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
        yield Section(title, "list", warnings(review.messages, ours=ours), folded=True)


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
