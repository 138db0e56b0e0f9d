"""The arithmetic of the bench, and its report from a handful of rows."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from bench.bars import check_thresholds
from bench.grid import (
    BASELINE,
    IDEAL_CONDITIONS,
    OPERATION_LABELS,
    REAL_CONDITIONS,
    SCRIPT,
    THIS_PROVIDER,
    TUTORIAL,
)
from bench.report import build_page, write_report
from bench.rows import Measurement, Results, compute_used_share, load_results, save_results

CPU = {"engine": 1.0, "host": 0.5, "program": 1.5}


def row(contestant: str, size: int, op: str, seconds: float, **more: object) -> Measurement:
    """Return a row of a calm run, unless more is said."""
    weather = more.pop("weather", IDEAL_CONDITIONS)
    usual = {
        "contestant": contestant,
        "size": size,
        "latency": getattr(weather, "latency", 0.0),
        "limit": getattr(weather, "limit", 0),
        "op": op,
        "seconds": seconds,
        "cpu": CPU,
        "memory": {"host": 50.0, "engine": 70.0},
        "requests": {"create": size, "token": 1},
        "refused": 0,
    }
    return Measurement(**{**usual, **more})  # type: ignore[arg-type] # a test says what it needs


@pytest.fixture
def results() -> Results:
    """Return a bench of two sizes."""
    made = Results("an engine", "a machine", "make bench")
    for size in (10, 100):
        for op in OPERATION_LABELS:
            made.rows += [
                row(each, size, op, size / 10)
                for each in (BASELINE, THIS_PROVIDER, TUTORIAL, SCRIPT)
            ]
        for op in ("up", "again", "refresh"):
            made.rows += [
                row(each, size, op, 60.0, weather=REAL_CONDITIONS)
                for each in (THIS_PROVIDER, TUTORIAL)
            ]
    return made


def test_the_used_share_is_that_of_full_minutes() -> None:
    """Ninety in each of two minutes, and a rest that is not counted."""
    minutes = [*[0.0] * 90, *[60.5] * 90, *[121.0] * 5]

    assert compute_used_share(minutes, 100) == 0.9
    assert compute_used_share([0.0, 59.0], 100) is None
    assert compute_used_share(minutes, 0) is None


def test_a_bar_compares_the_fastest_runs(results: Results) -> None:
    """A disturbed run of either side proves nothing."""
    results.bars = [
        *(row(BASELINE, 200, "up", seconds) for seconds in (4.0, 9.0)),
        *(row(THIS_PROVIDER, 200, "up", seconds) for seconds in (9.0, 4.9)),
        row(BASELINE, 200, "refresh", 2.0),
        row(THIS_PROVIDER, 200, "refresh", 2.6),
    ]

    assert [
        (each.description.split(",")[0], each.is_met) for each in check_thresholds(results)[:2]
    ] == [
        ("up", True),
        ("refresh", False),
    ]


def test_a_429_and_an_unused_limit_miss_their_bars(results: Results) -> None:
    """The limit is to be used, and not to be run into."""
    results.rows.append(
        row(THIS_PROVIDER, 1000, "up", 650, weather=REAL_CONDITIONS, refused=3, used=0.94)
    )

    assert [each.is_met for each in check_thresholds(results)] == [False, False]


def test_results_come_back_from_their_file_as_they_were(results: Results, tmp_path: Path) -> None:
    """The committed report is rendered from it."""
    results.bars = [row(THIS_PROVIDER, 200, "up", 3.25, used=0.5)]

    save_results(results, tmp_path / "results.json")

    assert load_results(tmp_path / "results.json") == results


def test_the_report_has_a_line_for_every_run_and_all_its_pictures(
    results: Results, tmp_path: Path
) -> None:
    """Also where a contestant was not run in some weather."""
    write_report(results, tmp_path)

    text = (tmp_path / "README.md").read_text("utf-8")
    assert text.count("| this provider |") == 2 * (len(OPERATION_LABELS) + 3)
    assert "| up, all new, this provider | 1.0 s | 10.0 s | 1.00 | 120 MB |" in text
    for picture in ("limit.svg", "refresh.svg", "growth.svg", "processor.svg"):
        assert f"({picture})" in text
        ET.fromstring((tmp_path / picture).read_text("utf-8"))  # noqa: S314 - our own file


def test_the_same_rows_make_the_same_page(results: Results) -> None:
    """A report that changes by itself could not be compared with what is committed."""
    assert build_page(results) == build_page(replace(results, rows=list(results.rows)))
