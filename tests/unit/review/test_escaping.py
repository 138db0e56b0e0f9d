"""Whatever people are called, a comment shows it as it is, and links and mentions nothing."""

import re
from html.parser import HTMLParser
from typing import Final

import cmarkgfm  # type: ignore[import-untyped] # it has neither types nor stubs
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped] # the same
from hypothesis import example, given
from hypothesis import strategies as st

from bim360_provider.review.escaping import (
    build_marker,
    escape_invisible_characters,
    escape_markdown,
)
from tests.unit.review.plan_factory import PROJECT_INPUTS, build_step, render_comment

EXTENSIONS: Final = ["autolink", "table", "strikethrough", "tagfilter", "tasklist"]
"""Those of GitHub."""

OPTIONS: Final = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
"""HTML is left as it is, so that a test sees it."""

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
CALLING = st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=8).map("".join)


def rendered(text: str) -> str:
    """Return Markdown as HTML, as GitHub's own renderer has it."""
    html: str = cmarkgfm.markdown_to_html_with_extensions(text, OPTIONS, EXTENSIONS)
    return html


class Page(HTMLParser):
    """Collects the text of an element, outside of code as well, and every tag inside of it."""

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
        """Note the element, or a tag inside of it."""
        del attrs
        if self._inside:
            self.tags.append(tag)
        if tag == self._element:
            self.texts.append("")
            self._inside += 1
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        self._inside -= tag == self._element
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        """Add to the text."""
        if self._inside:
            self.texts[-1] += data
            self.outside_code += " " if self._code else data


def cell(text: str) -> Page:
    """Return what becomes of a text in the cell of a table."""
    return Page("td", rendered(f"| a | b |\n| --- | --- |\n| {escape_markdown(text)} | end |\n"))


@given(AWKWARD | CALLING)
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
def test_any_text_is_one_cell_and_reads_as_it_is(text: str) -> None:
    found = cell(text)

    assert [each.strip() for each in found.texts] == [
        escape_invisible_characters(text).strip(),
        "end",
    ]
    assert set(found.tags) <= {"code"}


@given(AWKWARD | CALLING)
@example("1. x")
@example("- x")
@example("+ x")
@example("# x")
@example("    x")
@example("[ ] x")
@example("[^1]: x")
def test_any_text_is_one_item_of_a_list_and_reads_as_it_is(text: str) -> None:
    found = Page("li", rendered(f"- {escape_markdown(text)}\n"))

    assert [each.strip() for each in found.texts] == [escape_invisible_characters(text).strip()]
    assert set(found.tags) <= {"code", "p"}


@given(AWKWARD | CALLING)
def test_any_text_is_one_item_of_an_alert_and_reads_as_it_is(text: str) -> None:
    found = Page("blockquote", rendered(f"> - a: {escape_markdown(text)}. End\n"))

    assert "".join(found.texts).strip() == f"a: {escape_invisible_characters(text).strip(' ')}. End"
    assert set(found.tags) <= {"code", "ul", "li", "p"}


CALLS: Final = [
    "ask @octocat",
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


@pytest.mark.parametrize("text", CALLS)
def test_what_github_would_follow_stands_in_code(text: str) -> None:
    """GitHub looks for mentions, emojis and formulas in the finished text, but not in code."""
    found = cell(text)

    assert found.texts[0] == text
    assert found.tags
    assert set(found.tags) == {"code"}
    assert not re.search(r"@\w|#\d|:\w+:|\$|://|www\.|(?i:gh-\d)|[0-9a-f]{7}", found.outside_code)


@pytest.mark.parametrize("text", CALLS)
def test_a_comment_links_nothing_and_adds_no_character(text: str) -> None:
    """A space of no width was visible as its entity, and was copied with the name."""
    old = {**PROJECT_INPUTS, "name": text, "city": text}

    html = rendered(
        render_comment(
            build_step("update", old, {**old, "city": f"{text} {text}"}),
            build_step("delete", old, None, name="gone"),
            diagnostics=[{"severity": "warning", "message": f"BIM 360: {text}"}],
            title=text,
        )
    )

    assert "<a " not in html
    assert "<img" not in html
    assert "\u200b" not in html
    assert "8203" not in html


@pytest.mark.parametrize("text", ["(@octocat)", "a@x.example:", "'www.x.example',", '"#12"?!'])
def test_punctuation_around_a_word_is_no_part_of_the_code(text: str) -> None:
    assert escape_markdown(text).strip("()'\",:?!")[0] == "`"
    assert cell(text).texts[0] == text


@pytest.mark.parametrize("text", ["2027-03-01", "7:30", "Tower #A", "Cable & Sons", "50 %"])
def test_what_calls_nobody_is_plain_text(text: str) -> None:
    assert cell(text).tags == []


@pytest.mark.parametrize("text", ["# x", "## x", "x\n---", "> x", "```", "~~~", "    x", "<div>"])
def test_a_title_stays_a_title(text: str) -> None:
    found = Page("h3", rendered(f"### BIM 360: {escape_markdown(text)}\n"))

    assert found.texts == [f"BIM 360: {escape_invisible_characters(text).strip()}"]
    assert found.tags == []


def test_what_cannot_be_seen_is_spelled_out() -> None:
    assert (
        escape_invisible_characters("a\u202eb\x1b[31m\nc\td\u200b")
        == "a\\u202eb\\u001b[31m⏎c d\\u200b"
    )


def test_letters_that_nothing_is_drawn_for_are_spelled_out() -> None:
    """Two people of one name on the screen are not one person."""
    assert escape_invisible_characters("Ada\u3164\u2800") == "Ada\\u3164\\u2800"


def test_letters_of_any_language_stay() -> None:
    words = "København Ærø 東京 مشروع می‌خواهم 👩‍🔧"

    assert escape_invisible_characters(words) == words


def test_a_marker_stays_a_comment_whatever_it_marks() -> None:
    assert build_marker("a--> <b>") == "<!-- bim360 review: a-_ _b_ -->"


def test_a_whole_comment_survives_hostile_names() -> None:
    hostile = "</details>\n\n# x | <script> @octocat `|` [a](b) \u202e"
    team = {"members": {hostile: {"industry_roles": [hostile]}}}
    text = render_comment(
        build_step("update", PROJECT_INPUTS, {**PROJECT_INPUTS, "name": hostile, "city": hostile}),
        build_step(
            "update", {"members": {}}, team, kind="ProjectMembers", name=hostile.replace("\n", "")
        ),
        build_step("delete", {**PROJECT_INPUTS, "name": hostile}, None, name="gone"),
        diagnostics=[{"severity": "warning", "message": hostile}],
    )

    html = rendered(text)
    assert "<script" not in html
    assert "<h1" not in html
    assert "<a " not in html
    assert html.count("<details>") == html.count("</details>")
    assert text.splitlines()[0] == "<!-- bim360 review: portfolio/prod -->"
