"""Render the golden reviews; ``python -m tests.unit.review.snapshots`` updates them."""

from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console

from bim360_provider.review.analysis import build_review
from bim360_provider.review.model import Review
from bim360_provider.review.plan import read_plan
from bim360_provider.review.render.markdown import render_markdown
from bim360_provider.review.render.terminal import print_review
from tests.unit.review.plan_factory import build_mixed_plan

PLAN_FOLDER: Final = Path(__file__).with_name("plans")
SNAPSHOT_FOLDER: Final = Path(__file__).with_name("golden")

PLAN_NAMES: Final = (*sorted(path.stem for path in PLAN_FOLDER.glob("*.json")), "mixed")


def load_review(name: str) -> Review:
    """Return the review of a recorded plan, or of a plan with 500 mixed resources."""
    text = (
        build_mixed_plan(500)
        if name == "mixed"
        else (PLAN_FOLDER / f"{name}.json").read_text(encoding="utf-8")
    )
    return build_review(read_plan(text))


def render_terminal(review: Review) -> str:
    """Return a review as a terminal without colours prints it."""
    file = StringIO()
    print_review(review, Console(file=file, highlight=False, width=100))
    return file.getvalue()


def main() -> None:
    """Write all golden reviews."""
    SNAPSHOT_FOLDER.mkdir(exist_ok=True)
    for name in PLAN_NAMES:
        review = load_review(name)
        (SNAPSHOT_FOLDER / f"{name}.md").write_text(render_markdown(review), encoding="utf-8")
        (SNAPSHOT_FOLDER / f"{name}.txt").write_text(render_terminal(review), encoding="utf-8")


if __name__ == "__main__":
    main()
