"""The contestants of the bench ask what they are said to ask; counts, because seconds vary."""

import pytest

from bench.engines import choose
from bench.grid import CALM, FLOOR, LIMIT, OURS, SCRIPT, TUTORIAL, Weather
from bench.play import performed

SIZE = 3


@pytest.mark.parametrize(
    ("contestant", "expected"),
    [
        (OURS, {"up": SIZE, "again": 0, "destroy": SIZE}),
        (TUTORIAL, {"up": SIZE, "again": 0, "refresh": SIZE, "destroy": SIZE}),
        (SCRIPT, {"up": 1 + SIZE, "again": 1, "refresh": 1, "destroy": 1 + SIZE}),
        (FLOOR, {"up": 0, "again": 0, "refresh": 0, "destroy": 0}),
    ],
)
def test_contestants_ask_what_is_said_of_them(contestant: str, expected: dict[str, int]) -> None:
    """One request for each operation, one for each page, or none."""
    rows = {row.op: row for row in performed(choose("local"), contestant, SIZE, CALM)}

    assert {op: rows[op].sent for op in expected} == expected  # type: ignore[index] # an Op
    assert all(row.total_cpu > 0 and row.peak > 0 for row in rows.values())


def test_the_limit_and_the_latency_pass_on_the_clock_of_the_stage() -> None:
    """A hundred and twenty requests, a tenth of a second each, wait for a second minute once."""
    (row,) = performed(choose("local"), SCRIPT, 120, Weather(0.1, LIMIT), ("up",))

    assert row.requests == {"create": 120, "list": 1, "token": 1}
    assert row.refused == 1
    assert 60 < row.seconds < 120
