"""The retry policy: one case for each cell of its table."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.hq.transport.clock import YEAR
from bim360_provider.hq.transport.retry import (
    LOCK_TIMEOUT,
    MAX_ATTEMPTS,
    MAX_RETRY_AFTER,
    NEW_RESOURCE_TIMEOUT,
    TIME_BUDGET,
    Action,
    Attempt,
    AttemptOutcome,
    Decision,
    decide_action,
    parse_retry_after,
)

NOW = datetime(2027, 1, 2, 12, 0, 0, tzinfo=timezone.utc)

LOCKED = 423
ACCEPT, WAIT, PAUSE = Action.ACCEPT, Action.WAIT, Action.PAUSE
RENEW, VERIFY, GIVE_UP = Action.RENEW, Action.VERIFY, Action.GIVE_UP

# outcome, status -> the action for an idempotent request, the action for a POST
CELLS: list[tuple[AttemptOutcome, int, Action, Action]] = [
    (AttemptOutcome.NOT_SENT, 0, WAIT, WAIT),
    (AttemptOutcome.NO_RESPONSE, 0, WAIT, VERIFY),
    (AttemptOutcome.NO_RESPONSE, 200, WAIT, VERIFY),
    (AttemptOutcome.NO_RESPONSE, 201, WAIT, VERIFY),
    *((AttemptOutcome.RESPONSE, status, ACCEPT, ACCEPT) for status in (200, 201, 204)),
    *((AttemptOutcome.RESPONSE, status, GIVE_UP, GIVE_UP) for status in (301, 302, 304, 307, 308)),
    *(
        (AttemptOutcome.RESPONSE, status, GIVE_UP, GIVE_UP)
        for status in (400, 403, 404, 407, 409, 422)
    ),
    (AttemptOutcome.RESPONSE, 401, RENEW, RENEW),
    (AttemptOutcome.RESPONSE, 429, PAUSE, PAUSE),
    *((AttemptOutcome.RESPONSE, status, WAIT, VERIFY) for status in (500, 502, 503, 504, 507)),
    *((AttemptOutcome.RESPONSE, status, WAIT, VERIFY) for status in (408, 425, 444, 460, 499)),
    *(
        (AttemptOutcome.RESPONSE, status, WAIT, VERIFY)
        for status in (*range(520, 531), 598, 599, 999)
    ),
    *((AttemptOutcome.RESPONSE, status, WAIT, VERIFY) for status in (100, 101, 103, 199)),
    *(
        (AttemptOutcome.RESPONSE, status, GIVE_UP, GIVE_UP)
        for status in (501, 505, 506, 508, 510, 511)
    ),
    *((AttemptOutcome.RESPONSE, status, GIVE_UP, GIVE_UP) for status in (413, 418, 431, 451)),
]


@pytest.mark.parametrize(("outcome", "status", "idempotent", "post"), CELLS)
def test_each_outcome_has_its_action(
    outcome: AttemptOutcome, status: int, idempotent: Action, post: Action
) -> None:
    """A POST is retried only if HQ has certainly not acted."""
    attempt = Attempt(idempotent=True, outcome=outcome, status=status)

    assert decide_action(attempt, 1.0).action is idempotent
    assert decide_action(replace(attempt, idempotent=False), 1.0).action is post


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_token_is_renewed_once(idempotent: bool) -> None:
    """A second 401, with a new token, is a refusal."""
    attempt = Attempt(
        idempotent=idempotent, outcome=AttemptOutcome.RESPONSE, status=401, token_renewed=True
    )

    assert decide_action(attempt, 1.0) == Decision(GIVE_UP)


def test_a_404_for_a_new_resource_is_retried_for_a_while() -> None:
    """HQ shows a new project with a delay."""
    attempt = Attempt(
        idempotent=True, outcome=AttemptOutcome.RESPONSE, status=404, new_resource=True
    )

    assert decide_action(attempt, 1.0) == Decision(WAIT, 4.0)
    assert decide_action(replace(attempt, elapsed=NEW_RESOURCE_TIMEOUT), 1.0) == Decision(GIVE_UP)


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_locked_folder_is_retried_for_a_minute(idempotent: bool) -> None:
    """423 means that nothing was done, so a POST may be repeated as well."""
    attempt = Attempt(idempotent=idempotent, outcome=AttemptOutcome.RESPONSE, status=LOCKED)

    assert decide_action(attempt, 1.0) == Decision(WAIT, 4.0)
    assert decide_action(replace(attempt, elapsed=LOCK_TIMEOUT), 1.0) == Decision(GIVE_UP)


@pytest.mark.parametrize(
    ("number", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, None), (6, None)]
)
def test_the_wait_doubles_and_ends_with_the_fifth_attempt(
    number: int, seconds: float | None
) -> None:
    """There are five attempts."""
    attempt = Attempt(idempotent=True, outcome=AttemptOutcome.NOT_SENT, number=number)

    expected = Decision(GIVE_UP) if seconds is None else Decision(WAIT, seconds)
    assert decide_action(attempt, 1.0) == expected


@pytest.mark.parametrize("status", [429, 503])
def test_no_retry_starts_after_the_time_budget(status: int) -> None:
    """A pipeline fails within minutes if HQ is down."""
    late = Attempt(
        idempotent=True, outcome=AttemptOutcome.RESPONSE, status=status, elapsed=TIME_BUDGET
    )

    assert decide_action(late, 1.0) == Decision(GIVE_UP)


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [
        (0.0, Decision(PAUSE, 0.0)),
        (7.0, Decision(PAUSE, 7.0)),
        (MAX_RETRY_AFTER, Decision(PAUSE, MAX_RETRY_AFTER)),
        (MAX_RETRY_AFTER + 1, Decision(GIVE_UP)),
        (3600.0, Decision(GIVE_UP)),
        (float("inf"), Decision(GIVE_UP)),
        (None, Decision(PAUSE, 20.0)),
    ],
)
def test_a_429_pauses_for_its_retry_after(retry_after: float | None, expected: Decision) -> None:
    """Up to 90 seconds; without the header, as long as the vendor's tool waits."""
    attempt = Attempt(
        idempotent=False, outcome=AttemptOutcome.RESPONSE, status=429, retry_after=retry_after
    )

    assert decide_action(attempt, 1.0) == expected


