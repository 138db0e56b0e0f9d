"""The subjects of the bench send the documented number of requests."""

import pytest

from bench.engines import choose_engine
from bench.matrix import (
    BASELINE,
    IDEAL_CONDITIONS,
    NAIVE,
    RATE_LIMIT,
    SCRIPT,
    THIS_PROVIDER,
    Conditions,
    Operation,
)
from bench.run_matrix import measure_operations

SIZE = 3


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (THIS_PROVIDER, {"up": SIZE, "preview_unchanged": 0, "destroy": SIZE}),
        (NAIVE, {"up": SIZE, "preview_unchanged": 0, "refresh": SIZE, "destroy": SIZE}),
        (SCRIPT, {"up": 1 + SIZE, "preview_unchanged": 1, "refresh": 1, "destroy": 1 + SIZE}),
        (BASELINE, {"up": 0, "destroy": 0}),
    ],
)
def test_subjects_send_the_documented_number_of_requests(
    subject: str, expected: dict[Operation, int]
) -> None:
    """One request per operation, one per page, or none."""
    rows = {
        row.op: row
        for row in measure_operations(
            choose_engine("local"), subject, SIZE, IDEAL_CONDITIONS, tuple(expected)
        )
    }

    assert {op: rows[op].request_count for op in expected} == expected
    assert all(row.total_cpu > 0 and row.peak_memory > 0 for row in rows.values())


def test_rate_limit_and_latency_use_the_virtual_clock() -> None:
    """120 requests with 0.1 s latency exceed the limit once and wait for the next minute."""
    (row,) = measure_operations(
        choose_engine("local"), SCRIPT, 120, Conditions(0.1, RATE_LIMIT), ("up",)
    )

    assert row.requests == {"create": 120, "list": 1, "token": 1}
    assert row.throttled == 1
    assert 60 < row.seconds < 120
