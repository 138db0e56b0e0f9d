"""The site can be built, and the navigation has every page."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.meta.source_files import ROOT, list_files

COMMAND = [sys.executable, "-m", "sphinx", "-c", "docs", "--builder", "html", "-W", "--quiet"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site that is built like `make docs`; a warning fails."""
    folder = tmp_path_factory.mktemp("site")
    ran = subprocess.run(  # noqa: S603 - the command of the Makefile
        [*COMMAND, ".", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return folder


def test_every_document_is_a_page_in_the_navigation(site: Path) -> None:
    """A page that is not in the navigation is not found."""
    start = (site / "docs/index.html").read_text(encoding="utf-8")
    documents = [path for path in list_files() if path.suffix == ".md"]
    inside = [path for path in documents if path.relative_to(ROOT).parts[0] != "tests"]
    pages = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in inside]

    links = {page: os.path.relpath(page, "docs") for page in pages}

    missing = [page for page, link in links.items() if f'href="{link}"' not in start]

    assert missing == ["docs/index.html"]


def test_the_top_of_the_site_redirects_to_the_first_page(site: Path) -> None:
    """Users may open the folder itself."""
    top = (site / "index.html").read_text(encoding="utf-8")
    targets = re.findall(r'(?:href="|url=)([^"]+)"', top)

    assert set(targets) == {"docs/index.html"}
    assert (site / targets[0]).exists()
