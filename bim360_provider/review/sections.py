"""Build the sections of a review as plain text."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from bim360_provider.review.formatting import shorten_text
from bim360_provider.review.matrix import PERMISSION_ENTITY, build_matrices
from bim360_provider.review.model import ResourceChange, Review, Verb
from bim360_provider.review.plan import PlanMessage

__all__ = [
    "DROPPED_LABEL",
    "VERB_LABELS",
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
"""The prefix that Pulumi adds to a check failure."""

MAX_NAME_LENGTH: Final = 80
"""Maximum characters of a name in a list of names."""

MAX_NAMES: Final = 20
"""Maximum names in a list; the tables contain all of them."""

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
"""Errors that Pulumi's engine and Python host add after the first failure; see pulumi/pulumi."""

EXCEPTION_PATTERN: Final = re.compile(r"[A-Za-z_][\w.]*(: .*)?$")
"""The line of a traceback that names the exception; it is not indented."""

PROVIDER_PREFIX: Final = "BIM 360: "

VERB_LABELS: Final = {
    Verb.CREATE: "new",
    Verb.ADOPT: "adopted",
    Verb.CHANGE: "changed",
    Verb.REPLACE: "replaced",
    Verb.RESTORE: "reactivated",
    Verb.ARCHIVE: "archived",
    Verb.DEACTIVATE: "deactivated",
    Verb.REMOVE: "removed",
    Verb.HIDE: "hidden",
    Verb.RELEASE: "no longer managed",
}

REMOVAL_VERBS: Final = (Verb.ARCHIVE, Verb.DEACTIVATE, Verb.REMOVE, Verb.HIDE)

DROPPED_LABEL: Final = "removed from the program"

REMOVAL_LABELS: Final = {
    "member": "will be removed from the project",
    "project admin": "will be removed from the project",
    "team": "members will be removed from the project",
    "folder permissions": "permissions will be removed",
}
"""New states of removed resources whose entity needs more than the label of the verb."""

UNPLANNED_OUTCOME: Final = "left unchanged, planned without --refresh"

PEOPLE_ENTITIES: Final = ("team", "member", "project admin", "person")

FOLDER_ENTITIES: Final = ("folder", PERMISSION_ENTITY)

LABEL_FIELDS: Final = frozenset({"name", "e-mail", "project", "parent folder", "folder"})
"""Fields that the label of a resource already shows."""


def list_errors(review: Review) -> tuple[Row, ...]:
    """Return the distinct errors of a plan; empty if it succeeded.

    Follow-up errors of the engine are omitted unless they are the only errors.
    """
    errors = [each for each in review.messages if each.severity == "error"]
    reasons = [each for each in errors if not _is_noise(each)]
    texts = Counter(text for each in reasons or errors for text in _split_message(each))
    rows = [(f"{text} ({times} times)" if times > 1 else text,) for text, times in texts.items()]
    if review.failed and not rows:
        rows = [("The engine stopped before the plan was complete.",)]
    return tuple(rows)


def _is_noise(message: PlanMessage) -> bool:
    text = " ".join(message.text.split())
    return any(pattern.fullmatch(text) for pattern in NOISE_PATTERNS)


def _split_message(message: PlanMessage) -> list[str]:
    """Return a message as one line, or a list of mistakes as one line for each."""
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
    """Return the end of a traceback: the exception and the lines of its message."""
    starts = [number for number, line in enumerate(lines) if EXCEPTION_PATTERN.match(line)]
    return lines[starts[-1] :] if starts else lines[-1:]


def list_warnings(messages: Iterable[PlanMessage], *, from_provider: bool) -> tuple[Row, ...]:
    """Return the warnings of the provider, or all other warnings.

    Args:
        messages: All messages of the plan.
        from_provider: Whether to select the warnings that begin with ``BIM 360:``.
    """
    warnings = (each for each in messages if each.severity == "warning")
    selected = (each for each in warnings if each.text.startswith(PROVIDER_PREFIX) is from_provider)
    return tuple((text,) for each in selected for text in _split_message(each))


