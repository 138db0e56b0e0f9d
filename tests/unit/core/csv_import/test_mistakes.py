"""One mistake in a file is one message; nothing that only follows from it is another."""

from typing import Any

import pytest

from bim360_provider.core.csv_import import CsvProjects, read_csv_projects
from bim360_provider.core.settings import Settings

HEADER = "name;start_date;end_date;project_type;value;currency;city"
LINE = "Tower;2027-01-01;2028-01-01;Office;3000000;EUR;Oslo"
SECOND = LINE.replace("Tower", "Bridge")
COLUMNS = HEADER.split(";")


def read(*lines: str, **options: Any) -> CsvProjects:
    """Read lines as a file."""
    return read_csv_projects("\r\n".join(lines).encode(), {}, Settings.resolve({}, {}), **options)


def mistakes(*lines: str, **options: Any) -> list[str]:
    """Return what is said of lines as a file."""
    return [str(mistake) for mistake in read(*lines, **options).mistakes]


def with_cell(column: str, text: str) -> str:
    """Return a line with one cell as given."""
    cells = dict(zip(COLUMNS, LINE.split(";"), strict=True))
    return ";".join({**cells, column: text}.values())


RESIDUE = (
    *("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#BEZUG!"),
    *(
        "#NV",
        "#¿NOMBRE?",
        "Err:502",
        "Loading...",
        "########",
        "=A2",
        "+A2",
        "=SUM(A2:A9)",
        "@SUM(A1)",
    ),
)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("text", RESIDUE)
def test_what_a_spreadsheet_shows_in_place_of_a_value_is_a_mistake_in_any_column(
    column: str, text: str
) -> None:
    """With its line and its column, and once."""
    found = mistakes(HEADER, with_cell(column, text), SECOND)

    assert len(found) == 1
    assert found[0].startswith(f"line 2, {column}: '{text}' is ")


@pytest.mark.parametrize("text", ["#1 Main Street", "A#", "No. 3 = east", "-A2", "Err", "C#"])
def test_text_with_such_signs_is_text(text: str) -> None:
    """An address may begin with a number sign."""
    assert mistakes(HEADER, with_cell("city", text)) == []


def test_errors_of_a_spreadsheet_in_two_names_are_not_one_project_twice() -> None:
    """Both are mistakes, and nothing else is."""
    found = mistakes(HEADER, with_cell("name", "#REF!"), with_cell("name", "#REF!"))

    assert [each[:12] for each in found] == ["line 2, name", "line 3, name"]


def test_the_formula_that_keeps_leading_zeros_is_explained() -> None:
    """Spreadsheets write postal codes so; followed, the advice keeps the zeros."""
    header = HEADER.replace("city", "postal_code")

    found = mistakes(header, LINE.replace("Oslo", '="01234"'))

    assert found == [
        "line 2, postal_code: '=\"01234\"' is a formula; write '01234' without the sign ="
    ]
    assert read(header, LINE.replace("Oslo", "01234")).entries[0].arguments["postal_code"] == (
        "01234"
    )


def test_a_replacement_character_is_a_mistake() -> None:
    """An earlier conversion has lost the letter, and HQ would keep the gap."""
    found = mistakes(HEADER, with_cell("city", "M\ufffdnchen"))

    assert found == [
        "line 2, city: 'M\ufffdnchen' lost a letter when the file was converted; type it again"
    ]


def test_typographic_quotes_around_a_cell_are_a_mistake_and_straight_ones_keep_them() -> None:
    """They do not quote; whoever means them says so."""
    found = mistakes(HEADER, with_cell("city", "“Oslo”"))

    assert len(found) == 1
    assert found[0].startswith("line 2, city: '“Oslo”' is in typographic quotes, which do not")
    kept = read(HEADER, with_cell("city", '"“Oslo”"')).entries[0].arguments["city"]
    assert kept == "“Oslo”"


def test_a_cell_that_typographic_quotes_do_not_keep_together_is_one_mistake() -> None:
    """Also where every piece of it fits its column."""
    header = f"{HEADER};country;job_number"

    found = mistakes(header, f"{with_cell('city', '“Oslo; east”')};Norway")

    assert len(found) == 1
    assert found[0].startswith("line 2: '“Oslo' begins a cell in typographic quotes, which do not")


@pytest.mark.parametrize("day", ["31.12.2029", "someday", "#REF!", "2027-02-30"])
def test_a_wrong_date_is_not_compared_with_the_other(day: str) -> None:
    """Read in some way, it may lie behind the end."""
    found = mistakes(HEADER, with_cell("start_date", day))

    assert len(found) == 1
    assert found[0].startswith("line 2, start_date: ")


