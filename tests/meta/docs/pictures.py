"""Render the pictures of README and docs: ``make pictures`` writes docs/images."""

import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bim360_provider.emulator import CLIENT_ID, CLIENT_SECRET
from bim360_provider.review.analysis import build_review
from bim360_provider.review.plan import read_plan
from bim360_provider.review.render.terminal import print_review
from bim360_provider.testing.display import Display
from bim360_provider.testing.engine.engine import LocalEngine
from bim360_provider.testing.engine.results import Step
from tests.meta.docs.page_pictures import hash_pages, take_pictures
from tests.meta.source_files import ROOT
from tests.support.chromium import find_missing_program
from tests.unit.review.plan_factory import PROJECT_INPUTS, build_plan, build_step

PICTURE_FOLDER: Final = ROOT / "docs" / "images"

PICTURE_WIDTH: Final = 100
"""Columns of a picture; longer lines are wrapped."""

CAPTURE_WIDTH: Final = 10_000
"""Columns of the terminal that is captured: nothing is wrapped before the picture is drawn."""

PREVIEW_SECONDS: Final = 2.0
"""Duration in the picture of the preview; the real one differs from run to run."""

TYPE_ORDER: Final = ("Stack", "providers", "Company", "AccountUser", "Project")
"""Resource types that come first in the picture; a preview finishes its steps in any order."""

FONT_FACE_PATTERN: Final = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""Downloads of a web font, which GitHub blocks in pictures."""

Painter = Callable[[Console], None]


def render_preview() -> str:
    """Return the picture of a preview of the demo stack by the local engine."""
    credentials = {"APS_CLIENT_ID": CLIENT_ID, "APS_CLIENT_SECRET": CLIENT_SECRET}
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.json"
        result = LocalEngine(ROOT, stack="demo", state=state, env=credentials).preview()
    steps = sorted(result.steps, key=_get_step_key)

    def paint(console: Console) -> None:
        display = Display(console, dry_run=True)
        for step in steps:
            display(step)
        display.print_summary(replace(result, outputs={}, seconds=PREVIEW_SECONDS))

    return _render_svg("preview", "bim360 local preview --stack demo", paint)


def _get_step_key(step: Step) -> tuple[int, str]:
    found = (rank for rank, name in enumerate(TYPE_ORDER) if f":{name}:" in step.urn)
    return next(found, len(TYPE_ORDER)), step.urn


def render_review() -> str:
    """Return the picture of the review of a plan with one change of each kind."""
    review = build_review(read_plan(_build_reviewed_plan()))
    return _render_svg(
        "review", "bim360 review plan.json", lambda console: print_review(review, console)
    )


def _build_reviewed_plan() -> str:
    """Return a plan that creates, changes, archives, repairs drift, and removes access."""
    tower, depot, lab = (
        {**PROJECT_INPUTS, "name": name, "value": value, "city": city}
        for name, value, city in (
            ("Harbor Point Tower", 184_500_000, "Seattle"),
            ("Depot", 9_800_000, "Spokane"),
            ("Harbor Lab", 62_000_000, "Tacoma"),
        )
    )
    cy, dee = {"document_management": "admin"}, {"document_management": "user"}
    team = {"project_id": "id-tower", "on_removal": "remove"}
    old_team = {**team, "members": {"cy@example.com": cy}}
    new_team = {**team, "members": {"dee@example.com": dee}}
    return build_plan(
        build_step("create", None, lab, name="lab"),
        build_step("refresh", tower, tower, name="tower"),
        build_step(
            "update", {**tower, "city": "Bergen"}, {**tower, "end_date": "2030-01-31"}, name="tower"
        ),
        build_step("delete", depot, None, name="depot"),
        build_step("update", old_team, new_team, kind="ProjectMembers", name="team"),
        build_step("delete", {"name": "Cable & Sons"}, None, kind="Company", name="builder"),
    )


def _render_svg(name: str, title: str, paint: Painter) -> str:
    """Return what a painter prints on a terminal as an SVG, with the same bytes each time."""
    capture = StringIO()
    paint(_open_console(capture, CAPTURE_WIDTH))
    console = _open_console(StringIO(), PICTURE_WIDTH, record=True)
    for line in Text.from_ansi(capture.getvalue()).split("\n", allow_blank=True):
        indent = len(line.plain) - len(line.plain.lstrip())
        console.print(Padding(line[indent:], (0, 0, 0, indent)) if line.plain.strip() else "")
    svg = console.export_svg(title=title, unique_id=name)
    return FONT_FACE_PATTERN.sub("", svg).rstrip() + "\n"


def _open_console(file: StringIO, width: int, *, record: bool = False) -> Console:
    """Return a terminal with true colours, independent of the environment."""
    return Console(
        file=file,
        width=width,
        record=record,
        highlight=False,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        _environ={},
    )


PICTURES: Final = {"preview": render_preview, "review": render_review}


def get_picture_path(name: str) -> Path:
    """Return the path of a picture."""
    return PICTURE_FOLDER / f"{name}.svg"


def get_page_path(name: str, suffix: str) -> Path:
    """Return the path of a picture of the emulator's page, or of the hash of its HTML."""
    return PICTURE_FOLDER / f"{name}.{suffix}"


def main() -> str | None:
    """Write all pictures; return why those of the page were not taken, if so."""
    PICTURE_FOLDER.mkdir(exist_ok=True)
    for name, render in PICTURES.items():
        get_picture_path(name).write_text(render(), encoding="utf-8")
    missing = find_missing_program()
    if missing:
        return f"The pictures of the page need {missing}; run: make chromium"
    for name, picture in take_pictures().items():
        get_page_path(name, "png").write_bytes(picture)
    for name, digest in hash_pages().items():
        get_page_path(name, "sha256").write_text(f"{digest}\n", encoding="utf-8")
    return None


if __name__ == "__main__":
    sys.exit(main())
