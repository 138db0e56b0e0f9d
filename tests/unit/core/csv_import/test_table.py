"""Parse CSV files of spreadsheets and editors: encodings, separators, quotes and lines."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.core.csv_import.table import parse_table
from bim360_provider.core.csv_import.text import Mistake, decode_file, format_mistakes

TEXT = "name;city\nÅlesund Kai;Ålesund\n"
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def list_texts(file: str) -> list[list[str]]:
    """Return the text of each cell, including the header."""
    found = parse_table(file)
    return [[cell.text for cell in row] for row in (found.header, *found.rows)]


def list_lines(file: str) -> list[list[int]]:
    """Return the line of each cell below the header."""
    return [[cell.line for cell in row] for row in parse_table(file).rows]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_unicode_file_needs_no_encoding(codec: str) -> None:
    """Excel's "CSV UTF-8" has a byte order mark, its "Unicode Text" is UTF-16."""
    assert decode_file(TEXT.encode(codec)) == TEXT


@pytest.mark.parametrize("codec", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_named_encoding_is_used(codec: str) -> None:
    """Old spreadsheets write the code page of their country."""
    assert decode_file(TEXT.encode(codec), codec) == TEXT


def test_the_message_for_another_encoding_has_the_line_and_a_solution() -> None:
    """The byte is for the support."""
    found = decode_file("name\r\nOslo\r\nÅlesund\r\n".encode("cp1252"))

    assert isinstance(found, Mistake)
    assert str(found) == (
        "line 3: is not utf-8 text (byte 0xC5): save the file as 'CSV UTF-8', "
        "or name its encoding, such as encoding='cp1252'"
    )


def test_an_unknown_encoding_is_a_mistake() -> None:
    """The message quotes it as written in the program."""
    assert str(decode_file(b"name", "utf9")).startswith("encoding='utf9' is not known; ")


def test_the_message_for_a_nul_has_its_line() -> None:
    """The file is not a text file."""
    assert str(decode_file(b"name\nA\0\n")).startswith(
        "line 2: contains a NUL character, so it is not "
    )


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_detected_in_the_header(separator: str) -> None:
    """Each one is the default of some country or program."""
    assert list_texts(f"name{separator}city\nA{separator}B\n") == [["name", "city"], ["A", "B"]]


def test_separators_in_quotes_are_ignored() -> None:
    """The header has one semicolon, and three commas within a name."""
    assert list_texts('"a,b,c,d";city\n1;2') == [["a,b,c,d", "city"], ["1", "2"]]


def test_the_line_sep_sets_the_separator() -> None:
    """It is line 1, so the header is line 2 and the cells are in line 3."""
    file = "sep=|\r\nname|city\r\nA|B\r\n"

    assert list_texts(file) == [["name", "city"], ["A", "B"]]
    assert list_lines(file) == [[3, 3]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_accepted(end: str) -> None:
    """Old Macs wrote a single carriage return, and some spreadsheets still do."""
    file = end.join(["name;city", "A;B", "C;D"])

    assert list_texts(file)[1:] == [["A", "B"], ["C", "D"]]
    assert list_lines(file) == [[2, 2], [3, 3]]


def test_cells_have_the_line_that_an_editor_shows() -> None:
    """A quoted cell of three lines moves all following cells, also those of its own row."""
    file = 'name;city;country\n"A\nB\r\nC";"D\nE";F\n\nG;H;I\n'

    assert list_lines(file) == [[2, 4, 5], [7, 7, 7]]


def test_empty_lines_are_ignored() -> None:
    """Spreadsheets keep rows of separators for deleted cells."""
    assert list_texts("name;city\n\n;\n  ; \nA;B\n;;\n")[1:] == [["A", "B"]]


def test_cells_are_stripped_and_doubled_quotes_unescaped() -> None:
    """All spreadsheets share this rule of quoting."""
    assert list_texts('name;city\n  A ;"say ""B"" "\n')[1:] == [["A", 'say "B"']]


@pytest.mark.parametrize("blank", [" ", "\t", "  \t ", "\u00a0", "\u202f", "\u3000", "\ufeff"])
@pytest.mark.parametrize("separator", [";", ","])
def test_blanks_around_quotes_are_not_part_of_the_cell(blank: str, separator: str) -> None:
    """The quotes still protect separators, line ends and doubled quotes."""
    cell = f'{blank}"A{separator} ""B""\nC"{blank}'

    found = list_texts(f'name{separator}"city"\n{cell}{separator}{cell}\n')

    assert found[1] == [f'A{separator} "B"\nC'] * 2


def test_spaces_around_quotes_are_ignored_in_a_tab_separated_file() -> None:
    """A tab is a separator there, so it begins another cell."""
    assert list_texts('name\tcity\n "A\tB" \t "C"\n')[1] == ["A\tB", "C"]


def test_a_quote_within_an_unquoted_cell_is_text() -> None:
    """An example is inches."""
    assert list_texts('name;city\nPipe 12" wide;B\n')[1] == ['Pipe 12" wide', "B"]


@pytest.mark.parametrize(
    "directive", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;", "sep=;,,,", " sep=; "]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_line_sep_is_recognized_after_a_spreadsheet_saved_it(directive: str, end: str) -> None:
    """A spreadsheet adds quotes or separators to it."""
    found = parse_table(end.join([directive, "name;city", "A;B"]))

    assert [cell.text for cell in found.header] == ["name", "city"]
    assert [cell.text for cell in found.rows[0]] == ["A", "B"]
    assert found.rows[0][0].line == 3


def test_the_message_for_an_unclosed_quote_has_its_first_line() -> None:
    """It contains the rest of the file, so the last line would not help."""
    found = parse_table('name;city\nA;B\nC;"D\nE;F\n')

    assert [str(mistake) for mistake in found.mistakes] == [
        'line 3: a quote (") is opened here and never closed; the rest was not read'
    ]
    assert len(found.rows) == 1


def test_text_after_a_closing_quote_is_a_mistake() -> None:
    """A quote within a quoted cell must be doubled."""
    found = parse_table('name;city\n"the "big" one";B\n')

    assert str(found.mistakes[0]).startswith("line 2: a cell continues after its closing quote;")


def test_an_overlong_cell_is_a_mistake() -> None:
    """Python's reader stops at 131,072 characters."""
    found = parse_table(f"name;city\n{'x' * 140_000};B\n")

    assert str(found.mistakes[0]).startswith("line 2: a cell is too long;")


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_a_written_table_is_parsed_unchanged(rows: list[list[str]]) -> None:
    """Cells are stripped, and have the line in which their text begins."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])

    found = parse_table(written.getvalue())

    filled = [row for row in rows if any(text.strip() for text in row)]
    assert found.mistakes == []
    assert [[cell.text for cell in row] for row in found.rows] == [
        [text.strip() for text in row] for row in filled
    ]


def test_a_single_mistake_is_one_line() -> None:
    """It has the file, the position and the message."""
    assert (
        format_mistakes("a.csv", [Mistake("is wrong", 3, "city")])
        == "a.csv: line 3, city: is wrong"
    )


def test_fifty_mistakes_are_listed_by_line_and_the_rest_is_counted() -> None:
    """More mistakes usually have a common cause."""
    mistakes = [Mistake("is wrong", line) for line in range(60, 0, -1)]

    said = format_mistakes("a.csv", mistakes).splitlines()

    assert said[0] == "a.csv has 60 mistakes, and nothing was declared:"
    assert said[1] == "  line 1: is wrong"
    assert said[50] == "  line 50: is wrong"
    assert said[51:] == ["  … and 10 more"]
