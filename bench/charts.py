"""Two kinds of chart: bars in groups, and lines over two logarithmic axes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.svg import GRID_COLOR, MUTED_COLOR, Drawing, Point

WIDTH: Final = 860
LEFT_MARGIN: Final = 190
"""Pixels for the names of bars."""
RIGHT_MARGIN: Final = 190
"""Pixels for the figure behind the longest bar."""
TOP_MARGIN: Final = 66
BAR_HEIGHT: Final = 17
BAR_STEP: Final = 22
GROUP_GAP: Final = 16


@dataclass(frozen=True)
class ChartBar:
    """A bar of one or several parts, and what stands behind it."""

    name: str
    parts: Sequence[tuple[float, str]]
    """Lengths and colours."""
    label: str

    @property
    def length(self) -> float:
        """All parts together."""
        return sum(length for length, _ in self.parts)


BarGroups = Mapping[str, Sequence[ChartBar]]


def draw_bar_chart(title: str, below: str, groups: BarGroups, legend: Mapping[str, str]) -> str:
    """Return bars in groups, each with its figure behind it; the longest fills the sheet."""
    bars = sum(len(group) for group in groups.values())
    height = (
        TOP_MARGIN + bars * BAR_STEP + len(groups) * (BAR_STEP + GROUP_GAP) + (30 if legend else 6)
    )
    sheet = Drawing(WIDTH, height, title)
    _draw_head(sheet, title, below)
    longest = max((bar.length for group in groups.values() for bar in group), default=0) or 1
    scale = (WIDTH - LEFT_MARGIN - RIGHT_MARGIN) / longest
    at = float(TOP_MARGIN)
    for name, group in groups.items():
        sheet.add_text((20, at + 14), name, bold=True)
        at += BAR_STEP
        for bar in group:
            _draw_bar(sheet, bar, at, scale)
            at += BAR_STEP
        at += GROUP_GAP
    _draw_legend(sheet, legend, at + 8)
    return sheet.render_svg()


def _draw_bar(sheet: Drawing, bar: ChartBar, at: float, scale: float) -> None:
    sheet.add_text((LEFT_MARGIN - 10, at + 13), bar.name, anchor="end")
    x = float(LEFT_MARGIN)
    for length, color in bar.parts:
        sheet.add_bar((x, at), length * scale, BAR_HEIGHT, color)
        x += length * scale
    sheet.add_text((max(x, LEFT_MARGIN + 1) + 7, at + 13), bar.label, color=MUTED_COLOR)


def _draw_head(sheet: Drawing, title: str, below: str) -> None:
    sheet.add_text((20, 28), title, size=17, bold=True)
    sheet.add_text((20, 49), below, color=MUTED_COLOR)


def _draw_legend(sheet: Drawing, legend: Mapping[str, str], at: float) -> None:
    x = float(LEFT_MARGIN)
    for name, color in legend.items():
        sheet.add_bar((x, at - 10), 12, 12, color)
        sheet.add_text((x + 18, at), name)
        x += 42 + 7.5 * len(name)


@dataclass(frozen=True)
class ChartLine:
    """A line through points, with its name at the end."""

    name: str
    color: str
    points: Sequence[Point]
    dashed: bool = False


PLOT_AREA: Final = (70.0, 84.0, WIDTH - 210.0, 400.0)
"""Left, top, right and bottom of the plane that lines are drawn in."""

LABEL_GAP: Final = 17.0
"""Pixels that the names of two lines keep from each other."""


def draw_line_chart(
    title: str, below: str, lines: Sequence[ChartLine], axes: tuple[str, str]
) -> str:
    """Return lines over two logarithmic axes."""
    sheet = Drawing(WIDTH, 450, title)
    _draw_head(sheet, title, below)
    xs = [x for line in lines for x, _ in line.points] or [1.0]
    ys = [y for line in lines for _, y in line.points] or [1.0]
    x_range = 1.0, max(xs)
    y_range = 10.0 ** math.floor(math.log10(min(ys))), 10.0 ** math.ceil(math.log10(max(ys)))
    left, top, right, bottom = PLOT_AREA

    def place(point: Point) -> Point:
        across = _compute_log_share(point[0], x_range) * (right - left)
        return left + across, bottom - _compute_log_share(point[1], y_range) * (bottom - top)

    for x in sorted(set(xs)):
        column = place((x, y_range[0]))[0]
        sheet.add_line([(column, top), (column, bottom)], GRID_COLOR)
        sheet.add_text((column, bottom + 20), f"{x:,.0f}", anchor="middle", color=MUTED_COLOR)
    for y in _list_decades(*y_range):
        row = place((1.0, y))[1]
        sheet.add_line([(left, row), (right, row)], GRID_COLOR)
        sheet.add_text((left - 8, row + 4), f"{y:,g}", anchor="end", color=MUTED_COLOR)
    sheet.add_text(((left + right) / 2, bottom + 42), axes[0], anchor="middle", color=MUTED_COLOR)
    sheet.add_text((20, top - 12), axes[1], color=MUTED_COLOR)
    _draw_lines(sheet, [(line, [place(point) for point in line.points]) for line in lines], right)
    return sheet.render_svg()


def _draw_lines(
    sheet: Drawing, lines: Sequence[tuple[ChartLine, Sequence[Point]]], right: float
) -> None:
    """Draw lines, and their names at their ends, moved apart where they would meet."""
    lowest = math.inf
    for line, points in sorted(lines, key=lambda each: -each[1][-1][1]):
        sheet.add_line(points, line.color, 2.2, dashed=line.dashed)
        for point in points:
            sheet.add_dot(point, line.color)
        lowest = min(points[-1][1] + 4, lowest - LABEL_GAP)
        sheet.add_text((right + 12, lowest), line.name, color=line.color, bold=True)


def _compute_log_share(value: float, span: tuple[float, float]) -> float:
    low, high = span
    return math.log(value / low) / math.log(high / low) if high > low else 0.0


def _list_decades(low: float, high: float) -> list[float]:
    count = round(math.log10(high / low))
    return [low * 10.0**power for power in range(count + 1)]
