"""The kinds of values a seed is made of."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bim360_provider.emulator.clock import moment_of
from bim360_provider.emulator.enums import SERVICES
from bim360_provider.emulator.problems import one_of


class SeedError(Exception):
    """A seed has a mistake; the message is one line that names the place."""


def _split(given: object) -> object:
    return [*filter(None, given.split(","))] if isinstance(given, str) else given


def _there_is(moment: str) -> str:
    moment_of(moment)
    return moment


Text = Annotated[str, Field(min_length=1)]
Service = Annotated[str, AfterValidator(one_of(SERVICES))]
Services = Annotated[tuple[Service, ...], BeforeValidator(_split)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
Moment = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"),
    AfterValidator(_there_is),
]

A_CENTURY = 3_200_000_000
Span = Annotated[float, Field(ge=-A_CENTURY, le=A_CENTURY, allow_inf_nan=False)]
"""Seconds that a clock can be moved by."""


class Strict(BaseModel):
    """A part of the file in which an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")
