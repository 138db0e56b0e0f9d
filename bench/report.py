"""A report in Markdown: bars, tables, plots, and how it was measured."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from bench.bars import bars
from bench.grid import CALM, FLOOR, NAMES, OURS, REAL, WEATHERS, WORDS, Weather
from bench.plots import clock, largest, plots
from bench.rows import Results, Row

DATA: Final = "results.json"
PAGE: Final = "README.md"
MANUAL: Final = "../../../docs/performance.md"

HEAD: Final = ("", "seconds", "times the floor", "requests", "429s", "peak memory")


def write_report(results: Results, folder: Path) -> None:
    """Write the page and its plots."""
    for name, text in plots(results).items():
        (folder / name).write_text(text, "utf-8")
    (folder / PAGE).write_text(page(results), "utf-8")


def page(results: Results) -> str:
    """Return the page."""
    size = largest(results)
    parts = [
        "# What a run costs\n",
        f"`{results.command}`, on {results.engine}; {results.machine}.",
        f"How it is measured and what it means: [docs/performance.md]({MANUAL}).\n",
        "## What must hold\n",
        _bars(results),
        f"![{size:,} projects at HQ's limit](limit.svg)\n",
        "![A refresh, by the size of the stack](refresh.svg)\n",
        *(_weather(results, weather) for weather in WEATHERS),
        "## How it grows\n",
        "![How time grows with the stack](growth.svg)\n",
        _growth(results),
        "## Where the time goes\n",
        "![Where the processor time goes](processor.svg)\n",
        _processor(results, size),
    ]
    return "\n".join(parts)


def _bars(results: Results) -> str:
    lines = [each.line for each in bars(results)] or ["Too few projects for any of them."]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _weather(results: Results, weather: Weather) -> str:
    heading = (
        f"## {weather.words}\n" if weather != REAL else f"## {weather.words}: a real account\n"
    )
    sizes = [size for size in results.sizes if any(_ran(results, size, weather))]
    tables = [_size(results, size, weather) for size in sizes]
    return "\n".join((heading, *tables))


def _ran(results: Results, size: int, weather: Weather) -> Iterable[Row]:
    wanted = size, weather
    return (
        row for row in results.rows if (row.size, row.weather) == wanted and row.contestant != FLOOR
    )


def _size(results: Results, size: int, weather: Weather) -> str:
    title = "1 project" if size == 1 else f"{size:,} projects"
    rows: list[tuple[str, ...]] = []
    for op, words in WORDS.items():
        found = [row for row in _ran(results, size, weather) if row.op == op]
        floor = results.floor(size, op)
        if not found or floor is None:
            continue
        rows.append((f"**{words}**",))
        rows += [_line(row, floor) for row in found]
        rows.append(_line(floor, floor))
    return (
        f"### {title}\n\n{table(HEAD, rows)}\n"
        if weather == CALM
        else f"**{title}**\n\n{table(HEAD, rows)}\n"
    )


def _line(row: Row, floor: Row) -> tuple[str, ...]:
    return (
        NAMES[row.contestant],
        f"{row.seconds:,.1f}",
        f"{row.seconds / floor.seconds:,.2f}",
        kinds(row),
        str(row.refused),
        f"{row.peak:.0f} MB",
    )


def kinds(row: Row) -> str:
    """Say what was asked, by kind."""
    found = [f"{count:,} {kind}" for kind, count in row.requests.items()]
    return ", ".join(found) or "none"


def _growth(results: Results) -> str:
    """Return a table: seconds and memory by size, and the exponent between the two largest."""
    head = ("", *(f"{size:,}" for size in results.sizes), "exponent", "peak memory")
    rows = []
    for op, words in WORDS.items():
        for each in (OURS, FLOOR):
            found = {size: results.find(each, size, CALM, op) for size in results.sizes}
            ran = [row for row in found.values() if row is not None]
            cells = ["" if row is None else f"{row.seconds:,.1f} s" for row in found.values()]
            memory = f"{ran[-1].peak:,.0f} MB" if ran else ""
            rows.append((f"{words}, {NAMES[each]}", *cells, exponent(ran), memory))
    note = (
        "The exponent is that of seconds between the two largest stacks: 1 is a time that grows\n"
        "with the stack, 2 with its square. Memory is that of the largest, all processes.\n"
    )
    return f"{table(head, rows)}\n\n{note}"


def exponent(rows: Sequence[Row]) -> str:
    """Return how seconds grow with the size, between the last two rows."""
    if len(rows) < 2:  # noqa: PLR2004 - a growth takes two
        return ""
    small, large = rows[-2:]
    return f"{math.log(large.seconds / small.seconds) / math.log(large.size / small.size):.2f}"


def _processor(results: Results, size: int) -> str:
    """Return a table: the processor seconds of each role, beside the floor's."""
    rows = []
    for op, words in WORDS.items():
        ours, floor = (results.find(each, size, CALM, op) for each in (OURS, FLOOR))
        if ours is not None and floor is not None:
            cells = (f"{ours.cpu.get(r, 0):.1f} s ({floor.cpu.get(r, 0):.1f})" for r in ROLES)
            rows.append((words, clock(ours.seconds), *cells))
    note = "In brackets: the same of the no-op provider, which is what Pulumi takes by itself.\n"
    return f"{table(('', 'all in all', *ROLES), rows)}\n\n{note}"


ROLES: Final = ("engine", "program", "host")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown; rows that are too short are filled."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(
        f"| {' | '.join([*line, *[''] * (len(head) - len(line))])} |" for line in lines
    )
