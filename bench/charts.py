"""Two kinds of chart: bars in groups, and lines over two logarithmic axes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.svg import FAINT, GRID, Drawing, Point

WIDTH: Final = 860
LEFT: Final = 190
"""Pixels for the names of bars."""
RIGHT: Final = 190
"""Pixels for the figure behind the longest bar."""
TOP: Final = 66
BAR: Final = 17
STEP: Final = 22
GAP: Final = 16


@dataclass(frozen=True)
class Bar:
    """A bar of one or several parts, and what stands behind it."""

    name: str
    parts: Sequence[tuple[float, str]]
    """Lengths and colours."""
    words: str

    @property
    def length(self) -> float:
        """All parts together."""
        return sum(length for length, _ in self.parts)


Groups = Mapping[str, Sequence[Bar]]


def bar_chart(title: str, below: str, groups: Groups, legend: Mapping[str, str]) -> str:
    """Return bars in groups, each with its figure behind it; the longest fills the sheet."""
    bars = sum(len(group) for group in groups.values())
    height = TOP + bars * STEP + len(groups) * (STEP + GAP) + (30 if legend else 6)
    sheet = Drawing(WIDTH, height, title)
    _head(sheet, title, below)
    longest = max((bar.length for group in groups.values() for bar in group), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / longest
    at = float(TOP)
    for name, group in groups.items():
        sheet.text((20, at + 14), name, bold=True)
        at += STEP
        for bar in group:
            _bar(sheet, bar, at, scale)
            at += STEP
        at += GAP
    _legend(sheet, legend, at + 8)
    return sheet.written()


def _bar(sheet: Drawing, bar: Bar, at: float, scale: float) -> None:
    sheet.text((LEFT - 10, at + 13), bar.name, anchor="end")
    x = float(LEFT)
    for length, color in bar.parts:
        sheet.bar((x, at), length * scale, BAR, color)
        x += length * scale
    sheet.text((max(x, LEFT + 1) + 7, at + 13), bar.words, color=FAINT)


def _head(sheet: Drawing, title: str, below: str) -> None:
    sheet.text((20, 28), title, size=17, bold=True)
    sheet.text((20, 49), below, color=FAINT)


def _legend(sheet: Drawing, legend: Mapping[str, str], at: float) -> None:
    x = float(LEFT)
    for name, color in legend.items():
        sheet.bar((x, at - 10), 12, 12, color)
        sheet.text((x + 18, at), name)
        x += 42 + 7.5 * len(name)


@dataclass(frozen=True)
class Line:
    """A line through points, with its name at the end."""

    name: str
    color: str
    points: Sequence[Point]
    dashed: bool = False


PLOT: Final = (70.0, 84.0, WIDTH - 210.0, 400.0)
"""Left, top, right and bottom of the plane that lines are drawn in."""

APART: Final = 17.0
"""Pixels that the names of two lines keep from each other."""


def line_chart(title: str, below: str, lines: Sequence[Line], axes: tuple[str, str]) -> str:
    """Return lines over two logarithmic axes."""
    sheet = Drawing(WIDTH, 450, title)
    _head(sheet, title, below)
    xs = [x for line in lines for x, _ in line.points] or [1.0]
    ys = [y for line in lines for _, y in line.points] or [1.0]
    x_range = 1.0, max(xs)
    y_range = 10.0 ** math.floor(math.log10(min(ys))), 10.0 ** math.ceil(math.log10(max(ys)))
    left, top, right, bottom = PLOT

    def place(point: Point) -> Point:
        across = _share(point[0], x_range) * (right - left)
        return left + across, bottom - _share(point[1], y_range) * (bottom - top)

    for x in sorted(set(xs)):
        column = place((x, y_range[0]))[0]
        sheet.line([(column, top), (column, bottom)], GRID)
        sheet.text((column, bottom + 20), f"{x:,.0f}", anchor="middle", color=FAINT)
    for y in _decades(*y_range):
        row = place((1.0, y))[1]
        sheet.line([(left, row), (right, row)], GRID)
        sheet.text((left - 8, row + 4), f"{y:,g}", anchor="end", color=FAINT)
    sheet.text(((left + right) / 2, bottom + 42), axes[0], anchor="middle", color=FAINT)
    sheet.text((20, top - 12), axes[1], color=FAINT)
    _lines(sheet, [(line, [place(point) for point in line.points]) for line in lines], right)
    return sheet.written()


def _lines(sheet: Drawing, lines: Sequence[tuple[Line, Sequence[Point]]], right: float) -> None:
    """Draw lines, and their names at their ends, moved apart where they would meet."""
    lowest = math.inf
    for line, points in sorted(lines, key=lambda each: -each[1][-1][1]):
        sheet.line(points, line.color, 2.2, dashed=line.dashed)
        for point in points:
            sheet.dot(point, line.color)
        lowest = min(points[-1][1] + 4, lowest - APART)
        sheet.text((right + 12, lowest), line.name, color=line.color, bold=True)


def _share(value: float, span: tuple[float, float]) -> float:
    low, high = span
    return math.log(value / low) / math.log(high / low) if high > low else 0.0


def _decades(low: float, high: float) -> list[float]:
    count = round(math.log10(high / low))
    return [low * 10.0**power for power in range(count + 1)]
