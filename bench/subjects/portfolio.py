"""The projects that every subject creates, with the same fields for all."""

from collections.abc import Iterator
from typing import Any

COUNT_VARIABLE = "BENCH_COUNT"
"""The environment variable with the number of projects."""


def iterate_projects(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield resource names and the arguments of a typical portfolio, under HQ's field names."""
    for number in range(count):
        yield (
            f"p{number:05}",
            {
                "name": f"Lot {number:05}",
                "start_date": "2027-03-01",
                "end_date": "2029-09-30",
                "project_type": "Office",
                "value": 1_000_000 + number,
                "currency": "USD",
                "job_number": f"J-{number:05}",
                "city": "Seattle",
                "state_or_province": "Washington",
                "country": "United States",
                "timezone": "America/Los_Angeles",
            },
        )
