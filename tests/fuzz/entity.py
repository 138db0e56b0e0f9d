"""The description of an entity for the fuzz tests; each entity has one in ``kinds/``."""

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
    """An account of the emulator, and the ids of its initial objects."""

    account_id: str
    business_unit_id: str
    template_id: str
    project_id: str
    company_id: str
    folder: Path = Path()


@dataclass(frozen=True)
class FuzzAccount:
    """The account of one worker, and its client."""

    emulator: Emulator
    client: HqClient
    account: SeededAccount


ArgumentDraws: TypeAlias = Mapping[str, tuple[SampleDraw, SampleDraw]]
"""For each argument a draw of valid values and one of doubtful values."""


def find_no_conflicts(_given: "ArgumentSet", _certainly: bool) -> set[str]:
    """Return no argument: none is wrong because of others."""
    return set()


def keep_as_drawn(_given: "ArgumentSet", _random: Random, _place: SeededAccount) -> None:
    """Leave a set as it was drawn."""


def accept_any_state(_ground: "FuzzAccount", _id: str, _state: FieldValues) -> bool:
    """Return True: any state at HQ is accepted."""
    return True


def list_no_pending(_state: FieldValues, _declared: FieldValues) -> set[str]:
    """Return no argument: none may be pending."""
    return set()


@dataclass(frozen=True)
class FuzzEntity:
    """The description of one entity.

    Attributes:
        provider: Its provider.
        model: The model of its arguments.
        required: The arguments that every set needs.
        build_draws: Returns the draws for each argument.
        example: An object to compare a set with; no set equals it.
        delete_entity: Deletes a created object, by its id and its state.
        fixed_arguments: Arguments that another set for the same object keeps.
        find_conflicts: Returns arguments that are, or may be, wrong because of others.
        adjust_set: Changes a set so that chance alone does not refuse most of them.
        hq_refusals: Texts of refusals that no check can foresee, because it sends no request.
        list_pending: Returns the arguments that may still be pending, which is not a difference.
        is_final: Returns whether a created object can no longer be changed.
        identity_arguments: Arguments that make another resource with another value.
        is_held: Returns whether HQ has what a create has returned, by its id and its state.
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
