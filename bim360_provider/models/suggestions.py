"""The value that a person most likely meant: a known other name first, then a slip of the pen."""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from bim360_provider.models import secrecy
from bim360_provider.models.aliases import ALIASES, compact

__all__ = ["suggestion"]

NEAR: Final = 0.8
"""How alike two words must be: ``EURO`` and ``EUR`` are 0.86 of 1, ``RMB`` and ``RUB`` 0.67."""

SWAPPED: Final = 0.9
"""The likeness of two words of which two neighboring letters are swapped: ``cots`` and ``cost``."""

SHORTEST: Final = 3
"""Letters of a word below which a swap means nothing."""

REMEMBERED: Final = 1000
"""Words for which the nearest one is kept: a file repeats its mistakes."""


def suggestion(
    word: str,
    choices: Iterable[str],
    *,
    aliases: Mapping[str, Sequence[str]] = ALIASES,
    excluded: Collection[str] = (),
) -> str | None:
    """Return the one choice that a word most likely stands for, or None when that is a guess.

    Args:
        word: What a person wrote.
        choices: What could have been written.
        aliases: By the compact form of another name, the choices that it stands for.
        excluded: Choices that cannot be meant, because they are given already.
    """
    if secrecy.hides(word):  # a choice that is near would give it away
        return None
    left = tuple(choice for choice in choices if choice not in excluded)
    known = aliases.get(compact(word))
    found = _first((word, *(known or ())), left)
    if found is not None or known == ():
        return found
    return _nearest(word, left)


@lru_cache(maxsize=REMEMBERED)
def _nearest(word: str, choices: tuple[str, ...]) -> str | None:
    ranked = sorted(((_likeness(word, choice), choice) for choice in choices), reverse=True)[:2]
    if not ranked or ranked[0][0] < NEAR:
        return None
    # Two that are equally near are no advice.
    return ranked[0][1] if len(ranked) == 1 or ranked[1][0] < ranked[0][0] else None


def _first(known: Iterable[str], choices: tuple[str, ...]) -> str | None:
    folded = _folded(choices)
    return next((folded[compact(each)] for each in known if compact(each) in folded), None)


@lru_cache(maxsize=REMEMBERED)
def _folded(choices: tuple[str, ...]) -> dict[str, str]:
    return {compact(choice): choice for choice in choices}


def _likeness(word: str, choice: str) -> float:
    ours, theirs = _distinctive(word, choice)
    if _swapped(ours, theirs):
        return SWAPPED
    if min(len(ours), len(theirs)) * 2 < NEAR * (len(ours) + len(theirs)):
        return 0.0
    shared = sum(min(ours.count(letter), theirs.count(letter)) for letter in set(ours))
    if shared * 2 < NEAR * (len(ours) + len(theirs)):
        return 0.0
    return difflib.SequenceMatcher(None, ours, theirs).ratio()


def _distinctive(word: str, choice: str) -> tuple[str, str]:
    """Return what is compared: of a time zone the city, because ``America/`` is half of many."""
    ours, theirs = word.strip().casefold(), choice.casefold()
    if "/" not in theirs or " " in theirs:
        return ours, theirs
    return ours.rpartition("/")[2].replace(" ", "_"), theirs.rpartition("/")[2]


def _swapped(ours: str, theirs: str) -> bool:
    if len(ours) != len(theirs) or len(ours) < SHORTEST:
        return False
    places = [at for at, letter in enumerate(ours) if letter != theirs[at]]
    if not places or places[-1] - places[0] != 1:
        return False
    first = places[0]
    return ours[first : first + 2] == theirs[first : first + 2][::-1]