FAR_LEFT = "on are one column too far left; is a cell or its separator missing?"
FAR_RIGHT = "are one column too far right; if its text contains the separator, put it in quotes"
TORN = "; write the amount without grouping"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "Tower;east wing;2027-01-01;2028-01-01;Office;3000000;EUR",
            f": the cells behind 'Tower' {FAR_RIGHT}",
        ),
        (
            "Tower;2027-01-01;2028-01-01;Office;3;000;EUR",
            f", value: the separator parts '3' and '000'{TORN}",
        ),
        (
            "Tower;2027-01-01;2028-01-01;Office;3;000;000;EUR;Oslo",
            f", value: the separator parts '3' and '000'{TORN}",
        ),
        ("Tower;2027-01-01;Office;3000000;EUR;Oslo", f": the cells from 'Office' {FAR_LEFT}"),
        ("Tower;2027-01-01;2028-01-01;3000000;EUR;Oslo", f": the cells from '3000000' {FAR_LEFT}"),
        ("Tower;2027-01-01;2028-01-01;Office;EUR;Oslo", f": the cells from 'EUR' {FAR_LEFT}"),
        (
            LINE.replace(";", ","),
            ": is separated by ',', but the header by ';'; use the same in all lines",
        ),
        (f'"{LINE}"', ": is in quotes as a whole; remove the quotes around it"),
        (HEADER, ": repeats the header; remove the line"),
    ],
)
def test_a_row_whose_cells_are_not_under_their_columns_is_one_mistake(line: str, says: str) -> None:
    """And the other rows are judged all the same."""
    found = mistakes(HEADER, line, SECOND.replace("EUR", "EURO"))

    assert found[0] == f"line 2{says}"
    assert [each.partition(":")[0] for each in found[1:]] == ["line 3, currency"]


def test_an_amount_that_the_separator_parts_is_never_read_as_its_first_digits() -> None:
    """Also where the other digits fit the column behind it."""
    header = "name,start_date,end_date,project_type,currency,value,job_number,city"

    found = mistakes(header, "Tower,2027-01-01,2028-01-01,Office,EUR,3,000,7,")

    assert found == [f"line 2, value: the separator parts '3' and '000'{TORN}"]


def test_a_small_amount_before_a_number_of_three_digits_is_read() -> None:
    """In a row of as many cells as the header has, or where quotes say that these are two."""
    header = HEADER.replace("city", "job_number").replace("value;currency", "currency;value")
    line = "Tower;2027-01-01;2028-01-01;Office;EUR;3;{}"
    commas = f"{header};".replace(";", ",")

    for found in (
        read(header, line.format("100")),
        read(header, f"{line.format('100')};;"),
        read(commas, f"{line.format('100')};".replace(";", ",")),
        read(commas, f"{line.format(chr(34) + '100' + chr(34))};;;".replace(";", ",")),
    ):
        assert found.mistakes == []
        assert found.entries[0].arguments["value"] == 3.0
        assert found.entries[0].arguments["job_number"] == "100"


def test_a_row_that_breaks_off_is_one_mistake() -> None:
    """A line end within a cell needs quotes, as any separator does."""
    found = mistakes(HEADER, LINE.replace("Office", "Off\nice"), SECOND)

    assert found == [
        (
            "line 2: breaks off, and goes on in line 3; "
            "join the two lines, or put the cell that contains the line end in quotes"
        )
    ]


def test_two_cells_that_have_become_one_are_one_mistake() -> None:
    """The separator between them is lost."""
    found = mistakes(HEADER, LINE.replace("01;2028", "012028"))

    assert len(found) == 1
    assert found[0].startswith("line 2: the cells from 'Office' on are one column too far left")


def test_a_damaged_header_is_not_reported_in_every_line() -> None:
    """A separator too many or too few in it moves all cells."""
    rows = [LINE.replace("Tower", f"Tower {at}") for at in range(6)]

    too_few = mistakes(HEADER.replace("value;", "value"), *rows)
    too_many = mistakes(HEADER.replace("name", "na;me"), *rows)

    assert [each.partition(":")[0] for each in too_few] == ["line 1"]
    assert [each.partition(":")[0] for each in too_many] == ["line 1"]


def test_cells_that_have_no_name_in_any_line_are_one_mistake() -> None:
    """The header lacks a column, and not each line."""
    rows = [f"{LINE.replace('Tower', f'Tower {at}')};Norway" for at in range(6)]

    assert mistakes(HEADER, *rows) == [
        (
            "line 2: 'Norway' stands under no column; is there a separator too many, or a quote "
            "too few? (6 of 6 lines: look at the header, too)"
        )
    ]


def test_two_mistakes_that_are_no_shift_are_two() -> None:
    """Moving the cells would put none of them right."""
    found = mistakes(HEADER, "Tower;soon;2028-01-01;Office;a lot;EUR;Oslo")

    assert [each.partition(":")[0] for each in found] == ["line 2, start_date", "line 2, value"]


