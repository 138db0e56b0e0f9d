"""One mistake in a file gives one message, and no message about its consequences."""

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


def list_mistakes(*lines: str, **options: Any) -> list[str]:
    """Return the messages for lines as a file."""
    return [str(mistake) for mistake in read(*lines, **options).mistakes]


def build_line(column: str, text: str) -> str:
    """Return a line with another text in one cell."""
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
def test_a_spreadsheet_error_is_one_mistake_in_any_column(column: str, text: str) -> None:
    """The message has the line and the column."""
    found = list_mistakes(HEADER, build_line(column, text), SECOND)

    assert len(found) == 1
    assert found[0].startswith(f"line 2, {column}: '{text}' is ")


@pytest.mark.parametrize("text", ["#1 Main Street", "A#", "No. 3 = east", "-A2", "Err", "C#"])
def test_a_text_with_the_same_signs_is_accepted(text: str) -> None:
    """An address may begin with a number sign."""
    assert list_mistakes(HEADER, build_line("city", text)) == []


def test_spreadsheet_errors_in_two_names_are_not_duplicates() -> None:
    """Both are mistakes, without a third one."""
    found = list_mistakes(HEADER, build_line("name", "#REF!"), build_line("name", "#REF!"))

    assert [each[:12] for each in found] == ["line 2, name", "line 3, name"]


def test_the_message_for_a_text_formula_keeps_the_leading_zeros() -> None:
    """Spreadsheets write postal codes in this way."""
    header = HEADER.replace("city", "postal_code")

    found = list_mistakes(header, LINE.replace("Oslo", '="01234"'))

    assert found == [
        "line 2, postal_code: '=\"01234\"' is a formula; write '01234' without the sign ="
    ]
    assert read(header, LINE.replace("Oslo", "01234")).entries[0].arguments["postal_code"] == (
        "01234"
    )


def test_a_replacement_character_is_a_mistake() -> None:
    """An earlier conversion has lost the letter."""
    found = list_mistakes(HEADER, build_line("city", "M\ufffdnchen"))

    assert found == [
        "line 2, city: 'M\ufffdnchen' lost a letter when the file was converted; type it again"
    ]


def test_typographic_quotes_around_a_cell_are_a_mistake_and_straight_ones_keep_them() -> None:
    """Straight quotes around them make them part of the text."""
    found = list_mistakes(HEADER, build_line("city", "“Oslo”"))

    assert len(found) == 1
    assert found[0].startswith("line 2, city: '“Oslo”' is in typographic quotes, which do not")
    kept = read(HEADER, build_line("city", '"“Oslo”"')).entries[0].arguments["city"]
    assert kept == "“Oslo”"


def test_a_split_cell_in_typographic_quotes_is_one_mistake() -> None:
    """This holds even if each part fits its column."""
    header = f"{HEADER};country;job_number"

    found = list_mistakes(header, f"{build_line('city', '“Oslo; east”')};Norway")

    assert len(found) == 1
    assert found[0].startswith("line 2: '“Oslo' begins a cell in typographic quotes, which do not")


@pytest.mark.parametrize("day", ["31.12.2029", "someday", "#REF!", "2027-02-30"])
def test_a_wrong_date_is_not_compared_with_the_other(day: str) -> None:
    """In one of its readings it may be after the end."""
    found = list_mistakes(HEADER, build_line("start_date", day))

    assert len(found) == 1
    assert found[0].startswith("line 2, start_date: ")


