"""The computations of the bench, and its report."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.matrix import (
    BASELINE,
    IDEAL_CONDITIONS,
    LIMITED_OPERATIONS,
    NAIVE,
    OPERATION_LABELS,
    REAL_CONDITIONS,
    SCRIPT,
    TEAMS,
    THIS_PROVIDER,
)
from bench.report import build_chart, build_page, format_duration, write_report
from bench.results import Measurement, Results, compute_used_share, load_results, save_results
from bench.thresholds import check_thresholds

CPU = {"engine": 1.0, "host": 0.5, "program": 1.5}


def measurement(subject: str, size: int, op: str, seconds: float, **more: object) -> Measurement:
    """Return a measurement under ideal conditions, unless `conditions` are given."""
    conditions = more.pop("conditions", IDEAL_CONDITIONS)
    defaults = {
        "subject": subject,
        "size": size,
        "latency": getattr(conditions, "latency", 0.0),
        "limit": getattr(conditions, "limit", 0),
        "op": op,
        "seconds": seconds,
        "cpu": CPU,
        "memory": {"host": 50.0, "engine": 70.0},
        "requests": {"create": size, "token": 1},
        "throttled": 0,
    }
    return Measurement(**{**defaults, **more})  # type: ignore[arg-type] # tests pass valid fields


@pytest.fixture
def results() -> Results:
    """Return the results of a bench with two sizes."""
    results = Results("an engine", "a machine", "make bench")
    for size in (10, 100):
        for op in OPERATION_LABELS:
            results.rows += [
                measurement(subject, size, op, size / 10)
                for subject in (BASELINE, THIS_PROVIDER, NAIVE, SCRIPT)
            ]
        for op in LIMITED_OPERATIONS:
            results.rows += [
                measurement(subject, size, op, 60.0, conditions=REAL_CONDITIONS)
                for subject in (THIS_PROVIDER, NAIVE)
            ]
    return results


def test_the_used_share_counts_full_minutes_only() -> None:
    """90 requests in each of two minutes; the rest is ignored."""
    times = [*[0.0] * 90, *[60.5] * 90, *[121.0] * 5]

    assert compute_used_share(times, 100) == 0.9
    assert compute_used_share([0.0, 59.0], 100) is None
    assert compute_used_share(times, 0) is None


def test_a_threshold_compares_the_fastest_runs(results: Results) -> None:
    """Slower runs of either side are ignored."""
    results.threshold_rows = [
        *(measurement(BASELINE, 200, "up", seconds) for seconds in (4.0, 9.0)),
        *(measurement(THIS_PROVIDER, 200, "up", seconds) for seconds in (9.0, 4.9)),
        measurement(BASELINE, 200, "refresh", 2.0),
        measurement(THIS_PROVIDER, 200, "refresh", 2.6),
    ]

    assert [
        (each.description.split(",")[0], each.is_met) for each in check_thresholds(results)[:2]
    ] == [
        ("up", True),
        ("refresh", False),
    ]


def test_a_429_and_an_unused_limit_miss_their_thresholds(results: Results) -> None:
    """This provider must use the rate limit without exceeding it."""
    results.rows.append(
        measurement(
            THIS_PROVIDER, 1000, "up", 650, conditions=REAL_CONDITIONS, throttled=3, used_share=0.94
        )
    )

    assert [each.is_met for each in check_thresholds(results)] == [False, False]


def test_saved_results_load_unchanged(results: Results, tmp_path: Path) -> None:
    """The committed report is rendered from the saved results."""
    results.threshold_rows = [measurement(THIS_PROVIDER, 200, "up", 3.25, used_share=0.5)]
    results.team_rows = [measurement(TEAMS, 300, "refresh", 9.5)]

    save_results(results, tmp_path / "results.json")

    assert load_results(tmp_path / "results.json") == results


def test_the_report_has_a_row_for_every_measurement_and_a_chart_per_operation(
    results: Results, tmp_path: Path
) -> None:
    """Subjects that were not run under some conditions are left out there."""
    write_report(results, tmp_path)

    text = (tmp_path / "README.md").read_text("utf-8")
    assert text.count("| this provider |") == 2 * (len(OPERATION_LABELS) + len(LIMITED_OPERATIONS))
    assert "| up, all new, this provider | 1.0 s | 10.0 s | 1.00 | 120 MB |" in text
    assert text.count("```mermaid\nxychart-beta\n") == len(LIMITED_OPERATIONS)


def test_the_report_has_a_table_of_the_teams_if_they_were_measured(results: Results) -> None:
    """They are measured on demand."""
    assert "teams of 50" not in build_page(results)

    results.team_rows = [measurement(TEAMS, 300, "refresh", 9.5, requests={"list": 3})]

    assert "## 300 teams of 50" in build_page(results)
    assert "| refresh | 9.5 | 3 list | 0 | 120 MB |" in build_page(results)


def test_a_chart_has_one_bar_per_measured_subject(results: Results) -> None:
    """The plain script was not measured under real conditions; the baseline always counts."""
    chart = build_chart(results, 100, "up")

    assert 'x-axis ["this provider", "naive provider", "no-op provider"]' in chart
    assert "bar [60.0, 60.0, 10.0]" in chart


def test_a_chart_without_measurements_is_empty() -> None:
    """A report without the size must not contain an invalid chart."""
    assert not build_chart(Results("an engine", "a machine", "make bench"), 100, "up")


def test_the_same_results_render_the_same_page(results: Results) -> None:
    """Otherwise the committed report could not be compared."""
    assert build_page(results) == build_page(replace(results, rows=list(results.rows)))


def test_a_duration_has_minutes_from_one_minute_on() -> None:
    """Tables show short runs in tenths of a second."""
    assert format_duration(4.25) == "4.2 s"
    assert format_duration(614.4) == "10 min 14 s"
