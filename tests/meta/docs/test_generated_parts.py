"""The generated parts of the docs are current: performance figures and pictures."""

import pytest

from bench.performance_page import BEGIN_MARK, END_MARK, REPORTS_FOLDER, build_section
from bench.report import DATA_FILE, PAGE_FILE, build_page
from bench.results import load_results
from tests.meta.docs.markdown_files import read_document
from tests.meta.docs.page_pictures import PAGES, hash_pages
from tests.meta.docs.pictures import (
    PICTURE_FOLDER,
    PICTURES,
    get_page_path,
    get_picture_path,
)

PAGE = "docs/explanation/performance.md"
COMMITTED = [path.parent.name for path in sorted(REPORTS_FOLDER.glob(f"*/{DATA_FILE}"))]


@pytest.mark.parametrize("kind", COMMITTED)
def test_a_committed_report_matches_its_results(kind: str) -> None:
    """`make bench ARGS=--render` restores a report that was edited by hand."""
    results = load_results(REPORTS_FOLDER / kind / DATA_FILE)

    assert (REPORTS_FOLDER / kind / PAGE_FILE).read_text("utf-8") == build_page(results)


def test_the_performance_page_matches_the_committed_report() -> None:
    """`make bench ARGS=--render` writes the section again."""
    _, _, rest = read_document(PAGE).partition(BEGIN_MARK)
    section, _, _ = rest.partition(END_MARK)

    assert f"{BEGIN_MARK}{section}{END_MARK}" == build_section()


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_the_current_output(name: str) -> None:
    """`make pictures` updates it."""
    assert get_picture_path(name).read_text(encoding="utf-8") == PICTURES[name]()


def test_a_picture_of_the_page_shows_the_current_html() -> None:
    """`make pictures` updates both; pixels would differ with the fonts of the machine."""
    recorded = {name: get_page_path(name, "sha256").read_text("utf-8").strip() for name in PAGES}

    assert recorded == hash_pages()
    assert all(get_page_path(name, "png").read_bytes()[1:4] == b"PNG" for name in PAGES)


def test_the_folder_contains_only_rendered_pictures() -> None:
    assert {path.stem for path in PICTURE_FOLDER.iterdir()} == {*PICTURES, *PAGES}
