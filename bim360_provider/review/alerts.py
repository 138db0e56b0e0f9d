"""What stands out in a review: what failed, what cannot be undone, and warnings."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from bim360_provider.review.model import Change, Review
from bim360_provider.review.plan import Message
from bim360_provider.review.words import shortened

__all__ = ["errors", "risks", "warnings"]

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
