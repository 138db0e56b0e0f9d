"""A comment shows any name unchanged and contains no links or mentions."""

import re
from html.parser import HTMLParser
from typing import Final

import cmarkgfm  # type: ignore[import-untyped] # no stubs exist
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped] # no stubs exist
from hypothesis import example, given
from hypothesis import strategies as st

from bim360_provider.review.escaping import (
    build_marker,
    escape_invisible_characters,
    escape_markdown,
)
from tests.unit.review.plan_factory import PROJECT_INPUTS, build_step, render_comment

EXTENSIONS: Final = ["autolink", "table", "strikethrough", "tagfilter", "tasklist"]
"""Extensions of GitHub."""

OPTIONS: Final = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
"""Keep HTML, so that a test can find it."""

AWKWARD = st.text(
    st.one_of(
        st.sampled_from("\\`*_{}[]()#+-.!|~<>&@:$^='\"\n\r\t \u202e\u200b\u2028\u3164/0aZé漢🏗w"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)
PIECES: Final = (
    "www. evil.example a@ @octocat https:// ftp:// xmpp: mailto: #123 GH-1 user/repo#1 :tada: [^1] "
    "$x$ $$ ` `` | \\ deadbeef <b> <!-- --> &#64; &amp; ~~ ** _ 1. - [ ] ! ( )"
)
AUTOLINKED = st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=8).map("".join)


def render_html(text: str) -> str:
    """Return Markdown as HTML, rendered by GitHub's library."""
    html: str = cmarkgfm.markdown_to_html_with_extensions(text, OPTIONS, EXTENSIONS)
    return html


class Page(HTMLParser):
    """Collects the texts of an element, its text outside of code, and its inner tags."""

    def __init__(self, element: str, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.outside_code = ""
        self.tags: list[str] = []
        self._element = element
        self._inside = 0
        self._code = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the element or a tag in it."""
        del attrs
        if self._inside:
            self.tags.append(tag)
        if tag == self._element:
            self.texts.append("")
            self._inside += 1
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        """Record the end of the element or of a code span."""
        self._inside -= tag == self._element
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        """Record text."""
        if self._inside:
            self.texts[-1] += data
            self.outside_code += " " if self._code else data


def render_cell(text: str) -> Page:
    """Return the rendered cell of a table with a text."""
    return Page("td", render_html(f"| a | b |\n| --- | --- |\n| {escape_markdown(text)} | end |\n"))


@given(AWKWARD | AUTOLINKED)
@example("a | b")
@example("\\|")
@example("`|`")
@example("`a@b.example|`")
@example("a\\|@octocat\\")
@example("- x")
@example("1. x")
@example("<!-- x -->")
@example("![x](http://x/y.png)")
@example("&lt;")
@example("[^1]: x")
@example("www.evil.example")
@example("a@evil.example")
def test_a_table_cell_shows_any_text_unchanged(text: str) -> None:
    found = render_cell(text)

    assert [each.strip() for each in found.texts] == [
        escape_invisible_characters(text).strip(),
        "end",
    ]
    assert set(found.tags) <= {"code"}


@given(AWKWARD | AUTOLINKED)
@example("1. x")
@example("- x")
@example("+ x")
@example("# x")
@example("    x")
@example("[ ] x")
@example("[^1]: x")
def test_a_list_item_shows_any_text_unchanged(text: str) -> None:
    found = Page("li", render_html(f"- {escape_markdown(text)}\n"))

    assert [each.strip() for each in found.texts] == [escape_invisible_characters(text).strip()]
    assert set(found.tags) <= {"code", "p"}


@given(AWKWARD | AUTOLINKED)
def test_an_alert_item_shows_any_text_unchanged(text: str) -> None:
    found = Page("blockquote", render_html(f"> - a: {escape_markdown(text)}. End\n"))

    assert "".join(found.texts).strip() == f"a: {escape_invisible_characters(text).strip(' ')}. End"
    assert set(found.tags) <= {"code", "ul", "li", "p"}


AUTOLINK_TEXTS: Final = [
    "see @octocat",
    "@autodesk/bim",
    "é@octocat",
    "School #12",
    "other/repository#12",
    "GH-12",
    "gh-12",
    "GHSA-abcd-1234-wxyz",
    "https://github.com/a/b/issues/1",
    "http://evil.example",
    "ftp://evil.example",
    "www.evil.example",
    "WWW.evil.example",
    "a@evil.example",
    "mailto:a@evil.example",
    "xmpp:a@evil.example/x",
    "a5c3785ed8d6a35868bc169f07e40e889087fd2e",
    "octocat@a5c3785",
    "fine :tada:",
    "x:+1:",
    "$x^2$ and $$y$$",
    "(@octocat)",
    "x|@octocat",
    "!12",  # GitLab's merge request, and its epic, label and milestone
    "&12",
    "~bug",
    "%v1.0",
]


@pytest.mark.parametrize("text", AUTOLINK_TEXTS)
def test_a_comment_shows_autolinked_text_as_code(text: str) -> None:
    """GitHub finds mentions, emoji and formulas in rendered text, but not in code."""
    found = render_cell(text)

    assert found.texts[0] == text
    assert found.tags
    assert set(found.tags) == {"code"}
    assert not re.search(r"@\w|#\d|:\w+:|\$|://|www\.|(?i:gh-\d)|[0-9a-f]{7}", found.outside_code)


@pytest.mark.parametrize("text", AUTOLINK_TEXTS)
def test_a_comment_contains_no_links_and_no_added_characters(text: str) -> None:
    """A zero-width space would show as an entity and be copied with the name."""
    old = {**PROJECT_INPUTS, "name": text, "city": text}

    html = render_html(
        render_comment(
            build_step("update", old, {**old, "city": f"{text} {text}"}),
            build_step("delete", old, None, name="deleted"),
            diagnostics=[{"severity": "warning", "message": f"BIM 360: {text}"}],
            title=text,
        )
    )

    assert "<a " not in html
    assert "<img" not in html
    assert "\u200b" not in html
    assert "8203" not in html


@pytest.mark.parametrize("text", ["(@octocat)", "a@x.example:", "'www.x.example',", '"#12"?!'])
def test_a_code_span_excludes_punctuation_around_a_word(text: str) -> None:
    assert escape_markdown(text).strip("()'\",:?!")[0] == "`"
    assert render_cell(text).texts[0] == text


@pytest.mark.parametrize("text", ["2027-03-01", "7:30", "Tower #A", "Cable & Sons", "50 %"])
def test_text_without_autolinks_is_not_code(text: str) -> None:
    assert render_cell(text).tags == []


@pytest.mark.parametrize("text", ["# x", "## x", "x\n---", "> x", "```", "~~~", "    x", "<div>"])
def test_a_heading_shows_any_title(text: str) -> None:
    found = Page("h3", render_html(f"### BIM 360: {escape_markdown(text)}\n"))

    assert found.texts == [f"BIM 360: {escape_invisible_characters(text).strip()}"]
    assert found.tags == []


def test_invisible_characters_become_escape_sequences() -> None:
    assert (
        escape_invisible_characters("a\u202eb\x1b[31m\nc\td\u200b")
        == "a\\u202eb\\u001b[31m⏎c d\\u200b"
    )


def test_blank_letters_become_escape_sequences() -> None:
    """Otherwise two different names would look the same."""
    assert escape_invisible_characters("Ada\u3164\u2800") == "Ada\\u3164\\u2800"


def test_letters_of_any_language_stay_unchanged() -> None:
    text = "København Ærø 東京 مشروع می‌خواهم 👩‍🔧"

    assert escape_invisible_characters(text) == text


def test_a_marker_with_any_title_stays_a_comment() -> None:
    assert build_marker("a--> <b>") == "<!-- bim360 review: a-_ _b_ -->"


def test_hostile_names_do_not_break_a_comment() -> None:
    hostile = "</details>\n\n# x | <script> @octocat `|` [a](b) \u202e"
    team = {"members": {hostile: {"industry_roles": [hostile]}}}
    text = render_comment(
        build_step("update", PROJECT_INPUTS, {**PROJECT_INPUTS, "name": hostile, "city": hostile}),
        build_step(
            "update", {"members": {}}, team, kind="ProjectMembers", name=hostile.replace("\n", "")
        ),
        build_step("delete", {**PROJECT_INPUTS, "name": hostile}, None, name="deleted"),
        diagnostics=[{"severity": "warning", "message": hostile}],
    )

    html = render_html(text)
    assert "<script" not in html
    assert "<h1" not in html
    assert "<a " not in html
    assert html.count("<details>") == html.count("</details>")
    assert text.splitlines()[0] == "<!-- bim360 review: portfolio/prod -->"
