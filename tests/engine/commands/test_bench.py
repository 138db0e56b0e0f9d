"""The contestants of the bench send the requests that the docs claim; counts, as seconds vary."""

import pytest

from bench.engines import choose_engine
from bench.grid import (
    BASELINE,
    IDEAL_CONDITIONS,
    RATE_LIMIT,
    SCRIPT,
    THIS_PROVIDER,
    TUTORIAL,
    Conditions,
)
from bench.play import measure_operations

SIZE = 3


@pytest.mark.parametrize(
    ("contestant", "expected"),
    [
        (THIS_PROVIDER, {"up": SIZE, "again": 0, "destroy": SIZE}),
        (TUTORIAL, {"up": SIZE, "again": 0, "refresh": SIZE, "destroy": SIZE}),
        (SCRIPT, {"up": 1 + SIZE, "again": 1, "refresh": 1, "destroy": 1 + SIZE}),
        (BASELINE, {"up": 0, "again": 0, "refresh": 0, "destroy": 0}),
    ],
)
def test_contestants_send_the_documented_requests(
    contestant: str, expected: dict[str, int]
) -> None:
    """One request for each operation, one for each page, or none."""
    rows = {
        row.op: row
        for row in measure_operations(choose_engine("local"), contestant, SIZE, IDEAL_CONDITIONS)
    }

    assert {op: rows[op].request_count for op in expected} == expected  # type: ignore[index] # an Op
    assert all(row.total_cpu > 0 and row.peak_memory > 0 for row in rows.values())


def test_the_limit_and_the_latency_pass_on_the_clock_of_the_stage() -> None:
    """120 requests, a tenth of a second each, wait once for the second minute."""
    (row,) = measure_operations(
        choose_engine("local"), SCRIPT, 120, Conditions(0.1, RATE_LIMIT), ("up",)
    )

    assert row.requests == {"create": 120, "list": 1, "token": 1}
    assert row.refused == 1
    assert 60 < row.seconds < 120
