"""What the trials have to know about one entity: a small table, filled in under ``kinds/``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import BaseModel

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.emulator import Emulator
from bim360_provider.hq import HqClient
from tests.fuzz.strategies import SampleDraw

if TYPE_CHECKING:
    from tests.fuzz.sets import ArgumentSet

FieldValues: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class SeededAccount:
    """An account of the emulator, and what is in it for others to refer to."""

    account_id: str
    business_unit_id: str
    template_id: str
    project_id: str
    company_id: str
    folder: Path = Path()


@dataclass(frozen=True)
class FuzzAccount:
    """What one worker plays on: an account of its own, and a client of it."""

    emulator: Emulator
    client: HqClient
    account: SeededAccount


ArgumentDraws: TypeAlias = Mapping[str, tuple[SampleDraw, SampleDraw]]
"""For each argument the draw of valid values and that of doubtful ones."""


def find_no_conflicts(_given: "ArgumentSet", _certainly: bool) -> set[str]:
    """Blame no argument for what others are."""
    return set()


def keep_as_drawn(_given: "ArgumentSet", _random: Random, _place: SeededAccount) -> None:
    """Leave a set as it was drawn."""


def accept_any_state(_ground: "FuzzAccount", _id: str, _state: FieldValues) -> bool:
    """Doubt nothing that HQ holds."""
    return True


def list_no_pending(_state: FieldValues, _declared: FieldValues) -> set[str]:
    """Let nothing be left to do."""
    return set()


@dataclass(frozen=True)
class FuzzEntity:
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

    provider: Bim360ProviderBase
    model: type[BaseModel]
    required: tuple[str, ...]
    build_draws: Callable[[SeededAccount], ArgumentDraws]
    example: FieldValues
    delete_entity: Callable[[FuzzAccount, str, FieldValues], None]
    fixed_arguments: tuple[str, ...] = ()
    find_conflicts: Callable[["ArgumentSet", bool], set[str]] = find_no_conflicts
    adjust_set: Callable[["ArgumentSet", Random, SeededAccount], None] = keep_as_drawn
    hq_refusals: tuple[str, ...] = ()
    list_pending: Callable[[FieldValues, FieldValues], set[str]] = list_no_pending
    is_final: Callable[[FieldValues], bool] = lambda _state: False
    identity_arguments: tuple[str, ...] = ()
    is_held: Callable[[FuzzAccount, str, FieldValues], bool] = accept_any_state
