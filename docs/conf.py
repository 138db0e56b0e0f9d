"""Configure Sphinx, which builds a site of the documents: `make docs`.

The documents are plain Markdown that reads well on the repository's host, without Sphinx syntax.
This module adds what a site needs: the navigation, from the lists of docs/index.md.
https://www.sphinx-doc.org/en/master/usage/configuration.html
"""

import re
from pathlib import Path

from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx import addnodes
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
START = "docs/index"

project = "bim360_provider"
copyright = "its authors; Apache-2.0; not an Autodesk product"  # noqa: A001 - Sphinx's name for it
html_title = "bim360_provider"

extensions = ["myst_parser"]
root_doc = START
include_patterns = ["*.md", "docs/**.md", "tests/CHECKLIST.md", "bench/report/**.md"]
exclude_patterns = ["build", ".venv", ".venv-oldest", ".demo"]
myst_heading_anchors = 4
myst_links_external_new_tab = True
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_extra_path = ["site"]  # the top page, which redirects to the first one
html_copy_source = False
html_show_sphinx = False

linkcheck_timeout = 20
linkcheck_retries = 2
linkcheck_ignore = [r"http://(localhost|127\.0\.0\.1)"]
linkcheck_anchors = False  # most of the linked pages create anchors by script

PAGE = re.compile(r"^- \[([^\]]+)\]\(([^)#]+)\.md\)", re.MULTILINE)


def navigation(start_page: str) -> str:
    """Return the navigation: a group for each heading of the start page, with its linked pages."""
    trees = []
    for group in re.split(r"^## ", start_page, flags=re.MULTILINE)[1:]:
        heading = group.partition("\n")[0]
        entries = "\n".join(f"{title} </{_place(page)}>" for title, page in PAGE.findall(group))
        trees.append(f"```{{toctree}}\n:hidden:\n:caption: {heading}\n\n{entries}\n```\n")
    return "\n".join(trees)


def _place(page: str) -> str:
    return (ROOT / "docs" / page).resolve().relative_to(ROOT).as_posix()


def _add_navigation(_app: Sphinx, name: str, source: list[str]) -> None:
    if name == START:
        source[0] += "\n" + navigation(source[0])


def _name_folders(app: Sphinx, document: nodes.document) -> None:
    """Replace a link to a folder of the repository by its text: a site has no folders."""
    here = (ROOT / app.env.docname).parent
    for link in list(document.findall(addnodes.pending_xref)):
        if (here / link["reftarget"]).is_dir():
            link.replace_self(link.children)


def setup(app: Sphinx) -> None:
    """Add the navigation and the handling of folder links."""
    app.add_lexer("mermaid", TextLexer)  # charts stay text on the site
    app.connect("source-read", _add_navigation)
    app.connect("doctree-read", _name_folders)
