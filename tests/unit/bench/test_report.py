"""The arithmetic of the bench, and its report from a handful of rows."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from bench.bars import bars
from bench.grid import CALM, FLOOR, OURS, REAL, SCRIPT, TUTORIAL, WORDS
from bench.report import page, write_report
from bench.rows import Results, Row, load, save, used_share

CPU = {"engine": 1.0, "host": 0.5, "program": 1.5}


def row(contestant: str, size: int, op: str, seconds: float, **more: object) -> Row:
    """Return a row of a calm run, unless more is said."""
    weather = more.pop("weather", CALM)
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
    return Row(**{**usual, **more})  # type: ignore[arg-type] # a test says what it needs


@pytest.fixture
def results() -> Results:
    """Return a bench of two sizes."""
    made = Results("an engine", "a machine", "make bench")
    for size in (10, 100):
        for op in WORDS:
            made.rows += [
                row(each, size, op, size / 10) for each in (FLOOR, OURS, TUTORIAL, SCRIPT)
            ]
        for op in ("up", "again", "refresh"):
            made.rows += [row(each, size, op, 60.0, weather=REAL) for each in (OURS, TUTORIAL)]
    return made


def test_the_used_share_is_that_of_full_minutes() -> None:
    """Ninety in each of two minutes, and a rest that is not counted."""
    minutes = [*[0.0] * 90, *[60.5] * 90, *[121.0] * 5]

    assert used_share(minutes, 100) == 0.9
    assert used_share([0.0, 59.0], 100) is None
    assert used_share(minutes, 0) is None


def test_a_bar_compares_the_fastest_runs(results: Results) -> None:
    """A disturbed run of either side proves nothing."""
    results.bars = [
        *(row(FLOOR, 200, "up", seconds) for seconds in (4.0, 9.0)),
        *(row(OURS, 200, "up", seconds) for seconds in (9.0, 4.9)),
        row(FLOOR, 200, "refresh", 2.0),
        row(OURS, 200, "refresh", 2.6),
    ]

    assert [(each.words.split(",")[0], each.holds) for each in bars(results)[:2]] == [
        ("up", True),
        ("refresh", False),
    ]


def test_a_429_and_an_unused_limit_miss_their_bars(results: Results) -> None:
    """The limit is to be used, and not to be run into."""
    results.rows.append(row(OURS, 1000, "up", 650, weather=REAL, refused=3, used=0.94))

    assert [each.holds for each in bars(results)] == [False, False]


def test_results_come_back_from_their_file_as_they_were(results: Results, tmp_path: Path) -> None:
    """The committed report is rendered from it."""
    results.bars = [row(OURS, 200, "up", 3.25, used=0.5)]

    save(results, tmp_path / "results.json")

    assert load(tmp_path / "results.json") == results


def test_the_report_has_a_line_for_every_run_and_all_its_pictures(
    results: Results, tmp_path: Path
) -> None:
    """Also where a contestant was not run in some weather."""
    write_report(results, tmp_path)

    text = (tmp_path / "README.md").read_text("utf-8")
    assert text.count("| this provider |") == 2 * (len(WORDS) + 3)
    assert "| up, all new, this provider | 1.0 s | 10.0 s | 1.00 | 120 MB |" in text
    for picture in ("limit.svg", "refresh.svg", "growth.svg", "processor.svg"):
        assert f"({picture})" in text
        ET.fromstring((tmp_path / picture).read_text("utf-8"))  # noqa: S314 - our own file


def test_the_same_rows_make_the_same_page(results: Results) -> None:
    """A report that changes by itself could not be compared with what is committed."""
    assert page(results) == page(replace(results, rows=list(results.rows)))