FAR_LEFT = "on are one column too far left; is a cell or its separator missing?"
FAR_RIGHT = "are one column too far right; if its text contains the separator, put it in quotes"
TORN = "the separator splits the amount into '3' and '000'; write it without grouping"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "Tower;east wing;2027-01-01;2028-01-01;Office;3000000;EUR",
            f": the cells after 'Tower' {FAR_RIGHT}",
        ),
        (
            "Tower;2027-01-01;2028-01-01;Office;3;000;EUR",
            f", value: {TORN}",
        ),
        (
            "Tower;2027-01-01;2028-01-01;Office;3;000;000;EUR;Oslo",
            f", value: {TORN}",
        ),
        ("Tower;2027-01-01;Office;3000000;EUR;Oslo", f": the cells from 'Office' {FAR_LEFT}"),
        ("Tower;2027-01-01;2028-01-01;3000000;EUR;Oslo", f": the cells from '3000000' {FAR_LEFT}"),
        ("Tower;2027-01-01;2028-01-01;Office;EUR;Oslo", f": the cells from 'EUR' {FAR_LEFT}"),
        (
            LINE.replace(";", ","),
            ": has the separator ',', but the header has ';'; use the same in all lines",
        ),
        (f'"{LINE}"', ": is in quotes as a whole; remove the quotes around it"),
        (HEADER, ": repeats the header; remove the line"),
    ],
)
def test_a_row_with_shifted_cells_is_one_mistake(line: str, says: str) -> None:
    """The other rows are checked anyway."""
    found = list_mistakes(HEADER, line, SECOND.replace("EUR", "EURO"))

    assert found[0] == f"line 2{says}"
    assert [each.partition(":")[0] for each in found[1:]] == ["line 3, currency"]


def test_a_split_amount_is_never_read_as_its_first_digits() -> None:
    """This holds even if the other digits fit the next column."""
    header = "name,start_date,end_date,project_type,currency,value,job_number,city"

    found = list_mistakes(header, "Tower,2027-01-01,2028-01-01,Office,EUR,3,000,7,")

    assert found == [f"line 2, value: {TORN}"]


def test_a_small_amount_before_a_number_of_three_digits_is_accepted() -> None:
    """The row has as many cells as the header, or quotes separate the two."""
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


def test_a_row_in_two_lines_is_one_mistake() -> None:
    """A line end in a cell needs quotes, as a separator does."""
    found = list_mistakes(HEADER, LINE.replace("Office", "Off\nice"), SECOND)

    assert found == [
        (
            "line 2: is incomplete and continues in line 3; "
            "join the two lines, or put the cell that contains the line end in quotes"
        )
    ]


def test_two_merged_cells_are_one_mistake() -> None:
    """The separator between them is missing."""
    found = list_mistakes(HEADER, LINE.replace("01;2028", "012028"))

    assert len(found) == 1
    assert found[0].startswith("line 2: the cells from 'Office' on are one column too far left")


def test_a_damaged_header_is_not_reported_in_every_line() -> None:
    """An extra or missing separator in it shifts all cells."""
    rows = [LINE.replace("Tower", f"Tower {at}") for at in range(6)]

    too_few = list_mistakes(HEADER.replace("value;", "value"), *rows)
    too_many = list_mistakes(HEADER.replace("name", "na;me"), *rows)

    assert [each.partition(":")[0] for each in too_few] == ["line 1"]
    assert [each.partition(":")[0] for each in too_many] == ["line 1"]


def test_an_unnamed_column_is_reported_once() -> None:
    """The header lacks a name, so the lines are not reported."""
    rows = [f"{LINE.replace('Tower', f'Tower {at}')};Norway" for at in range(6)]

    assert list_mistakes(HEADER, *rows) == [
        (
            "line 2: 'Norway' is below no column; is there an extra separator, or a "
            "missing quote? (6 of 6 lines: check the header, too)"
        )
    ]


def test_two_mistakes_without_a_shift_are_both_reported() -> None:
    """No shift of the cells would correct them."""
    found = list_mistakes(HEADER, "Tower;soon;2028-01-01;Office;a lot;EUR;Oslo")

    assert [each.partition(":")[0] for each in found] == ["line 2, start_date", "line 2, value"]


def test_a_mistake_in_a_short_row_is_reported() -> None:
    """The missing cells are optional."""
    found = list_mistakes(HEADER, "Tower;2027-01-01;2028-01-01;Office;a lot;EUR")

    assert [each.partition(":")[0] for each in found] == ["line 2, value"]


def test_an_unclosed_quote_is_one_mistake_even_in_the_first_row() -> None:
    """The rows after it are not reported as missing."""
    found = list_mistakes(HEADER, LINE.replace("Tower", '"Tower'), SECOND)

    assert found == ['line 2: a quote (") is opened here and never closed; the rest was not read']


