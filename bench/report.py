"""A report in Markdown: bars, tables, plots, and how it was measured."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from bench.bars import check_thresholds
from bench.grid import (
    ALL_CONDITIONS,
    BASELINE,
    CONTESTANT_NAMES,
    IDEAL_CONDITIONS,
    OPERATION_LABELS,
    REAL_CONDITIONS,
    THIS_PROVIDER,
    Conditions,
)
from bench.plots import draw_plots, find_largest_size, format_duration
from bench.rows import Measurement, Results

DATA_FILE: Final = "results.json"
PAGE_FILE: Final = "README.md"
MANUAL_LINK: Final = "../../../docs/explanation/performance.md"

TABLE_HEAD: Final = ("", "seconds", "times the floor", "requests", "429s", "peak memory")


def write_report(results: Results, folder: Path) -> None:
    """Write the page and its plots."""
    for name, text in draw_plots(results).items():
        (folder / name).write_text(text, "utf-8")
    (folder / PAGE_FILE).write_text(build_page(results), "utf-8")


def build_page(results: Results) -> str:
    """Return the page."""
    size = find_largest_size(results)
    parts = [
        "# What a run costs\n",
        f"`{results.command}`, on {results.engine}; {results.machine}.",
        f"How it is measured and what it means: [Performance]({MANUAL_LINK}).\n",
        "## What must hold\n",
        _format_thresholds(results),
        f"![{size:,} projects at HQ's limit](limit.svg)\n",
        "![A refresh, by the size of the stack](refresh.svg)\n",
        *(_format_conditions(results, weather) for weather in ALL_CONDITIONS),
        "## How it grows\n",
        "![How time grows with the stack](growth.svg)\n",
        _format_growth(results),
        "## Where the time goes\n",
        "![Where the processor time goes](processor.svg)\n",
        _format_processor(results, size),
    ]
    return "\n".join(parts)


def _format_thresholds(results: Results) -> str:
    lines = [each.report_line for each in check_thresholds(results)] or [
        "Too few projects for any of them."
    ]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _format_conditions(results: Results, weather: Conditions) -> str:
    heading = (
        f"## {weather.description}\n"
        if weather != REAL_CONDITIONS
        else f"## {weather.description}: a real account\n"
    )
    sizes = [size for size in results.sizes if any(_filter_rows(results, size, weather))]
    tables = [_format_size(results, size, weather) for size in sizes]
    return "\n".join((heading, *tables))


def _filter_rows(results: Results, size: int, weather: Conditions) -> Iterable[Measurement]:
    wanted = size, weather
    return (
        row
        for row in results.rows
        if (row.size, row.conditions) == wanted and row.contestant != BASELINE
    )


def _format_size(results: Results, size: int, weather: Conditions) -> str:
    title = "1 project" if size == 1 else f"{size:,} projects"
    rows: list[tuple[str, ...]] = []
    for op, words in OPERATION_LABELS.items():
        found = [row for row in _filter_rows(results, size, weather) if row.op == op]
        floor = results.find_baseline(size, op)
        if not found or floor is None:
            continue
        rows.append((f"**{words}**",))
        rows += [_format_row(row, floor) for row in found]
        rows.append(_format_row(floor, floor))
    return (
        f"### {title}\n\n{format_table(TABLE_HEAD, rows)}\n"
        if weather == IDEAL_CONDITIONS
        else f"**{title}**\n\n{format_table(TABLE_HEAD, rows)}\n"
    )


def _format_row(row: Measurement, floor: Measurement) -> tuple[str, ...]:
    return (
        CONTESTANT_NAMES[row.contestant],
        f"{row.seconds:,.1f}",
        f"{row.seconds / floor.seconds:,.2f}",
        format_requests(row),
        str(row.refused),
        f"{row.peak_memory:.0f} MB",
    )


def format_requests(row: Measurement) -> str:
    """Say what was asked, by kind."""
    found = [f"{count:,} {kind}" for kind, count in row.requests.items()]
    return ", ".join(found) or "none"


def _format_growth(results: Results) -> str:
    """Return a table: seconds and memory by size, and the exponent between the two largest."""
    head = ("", *(f"{size:,}" for size in results.sizes), "exponent", "peak memory")
    rows = []
    for op, words in OPERATION_LABELS.items():
        for each in (THIS_PROVIDER, BASELINE):
            found = {
                size: results.find_row(each, size, IDEAL_CONDITIONS, op) for size in results.sizes
            }
            ran = [row for row in found.values() if row is not None]
            cells = ["" if row is None else f"{row.seconds:,.1f} s" for row in found.values()]
            memory = f"{ran[-1].peak_memory:,.0f} MB" if ran else ""
            rows.append(
                (f"{words}, {CONTESTANT_NAMES[each]}", *cells, compute_exponent(ran), memory)
            )
    note = (
        "The exponent is that of seconds between the two largest stacks: 1 is a time that grows\n"
        "with the stack, 2 with its square. Memory is that of the largest, all processes.\n"
    )
    return f"{format_table(head, rows)}\n\n{note}"


def compute_exponent(rows: Sequence[Measurement]) -> str:
    """Return how seconds grow with the size, between the last two rows."""
    if len(rows) < 2:  # noqa: PLR2004 - a growth takes two
        return ""
    small, large = rows[-2:]
    return f"{math.log(large.seconds / small.seconds) / math.log(large.size / small.size):.2f}"


def _format_processor(results: Results, size: int) -> str:
    """Return a table: the processor seconds of each role, beside the floor's."""
    rows = []
    for op, words in OPERATION_LABELS.items():
        ours, floor = (
            results.find_row(each, size, IDEAL_CONDITIONS, op) for each in (THIS_PROVIDER, BASELINE)
        )
        if ours is not None and floor is not None:
            cells = (f"{ours.cpu.get(r, 0):.1f} s ({floor.cpu.get(r, 0):.1f})" for r in ROLES)
            rows.append((words, format_duration(ours.seconds), *cells))
    note = "In brackets: the same of the no-op provider, which is what Pulumi takes by itself.\n"
    return f"{format_table(('', 'all in all', *ROLES), rows)}\n\n{note}"


ROLES: Final = ("engine", "program", "host")


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown; rows that are too short are filled."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(
        f"| {' | '.join([*line, *[''] * (len(head) - len(line))])} |" for line in lines
    )
