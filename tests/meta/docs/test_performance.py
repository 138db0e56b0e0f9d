"""Figures on performance are those of a run that is kept, in every place that shows them."""

import pytest

from bench.plots import draw_plots
from bench.readme import BEGIN_MARK, END_MARK, REPORTS_FOLDER, build_section
from bench.report import DATA_FILE, PAGE_FILE, build_page
from bench.rows import load_results
from tests.meta.docs.markdown_files import read_document

PAGE = "docs/explanation/performance.md"
KEPT = [path.parent.name for path in sorted(REPORTS_FOLDER.glob(f"*/{DATA_FILE}"))]


@pytest.mark.parametrize("kind", KEPT)
def test_a_kept_report_is_rendered_from_its_results(kind: str) -> None:
    """Nobody improves a figure by hand; `make bench ARGS=--render` brings it back."""
    results = load_results(REPORTS_FOLDER / kind / DATA_FILE)

    assert (REPORTS_FOLDER / kind / PAGE_FILE).read_text("utf-8") == build_page(results)
    for name, drawn in draw_plots(results).items():
        assert (REPORTS_FOLDER / kind / name).read_text("utf-8") == drawn


def test_the_performance_page_shows_the_figures_of_the_kept_report() -> None:
    """`make bench` writes it; `make bench ARGS=--render` writes it again."""
    _, _, rest = read_document(PAGE).partition(BEGIN_MARK)
    shown, _, _ = rest.partition(END_MARK)

    assert f"{BEGIN_MARK}{shown}{END_MARK}" == build_section()
