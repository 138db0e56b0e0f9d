"""A drawing in SVG: text, bars and lines at given places; the same input, the same bytes."""

from collections.abc import Sequence
from html import escape
from typing import Final

TEXT_COLOR: Final = "#24292f"
MUTED_COLOR: Final = "#57606a"
GRID_COLOR: Final = "#d8dee4"
FONT: Final = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"

Point = tuple[float, float]


class Drawing:
    """A white sheet of a given size in pixels."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self._size = width, height
        self._title = title
        self._elements: list[str] = []

    def add_text(  # noqa: PLR0913 - what a text has
        self,
        place: Point,
        words: str,
        *,
        size: int = 13,
        color: str = TEXT_COLOR,
        anchor: str = "start",
        bold: bool = False,
    ) -> None:
        """Write words; ``anchor`` says which end of them is at the place."""
        weight = ' font-weight="600"' if bold else ""
        self._elements.append(
            f'<text x="{place[0]:.1f}" y="{place[1]:.1f}" font-size="{size}" fill="{color}"'
            f' text-anchor="{anchor}"{weight}>{escape(words)}</text>'
        )

    def add_bar(self, place: Point, width: float, height: float, color: str) -> None:
        """Fill a rectangle; one that is too small to be seen is drawn a pixel wide."""
        self._elements.append(
            f'<rect x="{place[0]:.1f}" y="{place[1]:.1f}" width="{max(width, 1):.1f}"'
            f' height="{height:.1f}" fill="{color}"/>'
        )

    def add_line(
        self, points: Sequence[Point], color: str, width: float = 1, *, dashed: bool = False
    ) -> None:
        """Draw a line through points."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._elements.append(
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width:g}"'
            f"{dash}/>"
        )

    def add_dot(self, place: Point, color: str) -> None:
        """Draw a dot."""
        self._elements.append(
            f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="3.5" fill="{color}"/>'
        )

    def render_svg(self) -> str:
        """Return the file."""
        width, height = self._size
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" role="img" font-family="{FONT}">\n'
            f"<title>{escape(self._title)}</title>\n"
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
        )
        return head + "\n".join(self._elements) + "\n</svg>\n"
