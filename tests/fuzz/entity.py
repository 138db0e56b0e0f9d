"""What the trials have to know about one entity: a small table, filled in under ``kinds/``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import BaseModel

from bim360_provider.dynamic.base import Door
from bim360_provider.emulator import Emulator
from bim360_provider.hq import HqClient
from tests.fuzz.strategies import Draw

if TYPE_CHECKING:
    from tests.fuzz.sets import ArgumentSet

Values: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """An account of the emulator, and what is in it for others to refer to."""

    account_id: str
    business_unit_id: str
    template_id: str
    project_id: str
    company_id: str
    folder: Path = Path()


@dataclass(frozen=True)
class Ground:
    """What one worker plays on: an account of its own, and a client of it."""

    hq: Emulator
    client: HqClient
    place: Place


Table: TypeAlias = Mapping[str, tuple[Draw, Draw]]
"""For each argument the draw of valid values and that of doubtful ones."""


def nothing_together(_given: "ArgumentSet", _certainly: bool) -> set[str]:
    """Blame no argument for what others are."""
    return set()


def as_drawn(_given: "ArgumentSet", _random: Random, _place: Place) -> None:
    """Leave a set as it was drawn."""


def holds_nothing(_ground: "Ground", _id: str, _state: Values) -> bool:
    """Doubt nothing that HQ holds."""
    return True


def all_done(_state: Values, _declared: Values) -> set[str]:
    """Let nothing be left to do."""
    return set()


@dataclass(frozen=True)
class Kind:
    """One entity.

    Attributes:
        provider: Its provider.
        model: Its arguments.
        required: Those that every set has to have.
        table: The draws for each argument.
        example: What a set is compared with; no set equals it.
        clear: Takes away what was made, by its id and its state.
        kept: Arguments that another set for the same thing keeps.
        together: Arguments that are wrong because of others, certainly or perhaps.
        arrange: Turns a set so that chance alone does not refuse most of them.
        only_hq_knows: Refusals that no check can foresee, because it asks nobody.
        undone: What the state may say is left to do; nothing of it is a difference.
        is_final: Whether what was made cannot be changed any more.
        beside: Arguments of which another value is another resource beside the first.
        is_held: Whether HQ really holds what a create has returned, by its id and its state.
    """

    provider: Door
    model: type[BaseModel]
    required: tuple[str, ...]
    table: Callable[[Place], Table]
    example: Values
    clear: Callable[[Ground, str, Values], None]
    kept: tuple[str, ...] = ()
    together: Callable[["ArgumentSet", bool], set[str]] = nothing_together
    arrange: Callable[["ArgumentSet", Random, Place], None] = as_drawn
    only_hq_knows: tuple[str, ...] = ()
    undone: Callable[[Values, Values], set[str]] = all_done
    is_final: Callable[[Values], bool] = lambda _state: False
    beside: tuple[str, ...] = ()
    is_held: Callable[[Ground, str, Values], bool] = holds_nothing
