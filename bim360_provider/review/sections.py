"""A review as sections of plain text."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bim360_provider.review.formatting import shorten_text
from bim360_provider.review.model import ResourceChange, Review, Verb
from bim360_provider.review.plan import PlanMessage

__all__ = [
    "Section",
    "build_sections",
    "format_summary_line",
    "list_errors",
    "list_risks",
    "list_warnings",
]

Row = tuple[str, ...]

CHECK_FAILURE_PATTERN: Final = re.compile(
    r"^pulumi-python:dynamic/bim360:(\w+) resource ('.*?') has a problem: "
)
"""How Pulumi begins what a provider finds wrong with arguments."""

MAX_NAME_LENGTH: Final = 80
"""Characters of a name in such a line."""

MAX_NAMES: Final = 20
"""Names that one line holds; all of them are in the tables."""

NOISE_PATTERNS: Final = tuple(
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


def list_errors(review: Review) -> tuple[Row, ...]:
    """Return what failed, each reason once; empty where nothing did.

    What the engine says because it stops is left out, unless nothing else says why.
    """
    found = [each for each in review.messages if each.severity == "error"]
    reasons = [each for each in found if not _is_noise(each)]
    texts = Counter(text for each in reasons or found for text in _split_message(each))
    rows = [(f"{text} ({times} times)" if times > 1 else text,) for text, times in texts.items()]
    if review.failed and not rows:
        rows = [("The engine ended before it came to the end of the plan.",)]
    return tuple(rows)


def _is_noise(message: PlanMessage) -> bool:
    text = " ".join(message.text.split())
    return any(pattern.fullmatch(text) for pattern in NOISE_PATTERNS)


def _split_message(message: PlanMessage) -> list[str]:
    """Return a message as one line, or as one for each mistake of a list of them."""
    text = CHECK_FAILURE_PATTERN.sub(r"\1 \2: ", message.text)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return ["An error without a message."]
    if any(line.lstrip().startswith("Traceback ") for line in lines):
        lines = [lines[0], *_extract_exception(lines[1:])]
    for number, line in enumerate(lines[:-1]):
        if line.endswith(":") and all(each.startswith("  ") for each in lines[number + 1 :]):
            head = " ".join(each.strip() for each in lines[: number + 1])
            return [head, *(each.strip() for each in lines[number + 1 :])]
    return [" ".join(line.strip() for line in lines)]


def _extract_exception(lines: list[str]) -> list[str]:
    """Return what a traceback ends with: the exception, and the lines of its message."""
    named = [number for number, line in enumerate(lines) if EXCEPTION_PATTERN.match(line)]
    return lines[named[-1] :] if named else lines[-1:]


EXCEPTION_PATTERN: Final = re.compile(r"[A-Za-z_][\w.]*(: .*)?$")
"""The line of a traceback that names the exception; it is not indented."""


def list_warnings(messages: Iterable[PlanMessage], *, from_provider: bool) -> tuple[Row, ...]:
    """Return the warnings of the provider, or those of everything else.

    Args:
        messages: All messages of the plan.
        ours: Whether those of the provider are meant, which begin with ``BIM 360:``.
    """
    found = (each for each in messages if each.severity == "warning")
    meant = (each for each in found if each.text.startswith(PROVIDER_PREFIX) is from_provider)
    return tuple((text,) for each in meant for text in _split_message(each))


PROVIDER_PREFIX: Final = "BIM 360: "


def list_risks(
    changes: Iterable[ResourceChange], *, is_reversible: bool = False
) -> tuple[Row, ...]:
    """Return a row for each kind of loss: what happens, to whom, and why it matters.

    Args:
        changes: The changes of the plan.
        reversible: Whether those losses are meant that the program can undo.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        for risk in change.risks:
            if risk.reversible is is_reversible:
                subjects = groups.setdefault((risk.what, risk.why), [])
                subjects.append(shorten_text(risk.subject, MAX_NAME_LENGTH))
    rows: list[Row] = []
    for (what, why), subjects in groups.items():
        named = ", ".join(subjects[:MAX_NAMES])
        more = len(subjects) - MAX_NAMES
        told = f"{named} and {more} more" if more > 0 else named
        rows.append((f"{what} ({len(subjects):,})", told, why))
    return tuple(rows)


