"""Gates: what must not be in a plan, or not so much of it."""

from dataclasses import dataclass
from typing import Final

from bim360_provider.errors import InputError
from bim360_provider.models.suggestions import suggestion
from bim360_provider.review.model import KINDS, Review

__all__ = ["Gate", "read_gates", "struck"]


DIGITS: Final = 9
"""Digits of the number of a gate; no plan has a billion resources."""


@dataclass(frozen=True)
class Gate:
    """A kind of thing, and the number from which on it is too many."""

    kind: str
    least: int = 1


def read_gates(text: str) -> tuple[Gate, ...]:
    """Read gates such as ``archive=10,access-loss,drift``.

    Args:
        text: Kinds with commas between; ``kind=N`` strikes at N or more, ``kind`` alone at one.

    Raises:
        InputError: There is no such kind, or N is no number from 1 on.
    """
    return tuple(_gate(word.strip()) for word in text.split(",") if word.strip())


def _gate(word: str) -> Gate:
    kind, equals, number = (part.strip() for part in word.partition("="))
    if kind not in KINDS:
        near = suggestion(kind, KINDS, aliases={})
        hint = f"did you mean {near}?" if near else f"there are {', '.join(KINDS)}"
        msg = f"--fail-on does not know '{kind}'; {hint}"
        raise InputError(msg)
    if not equals:
        return Gate(kind)
    if not (number.isascii() and number.isdigit() and len(number) <= DIGITS and int(number)):
        msg = f"--fail-on {kind} takes a number from 1 on, not '{number[:40]}'"
        raise InputError(msg)
    return Gate(kind, int(number))


def struck(gates: tuple[Gate, ...], review: Review) -> list[str]:
    """Return a few words for each gate that strikes.

    Args:
        gates: The gates.
        review: What happens. A drift gate strikes as well where no one looked at HQ.
    """
    found = (_strike(gate, review) for gate in gates)
    return [words for words in found if words]


def _strike(gate: Gate, review: Review) -> str:
    count = review.counts[gate.kind]
    if gate.kind == "drift" and review.existing and not review.looked:
        return "drift: unknown, because the plan was made without --refresh; add it, or --drift"
    if count < gate.least:
        return ""
    possible = review.possible[gate.kind]
    doubt = f" ({possible} of them unknown, so possible)" if possible else ""
    return f"{gate.kind}: {count}{doubt}, and {gate.least} or more are too many"
