"""Whatever people are called, they can neither break a table nor call anybody."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bim360_provider.review.escaping import markdown, marker, visible
from tests.unit.review.making import PROJECT, comment, step

RENDER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
NO_WIDTH = "\u200b"

AWKWARD = st.text(
    st.one_of(
        st.sampled_from("\\`*_{}[]()#+-.!|~<>&@:$^='\"\n\r\t \u202e\u200b\u2028/0aZé漢🏗"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


class Cells(HTMLParser):
    """Collects the text of cells and every tag inside of them."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.tags: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a cell, or a tag inside of one."""
        del attrs
        if tag == "td":
            self.cells.append("")
            self._inside = True
        elif self._inside:
            self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave a cell."""
        if tag == "td":
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Add to the cell."""
        if self._inside:
            self.cells[-1] += data


@given(AWKWARD)
@example("a | b")
@example("\\|")
@example("`|`")
@example("- x")
@example("1. x")
@example("<!-- x -->")
@example("![x](http://x/y.png)")
@example("&lt;")
def test_any_text_is_one_cell_and_reads_as_it_is(text: str) -> None:
    parsed = Cells()
    parsed.feed(RENDER.render(f"| a | b |\n| --- | --- |\n| {markdown(text)} | end |\n"))

    shown = [cell.replace(NO_WIDTH, "").strip() for cell in parsed.cells]
    assert shown == [visible(text).strip(), "end"]
    assert parsed.tags == []


@given(AWKWARD)
@example("1. x")
@example("- x")
@example("+ x")
@example("# x")
@example("    x")
def test_any_text_is_one_item_of_a_list(text: str) -> None:
    html = RENDER.render(f"- a {markdown(text)}\n")

    assert html.count("<li>") == 1
    assert not {"<h1>", "<code>", "<em>", "<a ", "<img"} & {
        tag for tag in ("<h1>", "<code>", "<em>", "<a ", "<img") if tag in html
    }


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("ask @octocat", "@octocat"),
        ("@autodesk/bim", "@autodesk"),
        ("é@octocat", "@octocat"),
        ("School #12", "#12"),
        ("other/repository#12", "#12"),
        ("GH-12", "GH-12"),
        ("https://github.com/a/b/issues/1", "https://"),
        ("www.example.com", "www.example"),
        ("fine :tada:", ":tada:"),
    ],
)
def test_nothing_calls_anybody_or_anything(text: str, call: str) -> None:
    """GitHub reads the finished text, so that escaping would not help."""
    finished = RENDER.render(markdown(text))

    assert call not in finished
    assert call in finished.replace(NO_WIDTH, "")


@pytest.mark.parametrize("text", ["ada@example.com", "urn:pulumi:dev::a::b", "2027-03-01", "7:30"])
def test_what_calls_nobody_can_be_copied(text: str) -> None:
    assert markdown(text) == text


def test_what_cannot_be_seen_is_spelled_out() -> None:
    assert visible("a\u202eb\x1b[31m\nc\td\u200b") == "a\\u202eb\\u001b[31m⏎c d\\u200b"


def test_letters_of_any_language_stay() -> None:
    words = "København Ærø 東京 مشروع می‌خواهم 👩‍🔧"

    assert visible(words) == words


def test_a_marker_stays_a_comment_whatever_it_marks() -> None:
    assert marker("a--> <b>") == "<!-- bim360 review: a-_ _b_ -->"


def test_a_whole_comment_survives_hostile_names() -> None:
    hostile = "</details>\n\n# x | <script> @octocat `|` [a](b) \u202e"
    team = {"members": {hostile: {"industry_roles": [hostile]}}}
    text = comment(
        step("update", PROJECT, {**PROJECT, "name": hostile, "city": hostile}),
        step(
            "update", {"members": {}}, team, kind="ProjectMembers", name=hostile.replace("\n", "")
        ),
        step("delete", {**PROJECT, "name": hostile}, None, name="gone"),
        diagnostics=[{"severity": "warning", "message": hostile}],
    )

    html = RENDER.render(text)
    assert "<script" not in html
    assert "<h1" not in html
    assert "@octocat" not in html
    assert html.count("<details>") == html.count("</details>")
    assert text.splitlines()[0] == "<!-- bim360 review: portfolio/prod -->"