def test_a_short_row_with_a_mistake_of_its_own_is_judged() -> None:
    """What is missing at its end is optional."""
    found = mistakes(HEADER, "Tower;2027-01-01;2028-01-01;Office;a lot;EUR")

    assert [each.partition(":")[0] for each in found] == ["line 2, value"]


def test_an_unclosed_quote_is_one_mistake_even_in_the_first_row() -> None:
    """The rows behind it are not missing, they were not read."""
    found = mistakes(HEADER, LINE.replace("Tower", '"Tower'), SECOND)

    assert found == [
        'line 2: a quote (") is opened here and never closed; what follows was not read'
    ]


def test_a_quote_that_takes_whole_lines_is_a_mistake_even_in_an_ignored_column() -> None:
    """The projects of those lines would be archived without a word."""
    header = f"result_message;{HEADER}"
    lines = [f'"ok;{LINE}', f"ok;{SECOND}", f'ok";{LINE.replace("Tower", "Third")}']

    found = mistakes(header, *lines)

    words = "a quoted cell holds whole lines, up to line 4"
    assert found == [f'line 2: {words}; is a quote (") missing its partner?']


def test_a_quote_that_closes_in_another_line_names_both_lines() -> None:
    """The reader sees only where the two meet."""
    found = mistakes(HEADER, LINE.replace("Tower", '"Tower'), SECOND.replace("Oslo", '"Oslo"'))

    words = 'write a quote in it twice (""); what follows was not read'
    assert found == [f"line 2: a cell goes on after its closing quote in line 3; {words}"]


def test_a_row_without_any_value_of_a_project_is_one_mistake() -> None:
    """Not one for each column that a project needs."""
    assert mistakes(f"{HEADER};id", LINE, ";;;;;;;a sum") == [
        "line 3: has no value in any column of a project; remove the line"
    ]


def test_a_resource_name_that_cannot_be_shown_is_a_mistake() -> None:
    """Pulumi would take it."""
    found = mistakes(f"{HEADER};resource_name", f'{LINE};"a\nb"')

    assert found == ["line 2, resource_name: contains the invisible character U+000A; remove it"]


def test_a_name_that_steers_a_terminal_is_shown_without_doing_so() -> None:
    """Twice the same wrong name is twice one mistake."""
    found = mistakes(HEADER, with_cell("name", "\x1b[31m"), with_cell("name", "\x1b[31m"))

    assert len(found) == 2
    assert all(each.isprintable() for each in found)


def test_a_name_has_one_resource_in_both_forms_of_unicode() -> None:
    """A Mac decomposes letters; another resource name would archive the project."""
    names = ("\u00c5lesund", "A\u030alesund")

    resources = [read(HEADER, with_cell("name", each)).entries[0] for each in names]

    assert resources[0] == resources[1]
    assert mistakes(HEADER, *(with_cell("name", each) for each in names)) == [
        "line 3, name: '\u00c5lesund' is the project of line 2 already"
    ]


def test_seconds_are_refused_in_two_readings_as_amounts_are() -> None:
    """Three seconds and three thousand are both possible."""
    found = mistakes(f"{HEADER};copy_timeout", f"{LINE};3.000")

    assert len(found) == 1
    assert found[0].startswith("line 2, copy_timeout: must be a number such as ")
    assert found[0].endswith("; write 3000 or 3")


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u3000"])
def test_a_space_of_another_width_is_dropped_around_a_cell_and_refused_within(space: str) -> None:
    """Spreadsheets and web pages leave them; removed, they would join two words."""
    around = read(HEADER, with_cell("name", f"{space}Tower{space}")).entries[0]
    within = mistakes(HEADER, with_cell("name", f"Harbor{space}Tower"))

    assert around.arguments["name"] == "Tower"
    assert len(within) == 1
    assert within[0].startswith("line 2, name: contains the invisible character U+")
    assert within[0].endswith("; write a plain space")


def test_a_line_that_is_a_sum_or_a_note_is_one_mistake() -> None:
    """It lacks most of what a project needs."""
    assert mistakes(HEADER, LINE, "Total;;;;3000000;;") == [
        (
            "line 3: has no start_date, end_date, project_type, currency; "
            "write them, or remove the line if it is not a project"
        )
    ]


def test_rows_and_columns_that_a_spreadsheet_leaves_empty_are_ignored() -> None:
    """As Excel and LibreOffice save a sheet that had more in it."""
    found = read("sep=;;;;;;;;", f"{HEADER};;;", f"{LINE};;;", ";;;;;;;;;", " ; ;;;;;;;;", "")

    assert found.mistakes == []
    assert len(found.entries) == 1
