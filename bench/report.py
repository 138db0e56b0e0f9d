"""Writes the report of a run of the bench: Markdown with tables and Mermaid charts."""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.matrix import (
    ALL_CONDITIONS,
    BASELINE,
    IDEAL_CONDITIONS,
    LIMITED_OPERATIONS,
    NAIVE,
    OPERATION_LABELS,
    REAL_CONDITIONS,
    SCRIPT,
    SUBJECT_NAMES,
    THIS_PROVIDER,
    Conditions,
    Operation,
)
from bench.results import MINUTE, Measurement, Results
from bench.thresholds import check_thresholds

DATA_FILE: Final = "results.json"
PAGE_FILE: Final = "README.md"
MANUAL_LINK: Final = "../../../docs/explanation/performance.md"

ALL_SUBJECTS: Final = (THIS_PROVIDER, NAIVE, SCRIPT, BASELINE)
"""The subjects in the order of charts and of the README's table."""

ROLES: Final = ("engine", "program", "host")

TABLE_HEAD: Final = ("", "seconds", "times the baseline", "requests", "429s", "peak memory")


def write_report(results: Results, folder: Path) -> None:
    """Write the page of the report into a folder."""
    (folder / PAGE_FILE).write_text(build_page(results), "utf-8")


def build_page(results: Results) -> str:
    """Return the page of the report as Markdown."""
    size = find_largest_size(results)
    parts = [
        "# What a run costs\n",
        f"`{results.command}`, on {results.engine}; {results.machine}.",
        f"For method and terms see [Performance]({MANUAL_LINK}).\n",
        "## Thresholds\n",
        _format_thresholds(results),
        f"## {size:,} projects under the conditions of a real account\n",
        f"{REAL_CONDITIONS.description}; seconds.\n",
        *(build_chart(results, size, op) for op in LIMITED_OPERATIONS),
        *(_format_conditions(results, conditions) for conditions in ALL_CONDITIONS),
        *_format_teams(results.team_rows),
        "## Growth with the size of the stack\n",
        _format_growth(results),
        "## Processor time\n",
        _format_processor(results, size),
    ]
    return "\n".join(parts)


def build_chart(results: Results, size: int, op: Operation) -> str:
    """Return a Mermaid bar chart: seconds of each subject under real conditions, or nothing."""
    found = [(each, find_real_row(results, each, size, op)) for each in ALL_SUBJECTS]
    rows = [(SUBJECT_NAMES[subject], row.seconds) for subject, row in found if row is not None]
    if not rows:
        return ""
    names = ", ".join(f'"{name}"' for name, _ in rows)
    values = ", ".join(f"{seconds:.1f}" for _, seconds in rows)
    return "\n".join(
        (
            "```mermaid",
            "xychart-beta",
            f'    title "{OPERATION_LABELS[op]}, {size:,} projects"',
            f"    x-axis [{names}]",
            '    y-axis "seconds"',
            f"    bar [{values}]",
            "```\n",
        )
    )


def find_largest_size(results: Results) -> int:
    """Return the size of the largest stack that every subject has run."""
    return max((row.size for row in results.rows if row.subject == NAIVE), default=1)


def find_real_row(results: Results, subject: str, size: int, op: Operation) -> Measurement | None:
    """Return the measurement under real conditions; the baseline has only one per operation."""
    if subject == BASELINE:
        return results.find_baseline(size, op)
    return results.find_row(subject, size, REAL_CONDITIONS, op)