@pytest.mark.parametrize("jitter", [0.5, 0.75, 1.0])
def test_the_jitter_never_shortens_the_retry_after(jitter: float) -> None:
    """It spreads the threads afterwards; it may halve the client's own backoff."""
    slow = Attempt(idempotent=True, outcome=AttemptOutcome.RESPONSE, status=429, retry_after=7.0)
    lost = Attempt(idempotent=True, outcome=AttemptOutcome.NO_RESPONSE)

    assert decide_action(slow, jitter).seconds == 7.0 + (1 - jitter)
    assert decide_action(lost, jitter).seconds == 0.5 * jitter


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("17", 17.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("3600", 3600.0),
        ("Sat, 02 Jan 2027 12:00:30 GMT", 30.0),
        ("Sat, 02 Jan 2027 12:00:30", 30.0),
        ("Sat, 02 Jan 2027 11:00:00 GMT", 0.0),
        ("soon", None),
        ("nan", None),
        ("inf", YEAR),
        ("1e308", YEAR),
        ("-1e308", 0.0),
        ("9" * 5000, YEAR),
        ("Fri, 31 Dec 9999 23:59:59 GMT", YEAR),
        ("Sat, 01 Jan 0001 00:00:00 +2359", 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    """By HQ's clock; an unreadable value counts as absent, a past date as 0."""
    assert parse_retry_after(header, NOW) == seconds


@given(st.text())
def test_no_header_breaks_the_parsing_of_retry_after(header: str) -> None:
    """A proxy may send any text."""
    seconds = parse_retry_after(header, NOW + timedelta(seconds=1))

    assert seconds is None or 0 <= seconds <= YEAR


@given(
    st.builds(
        Attempt,
        idempotent=st.booleans(),
        outcome=st.sampled_from(AttemptOutcome),
        status=st.integers(0, 599),
        number=st.integers(1, 9),
        elapsed=st.floats(0, 1e4),
        retry_after=st.none() | st.floats(0, 1e4),
        new_resource=st.booleans(),
        token_renewed=st.booleans(),
    ),
    st.floats(0.5, 1),
)
def test_no_attempt_waits_forever_or_repeats_an_unconfirmed_post(
    attempt: Attempt, jitter: float
) -> None:
    """These bounds hold for every possible attempt."""
    decision = decide_action(attempt, jitter)

    assert 0 <= decision.seconds <= MAX_RETRY_AFTER + 1
    is_patient = attempt.new_resource or attempt.status == LOCKED
    if attempt.number >= MAX_ATTEMPTS and not is_patient:
        assert decision.action not in (WAIT, PAUSE)
    if attempt.outcome is AttemptOutcome.NO_RESPONSE and not attempt.idempotent:
        assert decision.action is VERIFY
