"""HQ's time: never ahead of HQ, parsed from every form that HQ has used."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.hq.transport.clock import ServerClock, parse_http_date, parse_time

NOON = datetime(2027, 1, 2, 12, 0, 0, tzinfo=timezone.utc)
NOON_HEADER = "Sat, 02 Jan 2027 12:00:00 GMT"


def test_hqs_time_continues_from_its_last_response() -> None:
    """By this machine's monotonic clock, which cannot be set."""
    seconds = [100.0]
    clock = ServerClock(lambda: seconds[0])
    clock.sync(NOON_HEADER)
    seconds[0] = 107.5

    assert clock.now() == NOON + timedelta(seconds=7.5)


def test_a_run_starts_with_the_first_response() -> None:
    """Later responses do not change it."""
    clock = ServerClock(lambda: 0.0)
    clock.sync(NOON_HEADER)
    clock.sync("Sat, 02 Jan 2027 13:00:00 GMT")

    assert clock.run_start == NOON
    assert clock.now() == NOON + timedelta(hours=1)


@pytest.mark.parametrize("header", [None, "", "yesterday", "Sat, 99 Jan 2027 12:00:00 GMT"])
def test_an_unreadable_date_does_not_set_the_clock(header: str | None) -> None:
    """This machine's time is used until HQ sends a valid date."""
    clock = ServerClock(lambda: 0.0)
    clock.sync(header)

    assert abs(clock.now() - datetime.now(timezone.utc)) < timedelta(minutes=1)


def test_a_date_without_a_zone_is_utc() -> None:
    """As every HTTP date is."""
    assert parse_http_date("Sat, 02 Jan 2027 12:00:00") == NOON


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-01-02T12:00:00.000Z", NOON),
        ("2027-01-02T12:00:00Z", NOON),
        ("2027-01-02 12:00:00.000000", NOON),
        ("2027-01-02T12:00:00", NOON),
        ("2027-01-02T12:00:00.858Z", NOON + timedelta(milliseconds=858)),
        ("2027-01-02", None),
        ("noon", None),
        ("", None),
        (None, None),
    ],
)
def test_hqs_timestamps_have_two_forms(text: str | None, moment: datetime | None) -> None:
    """The documented one and that of older rows; others are rejected."""
    assert parse_time(text) == moment


@given(st.text())
def test_no_text_breaks_the_parsing_of_a_time(text: str) -> None:
    """A proxy or an old row may contain any text."""
    for moment in (parse_http_date(text), parse_time(text)):
        assert moment is None or moment.tzinfo is not None


@pytest.mark.parametrize(
    "date",
    ["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 1500 00:00:00 GMT", "x" * 60_000, "1 " * 9],
)
def test_an_implausible_date_does_not_set_the_clock(date: str) -> None:
    """Arithmetic with it would overflow."""
    clock = ServerClock(lambda: 1e6)
    clock.sync("Sat, 02 Jan 2027 12:00:00 GMT")

    clock.sync(date)

    assert clock.now().year == 2027
