"""The plots of a report."""

from typing import Final

from bench.charts import Bar, Line, bar_chart, line_chart
from bench.grid import CALM, CONTESTANTS, FLOOR, NAMES, OURS, REAL, SCRIPT, TUTORIAL, WORDS, Op
from bench.rows import Results, Row

COLORS: Final = {OURS: "#0969da", TUTORIAL: "#bc4c00", SCRIPT: "#8250df", FLOOR: "#8c959f"}
ROLES: Final = {"engine": "#8c959f", "program": "#54aeff", "host": "#0969da"}

SHOWN: Final[tuple[Op, ...]] = ("up", "again", "refresh")


def plots(results: Results) -> dict[str, str]:
    """Return each plot by the name of its file."""
    return {
        "limit.svg": _limit(results),
        "refresh.svg": _refresh(results),
        "growth.svg": _growth(results),
        "processor.svg": _processor(results),
    }


def clock(seconds: float) -> str:
    """Write a time as people say it."""
    if seconds < 60:  # noqa: PLR2004 - seconds of a minute
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02} s"


def largest(results: Results) -> int:
    """Return the largest stack that every contestant has run."""
    return max((row.size for row in results.rows if row.contestant == TUTORIAL), default=1)


def in_the_real_world(results: Results, contestant: str, size: int, op: Op) -> Row | None:
    """Return a row at HQ's limit and distance; for the floor there is but one."""
    if contestant == FLOOR:
        return results.floor(size, op)
    return results.find(contestant, size, REAL, op)


def _limit(results: Results) -> str:
    size = largest(results)
    groups = {}
    for op in SHOWN:
        found = [
            (each, in_the_real_world(results, each, size, op)) for each in (*CONTESTANTS, FLOOR)
        ]
        groups[WORDS[op]] = [
            Bar(NAMES[each], [(row.seconds, COLORS[each])], _figure(row))
            for each, row in found
            if row is not None
        ]
    title = f"{size:,} projects at HQ's limit"
    return bar_chart(title, f"{REAL.words}; {results.engine}", groups, {})


def _figure(row: Row) -> str:
    return f"{clock(row.seconds)}, {row.sent:,} requests" if row.sent else clock(row.seconds)


def _refresh(results: Results) -> str:
    sizes = [size for size in results.sizes if size <= largest(results)]
    lines = []
    for each in (*CONTESTANTS, FLOOR):
        rows = [in_the_real_world(results, each, size, "refresh") for size in sizes]
        points = [(float(row.size), row.seconds) for row in rows if row is not None]
        if points:
            lines.append(Line(NAMES[each], COLORS[each], points, dashed=each == FLOOR))
    below = f"{REAL.words}; {results.engine}"
    return line_chart("A refresh, by the size of the stack", below, lines, ("projects", "seconds"))


def _growth(results: Results) -> str:
    lines = []
    for op in ("up", "refresh"):
        for each in (OURS, FLOOR):
            rows = [row for row in results.rows if (row.contestant, row.op) == (each, op)]
            points = [(float(row.size), row.seconds) for row in rows if row.weather == CALM]
            name = f"{op}, {NAMES[each]}"
            color = {"up": "#0969da", "refresh": "#1a7f37"}[op]
            if points:
                lines.append(Line(name, color, sorted(points), dashed=each == FLOOR))
    below = f"{CALM.words}; {results.engine}"
    return line_chart("How time grows with the stack", below, lines, ("projects", "seconds"))


def _processor(results: Results) -> str:
    size = largest(results)
    groups = {}
    for op, words in WORDS.items():
        rows = [(each, results.find(each, size, CALM, op)) for each in (OURS, FLOOR)]
        groups[words] = [
            Bar(NAMES[each], _parts(row), f"{row.total_cpu:.1f} s")
            for each, row in rows
            if row is not None
        ]
    title = f"Where the processor time of {size:,} projects goes"
    below = f"Pulumi's engine, the program, and the provider's host; {results.engine}"
    return bar_chart(title, below, groups, ROLES)


def _parts(row: Row) -> list[tuple[float, str]]:
    return [(row.cpu.get(role, 0.0), color) for role, color in ROLES.items()]
