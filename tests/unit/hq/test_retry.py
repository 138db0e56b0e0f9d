"""The retry policy, cell by cell."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.hq.transport.clock import YEAR
from bim360_provider.hq.transport.retry import (
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

ACCEPT, WAIT, PAUSE = Action.ACCEPT, Action.WAIT, Action.PAUSE
RENEW, LOOK, GIVE_UP = Action.RENEW, Action.VERIFY, Action.GIVE_UP

# outcome, status -> what a repeatable request does, what a POST of a project does
CELLS: list[tuple[AttemptOutcome, int, Action, Action]] = [
    (AttemptOutcome.NOT_SENT, 0, WAIT, WAIT),
    (AttemptOutcome.NO_RESPONSE, 0, WAIT, LOOK),
    (AttemptOutcome.NO_RESPONSE, 200, WAIT, LOOK),
    (AttemptOutcome.NO_RESPONSE, 201, WAIT, LOOK),
    *((AttemptOutcome.RESPONSE, status, ACCEPT, ACCEPT) for status in (200, 201, 204)),
    *((AttemptOutcome.RESPONSE, status, GIVE_UP, GIVE_UP) for status in (301, 302, 304, 307, 308)),
    *(
        (AttemptOutcome.RESPONSE, status, GIVE_UP, GIVE_UP)
        for status in (400, 403, 404, 407, 409, 422)
    ),
    (AttemptOutcome.RESPONSE, 401, RENEW, RENEW),
    (AttemptOutcome.RESPONSE, 429, PAUSE, PAUSE),
    *((AttemptOutcome.RESPONSE, status, WAIT, LOOK) for status in (500, 502, 503, 504, 507)),
    *((AttemptOutcome.RESPONSE, status, WAIT, LOOK) for status in (408, 425, 444, 460, 499)),
    *(
        (AttemptOutcome.RESPONSE, status, WAIT, LOOK)
        for status in (*range(520, 531), 598, 599, 999)
    ),
    *((AttemptOutcome.RESPONSE, status, WAIT, LOOK) for status in (100, 101, 103, 199)),
    *(
        (AttemptOutcome.RESPONSE, status, GIVE_UP, GIVE_UP)
        for status in (501, 505, 506, 508, 510, 511)
    ),
    *((AttemptOutcome.RESPONSE, status, GIVE_UP, GIVE_UP) for status in (413, 418, 431, 451)),
]


@pytest.mark.parametrize(("outcome", "status", "repeatable", "post"), CELLS)
def test_each_outcome_has_its_action(
    outcome: AttemptOutcome, status: int, repeatable: Action, post: Action
) -> None:
    """A POST is sent again only while HQ has surely not acted."""
    attempt = Attempt(idempotent=True, outcome=outcome, status=status)

    assert decide_action(attempt, 1.0).action is repeatable
    assert decide_action(replace(attempt, idempotent=False), 1.0).action is post


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_token_is_renewed_once(repeatable: bool) -> None:
    """A second 401 with a fresh token is a refusal."""
    attempt = Attempt(
        idempotent=repeatable, outcome=AttemptOutcome.RESPONSE, status=401, token_renewed=True
    )

    assert decide_action(attempt, 1.0) == Decision(GIVE_UP)


def test_a_404_on_what_was_just_made_is_disbelieved_for_a_while() -> None:
    """HQ shows a new project a moment late."""
    young = Attempt(idempotent=True, outcome=AttemptOutcome.RESPONSE, status=404, new_resource=True)

    assert decide_action(young, 1.0) == Decision(WAIT, 4.0)
    assert decide_action(replace(young, elapsed=NEW_RESOURCE_TIMEOUT), 1.0) == Decision(GIVE_UP)


@pytest.mark.parametrize(
    ("number", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, None), (6, None)]
)
def test_the_wait_doubles_and_ends_with_the_fifth_attempt(
    number: int, seconds: float | None
) -> None:
    """Five attempts in all."""
    attempt = Attempt(idempotent=True, outcome=AttemptOutcome.NOT_SENT, number=number)

    expected = Decision(GIVE_UP) if seconds is None else Decision(WAIT, seconds)
    assert decide_action(attempt, 1.0) == expected


@pytest.mark.parametrize("status", [429, 503])
def test_no_wait_begins_that_would_outlast_the_budget(status: int) -> None:
    """A dead HQ fails a pipeline within minutes."""
    late = Attempt(
        idempotent=True, outcome=AttemptOutcome.RESPONSE, status=status, elapsed=TIME_BUDGET
    )

    assert decide_action(late, 1.0) == Decision(GIVE_UP)


@pytest.mark.parametrize(
    ("asked", "expected"),
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
def test_hq_says_how_long_to_slow_down(asked: float | None, expected: Decision) -> None:
    """Up to 90 seconds; where it names no time, what the vendor's own tool waits."""
    attempt = Attempt(
        idempotent=False, outcome=AttemptOutcome.RESPONSE, status=429, retry_after=asked
    )

    assert decide_action(attempt, 1.0) == expected


@pytest.mark.parametrize("jitter", [0.5, 0.75, 1.0])
def test_the_jitter_never_shortens_what_hq_asked_for(jitter: float) -> None:
    """It spreads the threads out afterwards; our own backoff it may halve."""
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
    """By HQ's own clock; what cannot be read counts as absent, what has passed as nothing."""
    assert parse_retry_after(header, NOW) == seconds


@given(st.text())
def test_no_header_breaks_the_reading(header: str) -> None:
    """Whatever some proxy writes there."""
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
def test_no_attempt_waits_without_end_or_sends_a_post_blindly(
    attempt: Attempt, jitter: float
) -> None:
    """Bounds that hold for every attempt there can be."""
    decision = decide_action(attempt, jitter)

    assert 0 <= decision.seconds <= MAX_RETRY_AFTER + 1
    if attempt.number >= MAX_ATTEMPTS and not attempt.new_resource:
        assert decision.action not in (WAIT, PAUSE)
    if attempt.outcome is AttemptOutcome.NO_RESPONSE and not attempt.idempotent:
        assert decision.action is LOOK