VERB_LABELS: Final = {
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

UNPLANNED_OUTCOME: Final = "left: planned without --refresh"

PEOPLE_ENTITIES: Final = ("team", "member", "project admin", "person")

LABEL_FIELDS: Final = frozenset({"name", "e-mail", "project"})
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
    is_folded: bool = False


def format_summary_line(review: Review) -> str:
    """Return the one line that says how much happens."""
    verbs = review.verb_counts
    parts = [f"{verbs[verb]} to {verb.value}" for verb in VERB_LABELS if verbs[verb]]
    drifted, doubtful = review.drift_counts
    if review.failed and not parts and not drifted and not doubtful:
        return "It failed, so it is unknown what would happen."
    lines = [", ".join(parts) or ("No changes" if review.has_plan else "")]
    if drifted:
        lines.append(f"{drifted} changed by hand in BIM 360")
    if doubtful:
        lines.append(f"{doubtful} perhaps changed by hand: secrets cannot be compared")
    elif not drifted and review.looked and not review.failed:
        lines.append("Nothing was changed by hand")
    return " ".join(f"{line}." for line in lines if line)


def build_sections(review: Review) -> list[Section]:
    """Return what is to be told, the most important first; sections without rows are left out."""
    going = [each for each in review.changes if each.verb is Verb.RELEASE]
    shown = [each for each in review.changes if each.verb not in (Verb.RELEASE, Verb.NOTHING)]
    projects = [each for each in shown if each.entity == "project"]
    people = [each for each in shown if each.entity in PEOPLE_ENTITIES]
    rest = [each for each in shown if each.entity not in ("project", *PEOPLE_ENTITIES)]
    new = [row for each in shown if each.verb is Verb.CREATE for row in _build_field_rows(each)]
    found = [
        Section("It failed: what follows is not the whole plan", "caution", list_errors(review)),
        Section(
            "Cannot simply be undone", "caution", list_risks(review.changes, is_reversible=False)
        ),
        Section(
            "Locks people out until it is undone",
            "warning",
            list_risks(review.changes, is_reversible=True),
        ),
        _build_drift_section(review),
        _build_change_table("Projects", "Project", projects),
        _build_change_table("People and access", "Who", people),
        _build_change_table("Everything else", "What", rest),
        Section(
            "Let go: not managed any more",
            "table",
            tuple((_format_full_label(each), each.note) for each in going),
            ("What", "What becomes of it"),
            is_folded=True,
        ),
        Section(
            "Every field of what is new",
            "table",
            tuple(new),
            ("What", "Field", "Value"),
            is_folded=True,
        ),
        *_build_warning_sections(review),
    ]
    return [each for each in found if each.rows]


def _build_warning_sections(review: Review) -> Iterator[Section]:
    for title, ours in (
        ("Warnings from the provider", True),
        ("Warnings from Pulumi and the program", False),
    ):
        yield Section(
            title, "list", list_warnings(review.messages, from_provider=ours), is_folded=True
        )


def _build_drift_section(review: Review) -> Section:
    rows: list[Row] = []
    for change in review.changes:
        label = _format_full_label(change)
        for each in change.drift:
            what = f"{each.row} in {change.label}" if each.row else label
            outcome = each.outcome or UNPLANNED_OUTCOME
            rows.append((what, each.field, each.declared, each.found, outcome))
    head: Row = ("What", "Field", "Declared", "BIM 360 has", "This run")
    if not review.has_plan:
        rows, head = [row[:-1] for row in rows], head[:-1]
    intro = "" if review.has_plan else "`pulumi up --refresh` puts back what the stack declares."
    title = "Changed by hand in BIM 360" if review.drift_counts[0] else "Perhaps changed by hand"
    return Section(title, "warning", tuple(_blank_repeated_names(rows)), head, intro)


def _build_change_table(title: str, whose: str, changes: Sequence[ResourceChange]) -> Section:
    rows = [row for each in changes for row in _blank_repeated_names(_build_change_rows(each))]
    return Section(title, "table", tuple(rows), (whose, "Change", "Now", "After"))


def _build_change_rows(change: ResourceChange) -> Iterator[Row]:
    label = (
        change.label
        if change.entity in ("project", "team", "person")
        else _format_full_label(change)
    )
    by_status = any(line.field == "status" and not line.row for line in change.lines)
    silent = change.verb is Verb.CHANGE or (
        by_status and change.verb in (Verb.ARCHIVE, Verb.RESTORE, Verb.DEACTIVATE)
    )
    if change.verb is Verb.CREATE and any(line.row for line in change.lines):
        silent = True  # a team is its members
    if not silent or not (change.lines or change.drift) or change.note:
        yield label, *_build_lead_cells(change)
    for line in change.lines:
        if change.verb is Verb.CREATE and not line.row:
            continue
        whose = line.row if change.entity == "business units" else f"{line.row} in {change.label}"
        yield whose if line.row else label, line.field, line.before, line.after


def _build_lead_cells(change: ResourceChange) -> tuple[str, str, str]:
    """Return what is told of the whole: what happens, what was, what will be."""
    word = VERB_LABELS[change.verb]
    if change.verb in (Verb.ARCHIVE, Verb.DEACTIVATE, Verb.REMOVE) and not change.lines:
        return "taken out", "", word
    if change.verb is Verb.RESTORE:
        return word, "archived", "active"
    return word, "", "; ".join(part for part in (change.summary, change.note) if part)


def _build_field_rows(change: ResourceChange) -> Iterator[Row]:
    kept = (each for each in change.lines if not each.row and each.field not in LABEL_FIELDS)
    yield from _blank_repeated_names(
        (_format_full_label(change), each.field, each.after) for each in kept
    )


def _blank_repeated_names(rows: Iterable[Row]) -> Iterator[Row]:
    """Name each thing once: the rows below it are its own."""
    last = ""
    for row in rows:
        yield ("", *row[1:]) if row[0] == last else row
        last = row[0]


def _format_full_label(change: ResourceChange) -> str:
    return f"{change.entity} {change.label}"