def list_risks(
    changes: Iterable[ResourceChange], *, is_reversible: bool = False
) -> tuple[Row, ...]:
    """Return a row for each kind of loss: the title, the subjects and the reason.

    Args:
        changes: The changes of the plan.
        is_reversible: Whether to select the losses that the program can undo.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        for risk in change.risks:
            if risk.reversible is is_reversible:
                subjects = groups.setdefault((risk.what, risk.why), [])
                subjects.append(shorten_text(risk.subject, MAX_NAME_LENGTH))
    rows: list[Row] = []
    for (title, reason), subjects in groups.items():
        names = ", ".join(subjects[:MAX_NAMES])
        more = len(subjects) - MAX_NAMES
        listing = f"{names} and {more} more" if more > 0 else names
        rows.append((f"{title} ({len(subjects):,})", listing, reason))
    return tuple(rows)


@dataclass(frozen=True)
class Section:
    """A part of a review.

    Attributes:
        title: The heading.
        style: ``caution`` and ``warning`` are highlighted; ``table`` and ``matrix`` have a head.
        rows: The rows; those of a table have as many cells as the head.
        head: The head of a table.
        intro: A line before the rows; empty for none.
        is_folded: Whether a browser shows only the heading at first.
    """

    title: str
    style: Literal["caution", "warning", "table", "matrix", "list"]
    rows: tuple[Row, ...]
    head: Row = ()
    intro: str = ""
    is_folded: bool = False


def format_summary_line(review: Review) -> str:
    """Return the line that counts the changes."""
    verbs = review.verb_counts
    parts = [_format_verb_count(verb, verbs[verb]) for verb in VERB_LABELS if verbs[verb]]
    drifted, doubtful = review.drift_counts
    if review.failed and not parts and not drifted and not doubtful:
        return "The plan failed; its changes are unknown."
    lines = [", ".join(parts) or ("No changes" if review.has_plan else "")]
    if drifted:
        lines.append(f"{drifted} changed by hand in BIM 360")
    if doubtful:
        lines.append(f"{doubtful} possibly changed by hand (secrets cannot be compared)")
    elif not drifted and review.has_refresh and not review.failed:
        lines.append("Nothing was changed by hand")
    return " ".join(f"{line}." for line in lines if line)


def _format_verb_count(verb: Verb, count: int) -> str:
    if verb is Verb.RELEASE:
        return f"{count} {VERB_LABELS[verb]}"
    return f"{count} to {verb.value}"


def build_sections(review: Review) -> list[Section]:
    """Return the sections with rows, the most important first."""
    released = [each for each in review.changes if each.verb is Verb.RELEASE]
    shown = [each for each in review.changes if each.verb not in (Verb.RELEASE, Verb.NOTHING)]
    projects = [each for each in shown if each.entity == "project"]
    people = [each for each in shown if each.entity in PEOPLE_ENTITIES]
    folders = [each for each in shown if each.entity in FOLDER_ENTITIES]
    rest = [
        each for each in shown if each.entity not in ("project", *PEOPLE_ENTITIES, *FOLDER_ENTITIES)
    ]
    new = [row for each in shown if each.verb is Verb.CREATE for row in _build_field_rows(each)]
    sections = [
        Section("The plan failed and is incomplete", "caution", list_errors(review)),
        Section("Hard to undo", "caution", list_risks(review.changes, is_reversible=False)),
        Section(
            "Takes access (can be undone)",
            "warning",
            list_risks(review.changes, is_reversible=True),
        ),
        _build_drift_section(review),
        _build_change_table("Projects", "Project", projects),
        _build_change_table("People and access", "Who", people),
        _build_change_table("Folders", "Folder", folders),
        *_build_matrix_sections(folders),
        _build_change_table("Other resources", "Resource", rest),
        Section(
            "No longer managed",
            "table",
            tuple((_format_full_label(each), each.note) for each in released),
            ("Resource", "What happens"),
            is_folded=True,
        ),
        Section(
            "All fields of new resources",
            "table",
            tuple(new),
            ("Resource", "Field", "Value"),
            is_folded=True,
        ),
        *_build_warning_sections(review),
    ]
    return [each for each in sections if each.rows]


def _build_warning_sections(review: Review) -> Iterator[Section]:
    for title, from_provider in (
        ("Warnings from the provider", True),
        ("Warnings from Pulumi and the program", False),
    ):
        yield Section(
            title,
            "list",
            list_warnings(review.messages, from_provider=from_provider),
            is_folded=True,
        )


def _build_drift_section(review: Review) -> Section:
    rows: list[Row] = []
    for change in review.changes:
        label = _format_full_label(change)
        for each in change.drift:
            subject = f"{each.row} in {change.label}" if each.row else label
            outcome = each.outcome or UNPLANNED_OUTCOME
            rows.append((subject, each.field, each.declared, each.found, outcome))
    head: Row = ("Resource", "Field", "Declared", "In BIM 360", "This run")
    if not review.has_plan:
        rows, head = [row[:-1] for row in rows], head[:-1]
    intro = "" if review.has_plan else "`pulumi up --refresh` restores the declared values."
    title = "Changed by hand in BIM 360" if review.drift_counts[0] else "Possibly changed by hand"
    return Section(title, "warning", tuple(_blank_repeated_names(rows)), head, intro)


def _build_change_table(title: str, subject: str, changes: Sequence[ResourceChange]) -> Section:
    rows = [row for each in changes for row in _blank_repeated_names(_build_change_rows(each))]
    return Section(title, "table", tuple(rows), (subject, "Change", "Now", "After"))


def _build_matrix_sections(folders: Sequence[ResourceChange]) -> Iterator[Section]:
    for number, each in enumerate(build_matrices(folders), 1):
        title = "Folder permissions" + (f" ({number})" if number > 1 else "")
        yield Section(title, "matrix", each.rows, each.head, "An empty cell is unchanged.")


def _build_change_rows(change: ResourceChange) -> Iterator[Row]:
    label = (
        change.label
        if change.entity in ("project", "team", "person", "folder")
        else _format_full_label(change)
    )
    if change.entity == PERMISSION_ENTITY:
        other_lines = tuple(line for line in change.lines if not line.row)
        is_in_matrix = len(other_lines) < len(change.lines) and change.verb is not Verb.REPLACE
        if is_in_matrix and (change.verb is Verb.CREATE or not other_lines):
            return
        change = replace(change, lines=other_lines)
    has_status_line = any(line.field == "status" and not line.row for line in change.lines)
    is_shown_by_lines = change.verb is Verb.CHANGE or (
        has_status_line and change.verb in (Verb.ARCHIVE, Verb.RESTORE, Verb.DEACTIVATE)
    )
    if change.verb is Verb.CREATE and any(line.row for line in change.lines):
        is_shown_by_lines = True  # the rows of a team are its members
    if not is_shown_by_lines or not (change.lines or change.drift) or change.note:
        yield label, *_build_lead_cells(change)
    for line in change.lines:
        if change.verb is Verb.CREATE and not line.row:
            continue
        subject = line.row if change.entity == "business units" else f"{line.row} in {change.label}"
        yield subject if line.row else label, line.field, line.before, line.after


def _build_lead_cells(change: ResourceChange) -> tuple[str, str, str]:
    """Return the cells for the resource itself: the change, the old and the new state."""
    label = VERB_LABELS[change.verb]
    if change.verb in REMOVAL_VERBS and not change.lines:
        return DROPPED_LABEL, "", REMOVAL_LABELS.get(change.entity, f"will be {label}")
    if change.verb is Verb.RESTORE:
        return label, "archived", "active"
    return label, "", "; ".join(part for part in (change.summary, change.note) if part)


def _build_field_rows(change: ResourceChange) -> Iterator[Row]:
    kept = (each for each in change.lines if not each.row and each.field not in LABEL_FIELDS)
    yield from _blank_repeated_names(
        (_format_full_label(change), each.field, each.after) for each in kept
    )


def _blank_repeated_names(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield rows in which a repeated name is blank."""
    last = ""
    for row in rows:
        yield ("", *row[1:]) if row[0] == last else row
        last = row[0]


def _format_full_label(change: ResourceChange) -> str:
    return f"{change.entity} {change.label}"