def test_a_quote_around_whole_lines_is_a_mistake_even_in_an_ignored_column() -> None:
    """The projects of these lines would be archived without a message."""
    header = f"result_message;{HEADER}"
    lines = [f'"ok;{LINE}', f"ok;{SECOND}", f'ok";{LINE.replace("Tower", "Third")}']

    found = list_mistakes(header, *lines)

    message = "a quoted cell contains whole lines, up to line 4"
    assert found == [f'line 2: {message}; is a closing quote (") missing?']


def test_the_message_for_a_quote_names_its_first_and_last_line() -> None:
    """The reader detects only where the two quotes meet."""
    found = list_mistakes(HEADER, LINE.replace("Tower", '"Tower'), SECOND.replace("Oslo", '"Oslo"'))

    message = 'double a quote inside it (""); the rest was not read'
    assert found == [f"line 2: a cell continues after its closing quote in line 3; {message}"]


def test_a_row_without_any_argument_is_one_mistake() -> None:
    """It is not reported for each required column."""
    assert list_mistakes(f"{HEADER};id", LINE, ";;;;;;;a sum") == [
        "line 3: has no value in any column of a project; remove the line"
    ]


def test_an_invisible_character_in_a_resource_name_is_a_mistake() -> None:
    """Pulumi would accept it."""
    found = list_mistakes(f"{HEADER};resource_name", f'{LINE};"a\nb"')

    assert found == ["line 2, resource_name: contains the invisible character U+000A; remove it"]


def test_a_message_escapes_control_characters() -> None:
    """The same wrong name in two lines is two mistakes."""
    found = list_mistakes(HEADER, build_line("name", "\x1b[31m"), build_line("name", "\x1b[31m"))

    assert len(found) == 2
    assert all(each.isprintable() for each in found)


def test_both_unicode_forms_of_a_name_have_one_resource_name() -> None:
    """A Mac decomposes letters; another resource name would archive the project."""
    names = ("\u00c5lesund", "A\u030alesund")

    resources = [read(HEADER, build_line("name", each)).entries[0] for each in names]

    assert resources[0] == resources[1]
    assert list_mistakes(HEADER, *(build_line("name", each) for each in names)) == [
        "line 3, name: '\u00c5lesund' is already the project of line 2"
    ]


def test_ambiguous_seconds_are_refused_as_amounts_are() -> None:
    """Both three seconds and three thousand are possible."""
    found = list_mistakes(f"{HEADER};copy_timeout", f"{LINE};3.000")

    assert len(found) == 1
    assert found[0].startswith("line 2, copy_timeout: must be a number such as ")
    assert found[0].endswith("; write 3000 or 3")


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u3000"])
def test_a_space_of_another_width_is_dropped_around_a_cell_and_refused_within(space: str) -> None:
    """Web pages contain such spaces; removing one within a cell would join two message."""
    around = read(HEADER, build_line("name", f"{space}Tower{space}")).entries[0]
    within = list_mistakes(HEADER, build_line("name", f"Harbor{space}Tower"))

    assert around.arguments["name"] == "Tower"
    assert len(within) == 1
    assert within[0].startswith("line 2, name: contains the invisible character U+")
    assert within[0].endswith("; write a plain space")


def test_a_line_that_is_a_sum_or_a_note_is_one_mistake() -> None:
    """It lacks most required arguments."""
    assert list_mistakes(HEADER, LINE, "Total;;;;3000000;;") == [
        (
            "line 3: has no start_date, end_date, project_type, currency; "
            "add them, or remove the line if it is not a project"
        )
    ]


def test_empty_rows_and_columns_are_ignored() -> None:
    """Excel and LibreOffice save them for deleted cells."""
    found = read("sep=;;;;;;;;", f"{HEADER};;;", f"{LINE};;;", ";;;;;;;;;", " ; ;;;;;;;;", "")

    assert found.mistakes == []
    assert len(found.entries) == 1
