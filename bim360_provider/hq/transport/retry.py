"""What to do after an attempt: one pure function, the whole retry policy.

docs/reference/hq.md, "Retries", has the same rules as a table for people.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from typing import Final

from bim360_provider.hq.transport.clock import YEAR, parse_http_date

__all__ = [
    "Action",
    "Attempt",
    "AttemptOutcome",
    "Decision",
    "decide_action",
    "is_temporary",
    "parse_retry_after",
]

MAX_ATTEMPTS: Final = 5
"""Attempts in all; a fault that outlives five is not a hiccup."""

TIME_BUDGET: Final = 120.0
"""Seconds in all for one request, so that a dead HQ fails a pipeline within minutes."""

FIRST_BACKOFF: Final = 0.5
"""Seconds before the second attempt; doubled each time."""

MAX_BACKOFF: Final = 8.0
"""Seconds at most between two attempts that HQ set no time for."""

MAX_RETRY_AFTER: Final = 90.0
"""Longest wait that HQ may ask for: its window is 60 s; more is an outage to be told of."""

DEFAULT_RETRY_AFTER: Final = 20.0
"""What the vendor's own set-up tool waits when a 429 names no time."""

NEW_RESOURCE_TIMEOUT: Final = 30.0
"""Seconds for which a 404 on what we have just made is disbelieved."""

NEW_RESOURCE_INTERVAL: Final = 4.0
"""Seconds at most between two looks at what we have just made."""

TIMEOUT_STATUSES: Final = frozenset({408, 425, 444, 460, 499})
"""4xx by which servers and gateways say that they gave up waiting, not that they refused."""

UNSUPPORTED_STATUSES: Final = frozenset({501, 505, 506, 508, 510, 511})
"""5xx that the next attempt would get as well, and that are sent without acting:
https://www.iana.org/assignments/http-status-codes/"""

MIN_FINAL_STATUS: Final = 200


class AttemptOutcome(Enum):
    """How an attempt ended."""

    RESPONSE = "answered"
    NOT_SENT = "never sent"
    NO_RESPONSE = "sent, but not answered"


class Action(Enum):
    """What to do now."""

    ACCEPT = "hand the answer on"
    WAIT = "wait, then send again"
    PAUSE = "let every thread wait, then send again"
    RENEW = "renew the token, then send again"
    VERIFY = "find out whether HQ acted, before sending again"
    GIVE_UP = "tell the error"


@dataclass(frozen=True)
class Attempt:
    """One attempt and what came of it.

    Attributes:
        repeatable: Sending it twice does what sending it once does: all but a POST.
        outcome: How it ended.
        status: The HTTP status, 0 when there is no answer.
        number: 1 for the first.
        elapsed: Seconds since the first began.
        retry_after: Seconds HQ asked us to wait, None if it named none.
        new_resource: The request concerns what this run has just made.
        renewed: The token has been renewed for this request already.
    """

    idempotent: bool
    outcome: AttemptOutcome
    status: int = 0
    number: int = 1
    elapsed: float = 0.0
    retry_after: float | None = None
    new_resource: bool = False
    token_renewed: bool = False


@dataclass(frozen=True)
class Decision:
    """What to do now, and after how many seconds."""

    action: Action
    seconds: float = 0.0


def is_temporary(status: int) -> bool:
    """Return whether a status may be another one soon; HQ may have acted on the request."""
    is_server_error = (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in UNSUPPORTED_STATUSES
    )
    return is_server_error or status in TIMEOUT_STATUSES or 0 < status < MIN_FINAL_STATUS


def decide_action(attempt: Attempt, jitter: float) -> Decision:
    """Return what to do after an attempt; ``jitter`` is a factor between 0.5 and 1."""
    backoff = min(FIRST_BACKOFF * 2 ** (attempt.number - 1), MAX_BACKOFF) * jitter
    if attempt.outcome is AttemptOutcome.NOT_SENT:
        return _retry_or_give_up(attempt, Action.WAIT, backoff)
    if attempt.outcome is AttemptOutcome.NO_RESPONSE or is_temporary(attempt.status):
        if attempt.idempotent:
            return _retry_or_give_up(attempt, Action.WAIT, backoff)
        return Decision(Action.VERIFY)
    if attempt.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _decide_rate_limited(attempt, jitter)
    return _decide_final(attempt, jitter)


def _decide_rate_limited(attempt: Attempt, jitter: float) -> Decision:
    asked = DEFAULT_RETRY_AFTER if attempt.retry_after is None else attempt.retry_after
    if asked > MAX_RETRY_AFTER:
        return Decision(Action.GIVE_UP)
    # Never earlier than asked: the jitter only spreads the threads out afterwards.
    return _retry_or_give_up(attempt, Action.PAUSE, asked + (1 - jitter))


def _decide_final(attempt: Attempt, jitter: float) -> Decision:
    if attempt.status == HTTPStatus.UNAUTHORIZED and not attempt.token_renewed:
        return Decision(Action.RENEW)
    young = attempt.new_resource and attempt.elapsed < NEW_RESOURCE_TIMEOUT
    if attempt.status == HTTPStatus.NOT_FOUND and young:
        return Decision(Action.WAIT, NEW_RESOURCE_INTERVAL * jitter)
    refused = attempt.status >= HTTPStatus.MULTIPLE_CHOICES
    return Decision(Action.GIVE_UP if refused else Action.ACCEPT)


def _retry_or_give_up(attempt: Attempt, action: Action, wait: float) -> Decision:
    spent = attempt.number >= MAX_ATTEMPTS or attempt.elapsed + wait > TIME_BUDGET
    return Decision(Action.GIVE_UP) if spent else Decision(action, wait)


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Return ``Retry-After`` in seconds from now, 0 to a year, whether it is a number or a date."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        when = parse_http_date(header)
        seconds = math.nan if when is None else (when - now).total_seconds()
    return None if math.isnan(seconds) else min(max(0.0, seconds), YEAR)
