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


def errors(review: Review) -> tuple[Row, ...]:
    """Return what failed, each thing once; empty where nothing did."""
    texts = Counter(_one_line(each) for each in review.messages if each.severity == "error")
    if len(texts) > 1:
        del texts["preview failed"]  # Pulumi's last word, which says nothing beside the others
    rows = [(f"{text} ({times} times)" if times > 1 else text,) for text, times in texts.items()]
    if review.failed and not rows:
        rows = [("The engine ended before it came to the end of the plan.",)]
    return tuple(rows)


def _one_line(message: Message) -> str:
    text = REFUSED.sub(r"\1 \2: ", message.text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return "An error without words."
    # The last line of a traceback is the one that says what is wrong.
    traced = any(line.startswith("Traceback ") for line in lines)
    return f"{lines[0]} {lines[-1]}" if traced and len(lines) > 1 else " ".join(lines)


def warnings(messages: Iterable[Message]) -> tuple[Row, ...]:
    """Return what the provider warns of."""
    return tuple((_one_line(each),) for each in messages if each.severity == "warning")


def risks(changes: Iterable[Change]) -> tuple[Row, ...]:
    """Return a row for each thing that can happen: what, to whom, and why it matters."""
    groups: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        for risk in change.risks:
            groups.setdefault((risk.what, risk.why), []).append(shortened(risk.subject, SHORT))
    rows: list[Row] = []
    for (what, why), subjects in groups.items():
        named = ", ".join(subjects[:NAMED])
        more = len(subjects) - NAMED
        told = f"{named} and {more} more" if more > 0 else named
        rows.append((f"{what} ({len(subjects):,})", told, why))
    return tuple(rows)
