"""Fault rules: select requests and change their replies."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.http.errors import (
    ApiError,
    DataApiError,
    GatewayError,
    HqApiError,
)
from bim360_provider.emulator.http.messages import Delivery, IncomingRequest, Reply, parse_json
from bim360_provider.emulator.journal import is_path_match, parse_body
from bim360_provider.emulator.options import Seconds
from bim360_provider.emulator.seed.models import (
    ClockShift,
    SeedError,
    StrictModel,
    validate_document,
)

FIRST_STATUS, LAST_STATUS = 200, 599
"""The statuses of a final reply; 1xx is interim."""

PositiveInt = Annotated[int, Field(ge=1)]

StatusCode = Annotated[int, Field(ge=FIRST_STATUS, le=LAST_STATUS)]

REDIRECT_STATUS = 307
"""The redirect that keeps method and body."""

GATEWAY_CODES = {401: "AUTH-006", 403: "AUTH-010", 429: "ERR-001"}
"""Documented: https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/"""

SERVER_ERROR_CODE = "ERR-003"
"""Documented for 500 on the same page; for 502, 503 and 504 it is an inference."""

FIRST_SERVER_ERROR_STATUS = 500

FIRST_ERROR_STATUS = 400

FILLER = "HQ is not well today. "

LIST_KEYS = ("results", "success_items", "business_units", "data")
"""The keys of lists inside an object."""


class RequestMatch(StrictModel):
    """The requests of a rule; an absent field matches all."""

    method: str = ""
    """HTTP method, in any case."""
    path: str = ""
    """A route template such as ``/hq/v1/accounts/:account_id/projects``, or a path with ``*``."""
    query: dict[str, str] = Field(default_factory=dict)
    """Query parameters that must have these values."""
    body: dict[str, JsonValue] = Field(default_factory=dict)
    """Fields of the JSON or form body that must have these values."""


class FaultEffect(StrictModel):
    """The effect: another reply than the real one, or a faulty delivery of it."""

    act: bool | None = None
    """Whether HQ acts; by default it does, unless there is a status, a redirect or drop before."""
    status: StatusCode | None = None
    """The status of the reply; without a body it has the usual one of the status."""
    body: JsonValue = None
    """A JSON body instead of the real one."""
    text: str | None = None
    """A plain text body instead of the real one; ``""`` is an empty body."""
    html: bool = False
    """An HTML page instead of the real body, like a proxy's."""
    size: PositiveInt | None = None
    """A plain text body with this number of characters instead of the real one."""
    change: dict[str, JsonValue] = Field(default_factory=dict)
    """Fields to overwrite in the real body, in each row of a list."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers to add or replace."""
    retry_after: int | str | None = None
    """The ``Retry-After`` header: seconds, or any text."""
    redirect: str | None = None
    """The target of a redirect, with 307 unless there is a status."""
    advance: ClockShift = 0.0
    """Seconds by which the emulator's clock moves before HQ acts: slowness without real waits."""
    delay: Seconds = 0.0
    """Seconds of real time before the reply."""
    drop: Literal["before", "after"] | None = None
    """Close the connection without a reply, before or after acting."""
    truncate: Annotated[int, Field(ge=0)] | None = None
    """Bytes of the body to send before the connection is closed."""
    drip: Seconds = 0.0
    """Seconds of real time between the eight pieces of the body."""

    @property
    def is_processed(self) -> bool:
        """Whether HQ acts on the request."""
        if self.act is not None:
            return self.act
        return self.status is None and self.redirect is None and self.drop != "before"


