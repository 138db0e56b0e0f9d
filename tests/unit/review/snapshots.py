"""What reviews look like; ``python -m tests.unit.review.snapshots`` writes them anew."""

from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console

from bim360_provider.review.analysis import review_of
from bim360_provider.review.model import Review
from bim360_provider.review.plan import read_plan
from bim360_provider.review.render.markdown import as_markdown
from bim360_provider.review.render.terminal import show
from tests.unit.review.plan_factory import mixed

PLANS: Final = Path(__file__).with_name("plans")
GOLDEN: Final = Path(__file__).with_name("golden")

NAMES: Final = (*sorted(path.stem for path in PLANS.glob("*.json")), "mixed")


def review_named(name: str) -> Review:
    """Return the review of a recorded plan, or of 500 resources of every kind."""
    text = mixed(500) if name == "mixed" else (PLANS / f"{name}.json").read_text(encoding="utf-8")
    return review_of(read_plan(text))


def as_text(review: Review) -> str:
    """Return a review as a terminal without colours shows it."""
    file = StringIO()
    show(review, Console(file=file, highlight=False, width=100))
    return file.getvalue()


def main() -> None:
    """Write all of them."""
    GOLDEN.mkdir(exist_ok=True)
    for name in NAMES:
        review = review_named(name)
        (GOLDEN / f"{name}.md").write_text(as_markdown(review), encoding="utf-8")
        (GOLDEN / f"{name}.txt").write_text(as_text(review), encoding="utf-8")


if __name__ == "__main__":
    main()
