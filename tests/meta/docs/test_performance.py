"""Figures on performance are those of a run that is kept, in every place that shows them."""

import pytest

from bench.plots import plots
from bench.readme import BEGIN, END, REPORTS, block
from bench.report import DATA, PAGE, page
from bench.rows import load
from tests.meta.docs.markdown_files import text_of
from tests.meta.source_files import ROOT

KEPT = [path.parent.name for path in sorted(REPORTS.glob(f"*/{DATA}"))]


@pytest.mark.parametrize("kind", KEPT)
def test_a_kept_report_is_rendered_from_its_results(kind: str) -> None:
    """Nobody improves a figure by hand; `make bench ARGS=--render` brings it back."""
    results = load(REPORTS / kind / DATA)

    assert (REPORTS / kind / PAGE).read_text("utf-8") == page(results)
    for name, drawn in plots(results).items():
        assert (REPORTS / kind / name).read_text("utf-8") == drawn


def test_the_readme_shows_what_the_kept_report_says() -> None:
    """`make bench` writes it; `make bench ARGS=--render` writes it again."""
    _, _, rest = text_of("README.md").partition(BEGIN)
    shown, _, _ = rest.partition(END)

    assert f"{BEGIN}{shown}{END}" == block()
    assert (ROOT / "docs" / "performance.md").exists()