class Rule(StrictModel):
    """One fault rule."""

    match: RequestMatch = RequestMatch()
    times: PositiveInt | None = None
    """How often it triggers; every time by default."""
    after: Annotated[int, Field(ge=0)] = 0
    """The number of matching requests before the first trigger."""
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The probability for each matching request."""
    seed: int = 0
    """The same seed gives the same random sequence."""
    then: FaultEffect


def parse_rules(document: object) -> list[Rule]:
    """Return the rules of a document, which is one rule or a list of them.

    Raises:
        SeedError: A rule is invalid; the message is one line with the place.
    """
    listed = document if isinstance(document, list) else [document]
    return [
        validate_document(Rule, rule, RequestMatch, FaultEffect, prefix=f"faults[{number}].")
        for number, rule in enumerate(listed)
    ]


def read_rules(path: Path) -> list[Rule]:
    """Return the rules in a JSON file.

    Raises:
        SeedError: The file cannot be read, is not JSON, or is invalid.
    """
    try:
        return parse_rules(parse_json(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        msg = f"faults {path} cannot be read: {error}"
        raise SeedError(msg) from None
    except SeedError as error:
        msg = f"{path}: {error}"
        raise SeedError(msg) from None


def apply_fault(
    then: FaultEffect,
    real_reply: Reply | None,
    error_type: type[HqApiError] | type[DataApiError] = HqApiError,
) -> Reply:
    """Return the reply to send.

    Args:
        then: The effect of the fault.
        real_reply: HQ's reply if it acted, else None.
        error_type: The format of the errors of the request's API.
    """
    base = _build_base_reply(then, real_reply, error_type)
    reply = _replace_no_content_status(_replace_body(then, base))
    headers = {**reply.headers, **{name.lower(): each for name, each in then.headers.items()}}
    if then.retry_after is not None:
        headers["retry-after"] = str(then.retry_after)
    if then.redirect is not None:
        headers["location"] = then.redirect
    return replace(reply, headers=headers, delivery=_build_delivery(then))


def _replace_no_content_status(reply: Reply) -> Reply:
    """Change a 204 that a fault gave a body to 200: a 204 cannot have a body."""
    empty = reply.status != HTTPStatus.NO_CONTENT or not reply.body
    return reply if empty else replace(reply, status=HTTPStatus.OK)


def _build_delivery(then: FaultEffect) -> Delivery:
    return Delivery(
        delay=then.delay, drop=then.drop is not None, cut_after=then.truncate, drip=then.drip
    )


def _build_base_reply(
    then: FaultEffect,
    real_reply: Reply | None,
    error_type: type[HqApiError] | type[DataApiError],
) -> Reply:
    if then.redirect is not None:
        return Reply(then.status or REDIRECT_STATUS, {}, b"")
    if then.status is None:
        return real_reply or Reply(HTTPStatus.OK, {}, b"")
    if then.status == HTTPStatus.NO_CONTENT:
        return Reply(then.status, {}, b"")
    if then.status < FIRST_ERROR_STATUS:
        return replace(real_reply or Reply.from_content(then.status, {}), status=then.status)
    return build_usual_error(then.status, error_type).build_reply()


def build_usual_error(
    status: int, error_type: type[HqApiError] | type[DataApiError] = HqApiError
) -> ApiError:
    """Return the usual error of a status in the format of an API."""
    reason = next((each.phrase for each in HTTPStatus if each == status), "Error")
    if status in GATEWAY_CODES:
        return GatewayError(status, GATEWAY_CODES[status], reason)
    if status >= FIRST_SERVER_ERROR_STATUS:
        return GatewayError(status, SERVER_ERROR_CODE, reason)
    return error_type(status, ErrorCode.REFUSED, reason)


def _replace_body(then: FaultEffect, reply: Reply) -> Reply:
    """Replace the body of a reply if the fault has one."""
    if "body" in then.model_fields_set:
        return Reply.from_content(reply.status, then.body, {**reply.headers})
    if then.html:
        return _set_text_body(reply, "text/html", _render_page(reply.status))
    if then.size is not None:
        filler = FILLER * (then.size // len(FILLER) + 1)
        return _set_text_body(reply, "text/plain", filler[: then.size])
    if then.text is not None:
        return _set_text_body(reply, "text/plain", then.text)
    if then.change:
        return Reply.from_content(
            reply.status, _overwrite_fields(reply.parse_content(), then.change), {**reply.headers}
        )
    return reply


def _set_text_body(reply: Reply, kind: str, text: str) -> Reply:
    headers = {**reply.headers, "content-type": f"{kind}; charset=utf-8"}
    return replace(reply, headers=headers, body=text.encode())


def _render_page(status: int) -> str:
    return f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n"


def _overwrite_fields(content: JsonValue, change: dict[str, JsonValue]) -> JsonValue:
    if isinstance(content, list):
        return [_overwrite_fields(row, change) for row in content]
    if not isinstance(content, dict):
        return content
    rows = next((name for name in LIST_KEYS if isinstance(content.get(name), list)), None)
    if rows is None or change.keys() & content.keys():
        return {**content, **change}
    return {**content, rows: _overwrite_fields(content[rows], change)}


class _ArmedRule:
    """A rule with its counters and its random generator."""

    def __init__(self, number: int, rule: Rule) -> None:
        self.number = number
        self.rule = rule
        self.match_count = 0
        self.fire_count = 0
        # S311: a repeatable sequence is intended.
        self._random = random.Random(rule.seed)  # noqa: S311

    def try_trigger(self) -> bool:
        """Count a matching request and return whether the rule triggers."""
        if self.fire_count == self.rule.times:
            return False
        self.match_count += 1
        if self.match_count <= self.rule.after or self._random.random() >= self.rule.probability:
            return False
        self.fire_count += 1
        return True


class FaultInjector:
    """Rules in the order of their addition; the first that triggers is applied."""

    def __init__(self, at_start: Iterable[Rule] = ()) -> None:
        self._initial_rules = tuple(at_start)
        self._armed_rules: list[_ArmedRule] = []
        self._last_number = 0
        self.reset()

    def add(self, rules: Iterable[Rule]) -> list[int]:
        """Add rules and return their numbers."""
        added = []
        for rule in rules:
            self._last_number += 1
            self._armed_rules.append(_ArmedRule(self._last_number, rule))
            added.append(self._last_number)
        return added

    def remove(self, number: int) -> bool:
        """Remove one rule and return whether it existed."""
        before = len(self._armed_rules)
        self._armed_rules = [armed for armed in self._armed_rules if armed.number != number]
        return len(self._armed_rules) < before

    def clear(self) -> None:
        """Remove every rule."""
        self._armed_rules.clear()

    def reset(self) -> None:
        """Restore the initial rules, with their counters and random sequences."""
        self._last_number = 0
        self.clear()
        self.add(self._initial_rules)

    def dump_rules(self) -> list[JsonValue]:
        """Return the rules with the numbers of their matches and triggers."""
        return [
            {
                "id": armed.number,
                "matched": armed.match_count,
                "fired": armed.fire_count,
                "rule": armed.rule.model_dump(exclude_unset=True),
            }
            for armed in self._armed_rules
        ]

    def pick_fault(
        self, request: IncomingRequest, route: str | None
    ) -> tuple[int, FaultEffect] | None:
        """Return the fault for a request, with its number; None without a fault."""
        for armed in self._armed_rules:
            if _is_selected(armed.rule.match, request, route) and armed.try_trigger():
                return armed.number, armed.rule.then
        return None


def _is_selected(match: RequestMatch, request: IncomingRequest, route: str | None) -> bool:
    return (
        match.method.upper() in ("", request.method)
        and is_path_match(match.path, request.path, route)
        and _has_values(request.parse_query() if match.query else {}, match.query)
        and _has_values(parse_body(request) if match.body else {}, match.body)
    )


def _has_values(given: JsonValue | Mapping[str, str], wanted: Mapping[str, JsonValue]) -> bool:
    """Return whether an object has all the wanted values."""
    if not isinstance(given, Mapping):
        return False
    return all(name in given and given[name] == value for name, value in wanted.items())
