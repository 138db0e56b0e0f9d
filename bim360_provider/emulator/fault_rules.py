"""What a fault rule may say: which requests it is for, how often, and what happens then."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bim360_provider.emulator.options import Seconds
from bim360_provider.emulator.parsing import parse_json
from bim360_provider.emulator.problems import first_problem
from bim360_provider.emulator.seed import SeedError
from bim360_provider.emulator.seed_types import Span

FIRST_STATUS, LAST_STATUS = 200, 599
"""A final answer of HTTP; 1xx is none."""

Positive = Annotated[int, Field(ge=1)]
Status = Annotated[int, Field(ge=FIRST_STATUS, le=LAST_STATUS)]


class _Strict(BaseModel):
    """A part of the file in which an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Match(_Strict):
    """Which requests; what is left out matches all."""

    method: str = ""
    """HTTP method, in any case."""
    path: str = ""
    """A route template such as ``/hq/v1/accounts/:account_id/projects``, or a path with ``*``."""
    query: dict[str, str] = Field(default_factory=dict)
    """Query parameters that must be there with these values."""
    body: dict[str, JsonValue] = Field(default_factory=dict)
    """Fields of the JSON or form body that must be there with these values."""


class Then(_Strict):
    """What happens: an answer instead of the true one, or the true one delivered badly."""

    act: bool | None = None
    """Whether HQ acts; left out it acts, unless there is a status, a redirect or drop before."""
    status: Status | None = None
    """The status of the answer; without a body it gets the one usual for it."""
    body: JsonValue = None
    """A JSON body instead of the true one."""
    text: str | None = None
    """A plain text body instead of the true one; ``""`` is an empty body."""
    html: bool = False
    """An HTML page instead of the true body, as proxies send it."""
    size: Positive | None = None
    """A plain text body of so many characters instead of the true one."""
    change: dict[str, JsonValue] = Field(default_factory=dict)
    """Fields overwritten in the true body, in each row of a list."""
    headers: dict[str, str] = Field(default_factory=dict)
    """More headers, or other ones."""
    retry_after: int | str | None = None
    """The ``Retry-After`` header: seconds, or anything HTTP or a bad proxy may send."""
    redirect: str | None = None
    """Where to redirect to, with 307 unless there is a status."""
    advance: Span = 0.0
    """Seconds the emulator's clock moves before it acts: a slow HQ that costs no real time."""
    delay: Seconds = 0.0
    """Seconds of real time before the answer."""
    drop: Literal["before", "after"] | None = None
    """Close the connection without an answer, before or after acting."""
    truncate: Annotated[int, Field(ge=0)] | None = None
    """Bytes of the body sent before the connection is closed."""
    drip: Seconds = 0.0
    """Seconds of real time between two of the eight pieces the body is sent in."""

    @property
    def acts(self) -> bool:
        """Whether HQ acts on the request."""
        if self.act is not None:
            return self.act
        return self.status is None and self.redirect is None and self.drop != "before"


class Rule(_Strict):
    """One fault."""

    match: Match = Match()
    times: Positive | None = None
    """How often it happens; left out it happens every time."""
    after: Annotated[int, Field(ge=0)] = 0
    """How many matching requests are spared first."""
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How likely it is for each matching request."""
    seed: int = 0
    """The same seed gives the same sequence of chances."""
    then: Then


def parse_rules(document: object) -> list[Rule]:
    """Return the rules of a document, which is one rule or a list of them.

    Raises:
        SeedError: One has a mistake; the message is one line that names the place.
    """
    listed = document if isinstance(document, list) else [document]
    return [_parse(rule, f"faults[{number}]") for number, rule in enumerate(listed)]


def _parse(document: object, place: str) -> Rule:
    try:
        return Rule.model_validate(document)
    except ValidationError as error:
        msg = f"{place}.{first_problem(error, Rule, Match, Then)}"
        raise SeedError(msg) from None


def read_rules(path: Path) -> list[Rule]:
    """Return the rules in a JSON file.

    Raises:
        SeedError: The file cannot be read, is no JSON, or has a mistake.
    """
    try:
        return parse_rules(parse_json(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        msg = f"faults {path} cannot be read: {error}"
        raise SeedError(msg) from None
    except SeedError as error:
        msg = f"{path}: {error}"
        raise SeedError(msg) from None
