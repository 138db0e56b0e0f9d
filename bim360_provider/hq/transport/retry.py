"""The retry policy, as one pure function.

docs/reference/hq.md, "Retries", documents the same rules as a table.
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
"""Total attempts for one request."""

TIME_BUDGET: Final = 120.0
"""Total seconds for one request, so that a pipeline fails within minutes if HQ is down."""

FIRST_BACKOFF: Final = 0.5
"""Seconds before the second attempt; doubled for each further one."""

MAX_BACKOFF: Final = 8.0
"""Maximum seconds between two attempts without a ``Retry-After``."""

MAX_RETRY_AFTER: Final = 90.0
"""Maximum ``Retry-After`` in seconds: HQ's window is 60 s; a longer wait is an error."""

DEFAULT_RETRY_AFTER: Final = 20.0
"""Seconds that the vendor's set-up tool waits after a 429 without ``Retry-After``."""

NEW_RESOURCE_TIMEOUT: Final = 30.0
"""Seconds for which a 404 for a new resource is retried."""

LOCK_TIMEOUT: Final = 60.0
"""Seconds for which a 423 is retried: another operation uses the folder."""

NEW_RESOURCE_INTERVAL: Final = 4.0
"""Maximum seconds between two requests for a new or locked resource."""

TIMEOUT_STATUSES: Final = frozenset({408, 425, 444, 460, 499})
"""4xx statuses of timeouts, which are not refusals."""

UNSUPPORTED_STATUSES: Final = frozenset({501, 505, 506, 508, 510, 511})
"""5xx statuses that a retry would get again, and that are sent without acting:
https://www.iana.org/assignments/http-status-codes/"""

MIN_FINAL_STATUS: Final = 200


class AttemptOutcome(Enum):
    """How an attempt ended."""

    RESPONSE = "response"
    NOT_SENT = "never sent"
    NO_RESPONSE = "sent, without a response"


class Action(Enum):
    """What to do after an attempt."""

    ACCEPT = "return the response"
    WAIT = "wait, then send again"
    PAUSE = "pause all threads, then send again"
    RENEW = "renew the token, then send again"
    VERIFY = "find out whether HQ acted, before sending again"
    GIVE_UP = "raise the error"


@dataclass(frozen=True)
class Attempt:
    """One attempt and its outcome.

    Attributes:
        idempotent: Whether sending it twice has the same effect as sending it once: all but POST.
        outcome: How it ended.
        status: The HTTP status, 0 without a response.
        number: 1 for the first attempt.
        elapsed: Seconds since the first attempt began.
        retry_after: The seconds of ``Retry-After``, None without one.
        new_resource: Whether the request concerns a resource that this run has just created.
        token_renewed: Whether the token has already been renewed for this request.
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
    """What to do, and after how many seconds."""

    action: Action
    seconds: float = 0.0


def is_temporary(status: int) -> bool:
    """Return whether a status is temporary; HQ may have acted on the request."""
    is_server_error = (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in UNSUPPORTED_STATUSES
    )
    return is_server_error or status in TIMEOUT_STATUSES or 0 < status < MIN_FINAL_STATUS


def decide_action(attempt: Attempt, jitter: float) -> Decision:
    """Decide what to do after an attempt; ``jitter`` is a factor between 0.5 and 1."""
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
    wait = DEFAULT_RETRY_AFTER if attempt.retry_after is None else attempt.retry_after
    if wait > MAX_RETRY_AFTER:
        return Decision(Action.GIVE_UP)
    # Never earlier than Retry-After: the jitter only spreads the threads afterwards.
    return _retry_or_give_up(attempt, Action.PAUSE, wait + (1 - jitter))


def _decide_final(attempt: Attempt, jitter: float) -> Decision:
    if attempt.status == HTTPStatus.UNAUTHORIZED and not attempt.token_renewed:
        return Decision(Action.RENEW)
    is_new = attempt.new_resource and attempt.elapsed < NEW_RESOURCE_TIMEOUT
    is_locked = attempt.status == HTTPStatus.LOCKED and attempt.elapsed < LOCK_TIMEOUT
    if is_locked or (attempt.status == HTTPStatus.NOT_FOUND and is_new):
        return Decision(Action.WAIT, NEW_RESOURCE_INTERVAL * jitter)
    refused = attempt.status >= HTTPStatus.MULTIPLE_CHOICES
    return Decision(Action.GIVE_UP if refused else Action.ACCEPT)


def _retry_or_give_up(attempt: Attempt, action: Action, wait: float) -> Decision:
    is_exhausted = attempt.number >= MAX_ATTEMPTS or attempt.elapsed + wait > TIME_BUDGET
    return Decision(Action.GIVE_UP) if is_exhausted else Decision(action, wait)


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Parse ``Retry-After``, a number or a date, into seconds from now, 0 to a year."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        when = parse_http_date(header)
        seconds = math.nan if when is None else (when - now).total_seconds()
    return None if math.isnan(seconds) else min(max(0.0, seconds), YEAR)
