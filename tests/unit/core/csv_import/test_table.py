"""CSV files as spreadsheets and editors write them: encodings, separators, quotes, lines."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.core.csv_import.table import parse_table
from bim360_provider.core.csv_import.text import Mistake, decode_file, format_mistakes

TEXT = "name;city\nÅlesund Kai;Ålesund\n"
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def texts(file: str) -> list[list[str]]:
    """Return the text of every cell, header included."""
    found = parse_table(file)
    return [[cell.text for cell in row] for row in (found.header, *found.rows)]


def lines(file: str) -> list[list[int]]:
    """Return the line of every cell below the header."""
    return [[cell.line for cell in row] for row in parse_table(file).rows]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_unicode_file_needs_no_encoding(codec: str) -> None:
    """Excel's "CSV UTF-8" has a byte order mark, its "Unicode Text" is UTF-16."""
    assert decode_file(TEXT.encode(codec)) == TEXT


@pytest.mark.parametrize("codec", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_named_encoding_is_used(codec: str) -> None:
    """Old spreadsheets write the code page of their country."""
    assert decode_file(TEXT.encode(codec), codec) == TEXT


def test_another_encoding_is_told_with_its_line_and_the_way_out() -> None:
    """A person sees letters, never bytes; the byte is for whoever is asked for advice."""
    found = decode_file("name\r\nOslo\r\nÅlesund\r\n".encode("cp1252"))

    assert isinstance(found, Mistake)
    assert str(found) == (
        "line 3: is not utf-8 text (byte 0xC5): save the file as 'CSV UTF-8', "
        "or name its encoding, such as encoding='cp1252'"
    )


def test_an_encoding_that_python_does_not_know_is_told() -> None:
    """As written in the program, so that it can be found there."""
    assert str(decode_file(b"name", "utf9")).startswith("encoding='utf9' is not known; ")


def test_a_nul_is_told_with_its_line() -> None:
    """It comes from a file that is not text."""
    assert str(decode_file(b"name\nA\0\n")).startswith(
        "line 2: contains a NUL character, so it is not "
    )


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_header_tells_the_separator(separator: str) -> None:
    """Each is the default of some country or program."""
    assert texts(f"name{separator}city\nA{separator}B\n") == [["name", "city"], ["A", "B"]]


def test_separators_in_quotes_do_not_count() -> None:
    """The header has one semicolon, and three commas within a name."""
    assert texts('"a,b,c,d";city\n1;2') == [["a,b,c,d", "city"], ["1", "2"]]


def test_a_first_line_for_excel_names_the_separator() -> None:
    """``sep=`` stands in line 1, so the header is line 2 and the cells are in line 3."""
    file = "sep=|\r\nname|city\r\nA|B\r\n"

    assert texts(file) == [["name", "city"], ["A", "B"]]
    assert lines(file) == [[3, 3]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(end: str) -> None:
    """Old Macs wrote a lone carriage return, and some spreadsheets still do."""
    file = end.join(["name;city", "A;B", "C;D"])

    assert texts(file)[1:] == [["A", "B"], ["C", "D"]]
    assert lines(file) == [[2, 2], [3, 3]]


def test_cells_have_the_line_that_an_editor_shows() -> None:
    """A quoted cell over three lines moves all that follow, also those of its own row."""
    file = 'name;city;country\n"A\nB\r\nC";"D\nE";F\n\nG;H;I\n'

    assert lines(file) == [[2, 4, 5], [7, 7, 7]]


def test_empty_lines_are_no_rows() -> None:
    """Spreadsheets leave rows of separators where something was deleted."""
    assert texts("name;city\n\n;\n  ; \nA;B\n;;\n")[1:] == [["A", "B"]]


def test_cells_are_stripped_and_quotes_doubled() -> None:
    """The one rule of quoting that all spreadsheets share."""
    assert texts('name;city\n  A ;"say ""B"" "\n')[1:] == [["A", 'say "B"']]


@pytest.mark.parametrize("blank", [" ", "\t", "  \t ", "\u00a0", "\u202f", "\u3000", "\ufeff"])
@pytest.mark.parametrize("separator", [";", ","])
def test_blanks_around_quotes_are_not_part_of_the_cell(blank: str, separator: str) -> None:
    """The quotes quote all the same: separators, line ends and doubled quotes in them are kept."""
    cell = f'{blank}"A{separator} ""B""\nC"{blank}'

    found = texts(f'name{separator}"city"\n{cell}{separator}{cell}\n')

    assert found[1] == [f'A{separator} "B"\nC'] * 2


def test_spaces_around_quotes_are_dropped_where_tabs_separate() -> None:
    """A tab is a separator there, so it begins another cell."""
    assert texts('name\tcity\n "A\tB" \t "C"\n')[1] == ["A\tB", "C"]


def test_a_quote_within_an_unquoted_cell_is_text() -> None:
    """Inches, for example."""
    assert texts('name;city\nPipe 12" wide;B\n')[1] == ['Pipe 12" wide', "B"]


@pytest.mark.parametrize(
    "directive", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;", "sep=;,,,", " sep=; "]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_line_for_excel_is_recognized_as_spreadsheets_leave_it(
    directive: str, end: str
) -> None:
    """Saved again, it gets quotes or separators of its own."""
    found = parse_table(end.join([directive, "name;city", "A;B"]))

    assert [cell.text for cell in found.header] == ["name", "city"]
    assert [cell.text for cell in found.rows[0]] == ["A", "B"]
    assert found.rows[0][0].line == 3


def test_a_quote_that_is_never_closed_is_told_where_it_is_opened() -> None:
    """The rest of the file is inside of it, so the last line would help nobody."""
    found = parse_table('name;city\nA;B\nC;"D\nE;F\n')

    assert [str(mistake) for mistake in found.mistakes] == [
        'line 3: a quote (") is opened here and never closed; what follows was not read'
    ]
    assert len(found.rows) == 1


def test_text_behind_a_closing_quote_is_told() -> None:
    """A quote within a quoted cell must be written twice."""
    found = parse_table('name;city\n"the "big" one";B\n')

    assert str(found.mistakes[0]).startswith("line 2: a cell goes on after its closing quote;")


def test_an_endless_cell_is_told() -> None:
    """Python's reader stops at 131,072 characters."""
    found = parse_table(f"name;city\n{'x' * 140_000};B\n")

    assert str(found.mistakes[0]).startswith("line 2: a cell is longer than a book;")


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_whatever_is_written_is_read(rows: list[list[str]]) -> None:
    """Cells come back stripped, each with the line in which its text begins."""
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
    """The file, the place, the words."""
    assert (
        format_mistakes("a.csv", [Mistake("is wrong", 3, "city")])
        == "a.csv: line 3, city: is wrong"
    )


def test_fifty_mistakes_are_shown_in_the_order_of_their_lines_and_the_rest_counted() -> None:
    """Whoever has more has one cause for most of them."""
    mistakes = [Mistake("is wrong", line) for line in range(60, 0, -1)]

    said = format_mistakes("a.csv", mistakes).splitlines()

    assert said[0] == "a.csv has 60 mistakes, and nothing was declared:"
    assert said[1] == "  line 1: is wrong"
    assert said[50] == "  line 50: is wrong"
    assert said[51:] == ["  … and 10 more"]
