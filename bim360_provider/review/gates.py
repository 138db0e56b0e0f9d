"""Gates: what must not be in a plan, or not so much of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from bim360_provider.errors import InputError
from bim360_provider.review.model import KINDS

__all__ = ["Gate", "read_gates", "struck"]


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
        near = get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(KINDS)}"
        msg = f"--fail-on does not know '{kind}'; {hint}"
        raise InputError(msg)
    if not equals:
        return Gate(kind)
    if not (number.isascii() and number.isdigit() and int(number)):
        msg = f"--fail-on {kind} takes a number from 1 on, not '{number}'"
        raise InputError(msg)
    return Gate(kind, int(number))


def struck(gates: tuple[Gate, ...], counts: Mapping[str, int]) -> list[str]:
    """Return a few words for each gate that strikes.

    Args:
        gates: The gates.
        counts: How much there is of each kind.
    """
    return [
        f"{gate.kind}: {counts[gate.kind]}, and {gate.least} or more are too many"
        for gate in gates
        if counts[gate.kind] >= gate.least
    ]