def format_duration(seconds: float) -> str:
    """Return a duration as text: "4.3 s" or "10 min 14 s"."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"


def format_requests(row: Measurement) -> str:
    """Return the number of requests by kind, or "none"."""
    return ", ".join(f"{count:,} {kind}" for kind, count in row.requests.items()) or "none"


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; missing cells at the end of a row are left empty."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(
        f"| {' | '.join([*line, *[''] * (len(head) - len(line))])} |" for line in lines
    )


def compute_exponent(rows: Sequence[Measurement]) -> str:
    """Return the exponent with which seconds grow with the size, between the last two rows."""
    if len(rows) < 2:  # noqa: PLR2004 - growth needs two points
        return ""
    small, large = rows[-2:]
    return f"{math.log(large.seconds / small.seconds) / math.log(large.size / small.size):.2f}"


def _format_thresholds(results: Results) -> str:
    lines = [each.report_line for each in check_thresholds(results)] or [
        "Too few projects for any threshold."
    ]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _format_conditions(results: Results, conditions: Conditions) -> str:
    suffix = ": a real account" if conditions == REAL_CONDITIONS else ""
    sizes = [size for size in results.sizes if any(_filter_rows(results, size, conditions))]
    tables = [_format_size(results, size, conditions) for size in sizes]
    return "\n".join((f"## {conditions.description}{suffix}\n", *tables))


def _filter_rows(results: Results, size: int, conditions: Conditions) -> Iterable[Measurement]:
    wanted = size, conditions
    return (
        row
        for row in results.rows
        if (row.size, row.conditions) == wanted and row.subject != BASELINE
    )


def _format_size(results: Results, size: int, conditions: Conditions) -> str:
    title = "1 project" if size == 1 else f"{size:,} projects"
    rows: list[tuple[str, ...]] = []
    for op, label in OPERATION_LABELS.items():
        found = [row for row in _filter_rows(results, size, conditions) if row.op == op]
        baseline = results.find_baseline(size, op)
        if not found or baseline is None:
            continue
        rows.append((f"**{label}**",))
        rows += [_format_row(row, baseline) for row in (*found, baseline)]
    heading = f"### {title}" if conditions == IDEAL_CONDITIONS else f"**{title}**"
    return f"{heading}\n\n{format_table(TABLE_HEAD, rows)}\n"


def _format_row(row: Measurement, baseline: Measurement) -> tuple[str, ...]:
    return (
        SUBJECT_NAMES[row.subject],
        f"{row.seconds:,.1f}",
        f"{row.seconds / baseline.seconds:,.2f}",
        format_requests(row),
        str(row.throttled),
        f"{row.peak_memory:.0f} MB",
    )


def _format_teams(rows: Sequence[Measurement]) -> Iterator[str]:
    """Yield a table of the stack of teams if it was measured."""
    if not rows:
        return
    head = ("", "seconds", "requests", "429s", "peak memory")
    cells = [
        (
            OPERATION_LABELS[row.op],
            f"{row.seconds:,.1f}",
            format_requests(row),
            str(row.throttled),
            f"{row.peak_memory:.0f} MB",
        )
        for row in rows
    ]
    yield f"## {rows[0].size} teams of 50\n\n{format_table(head, cells)}\n"


def _format_growth(results: Results) -> str:
    """Return a table: seconds by size, the exponent between the two largest, and memory."""
    head = ("", *(f"{size:,}" for size in results.sizes), "exponent", "peak memory")
    rows = []
    for op, label in OPERATION_LABELS.items():
        for subject in (THIS_PROVIDER, BASELINE):
            by_size = [
                results.find_row(subject, size, IDEAL_CONDITIONS, op) for size in results.sizes
            ]
            measured = [row for row in by_size if row is not None]
            cells = ["" if row is None else f"{row.seconds:,.1f} s" for row in by_size]
            memory = f"{measured[-1].peak_memory:,.0f} MB" if measured else ""
            name = f"{label}, {SUBJECT_NAMES[subject]}"
            rows.append((name, *cells, compute_exponent(measured), memory))
    note = (
        f"Conditions: {IDEAL_CONDITIONS.description}. Exponent: 1 if seconds grow linearly\n"
        "between the two largest stacks, 2 if quadratically. Memory: of the largest stack.\n"
    )
    return f"{format_table(head, rows)}\n\n{note}"


def _format_processor(results: Results, size: int) -> str:
    """Return a table: the processor seconds of each role, and those of the baseline."""
    rows = []
    for op, label in OPERATION_LABELS.items():
        row = results.find_row(THIS_PROVIDER, size, IDEAL_CONDITIONS, op)
        baseline = results.find_row(BASELINE, size, IDEAL_CONDITIONS, op)
        if row is not None and baseline is not None:
            cells = (f"{row.cpu.get(r, 0):.1f} s ({baseline.cpu.get(r, 0):.1f})" for r in ROLES)
            rows.append((label, format_duration(row.seconds), *cells))
    note = (
        f"{size:,} projects, {IDEAL_CONDITIONS.description}. Roles: Pulumi's engine, the program, "
        "the provider's host.\nIn brackets: the no-op provider, the cost of Pulumi itself.\n"
    )
    return f"{format_table(('', 'duration', *ROLES), rows)}\n\n{note}"
