"""The plots of a report."""

from typing import Final

from bench.charts import ChartBar, ChartLine, draw_bar_chart, draw_line_chart
from bench.grid import (
    BASELINE,
    CONTESTANT_NAMES,
    CONTESTANTS,
    IDEAL_CONDITIONS,
    OPERATION_LABELS,
    REAL_CONDITIONS,
    SCRIPT,
    THIS_PROVIDER,
    TUTORIAL,
    Operation,
)
from bench.rows import Measurement, Results

COLORS: Final = {
    THIS_PROVIDER: "#0969da",
    TUTORIAL: "#bc4c00",
    SCRIPT: "#8250df",
    BASELINE: "#8c959f",
}
ROLE_COLORS: Final = {"engine": "#8c959f", "program": "#54aeff", "host": "#0969da"}

PLOTTED_OPERATIONS: Final[tuple[Operation, ...]] = ("up", "again", "refresh")


def draw_plots(results: Results) -> dict[str, str]:
    """Return each plot by the name of its file."""
    return {
        "limit.svg": _plot_limit(results),
        "refresh.svg": _plot_refresh(results),
        "growth.svg": _plot_growth(results),
        "processor.svg": _plot_processor(results),
    }


def format_duration(seconds: float) -> str:
    """Write a time as people say it."""
    if seconds < 60:  # noqa: PLR2004 - seconds of a minute
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02} s"


def find_largest_size(results: Results) -> int:
    """Return the largest stack that every contestant has run."""
    return max((row.size for row in results.rows if row.contestant == TUTORIAL), default=1)


def find_real_row(
    results: Results, contestant: str, size: int, op: Operation
) -> Measurement | None:
    """Return a row at HQ's limit and distance; for the floor there is but one."""
    if contestant == BASELINE:
        return results.find_baseline(size, op)
    return results.find_row(contestant, size, REAL_CONDITIONS, op)


def _plot_limit(results: Results) -> str:
    size = find_largest_size(results)
    groups = {}
    for op in PLOTTED_OPERATIONS:
        found = [
            (each, find_real_row(results, each, size, op)) for each in (*CONTESTANTS, BASELINE)
        ]
        groups[OPERATION_LABELS[op]] = [
            ChartBar(CONTESTANT_NAMES[each], [(row.seconds, COLORS[each])], _format_figure(row))
            for each, row in found
            if row is not None
        ]
    title = f"{size:,} projects at HQ's limit"
    return draw_bar_chart(title, f"{REAL_CONDITIONS.description}; {results.engine}", groups, {})


def _format_figure(row: Measurement) -> str:
    return (
        f"{format_duration(row.seconds)}, {row.request_count:,} requests"
        if row.request_count
        else format_duration(row.seconds)
    )


def _plot_refresh(results: Results) -> str:
    sizes = [size for size in results.sizes if size <= find_largest_size(results)]
    lines = []
    for each in (*CONTESTANTS, BASELINE):
        rows = [find_real_row(results, each, size, "refresh") for size in sizes]
        points = [(float(row.size), row.seconds) for row in rows if row is not None]
        if points:
            lines.append(
                ChartLine(CONTESTANT_NAMES[each], COLORS[each], points, dashed=each == BASELINE)
            )
    below = f"{REAL_CONDITIONS.description}; {results.engine}"
    return draw_line_chart(
        "A refresh, by the size of the stack", below, lines, ("projects", "seconds")
    )


def _plot_growth(results: Results) -> str:
    lines = []
    for op in ("up", "refresh"):
        for each in (THIS_PROVIDER, BASELINE):
            rows = [row for row in results.rows if (row.contestant, row.op) == (each, op)]
            points = [
                (float(row.size), row.seconds) for row in rows if row.conditions == IDEAL_CONDITIONS
            ]
            name = f"{op}, {CONTESTANT_NAMES[each]}"
            color = {"up": "#0969da", "refresh": "#1a7f37"}[op]
            if points:
                lines.append(ChartLine(name, color, sorted(points), dashed=each == BASELINE))
    below = f"{IDEAL_CONDITIONS.description}; {results.engine}"
    return draw_line_chart("How time grows with the stack", below, lines, ("projects", "seconds"))


def _plot_processor(results: Results) -> str:
    size = find_largest_size(results)
    groups = {}
    for op, words in OPERATION_LABELS.items():
        rows = [
            (each, results.find_row(each, size, IDEAL_CONDITIONS, op))
            for each in (THIS_PROVIDER, BASELINE)
        ]
        groups[words] = [
            ChartBar(CONTESTANT_NAMES[each], _build_parts(row), f"{row.total_cpu:.1f} s")
            for each, row in rows
            if row is not None
        ]
    title = f"Where the processor time of {size:,} projects goes"
    below = f"Pulumi's engine, the program, and the provider's host; {results.engine}"
    return draw_bar_chart(title, below, groups, ROLE_COLORS)


def _build_parts(row: Measurement) -> list[tuple[float, str]]:
    return [(row.cpu.get(role, 0.0), color) for role, color in ROLE_COLORS.items()]
