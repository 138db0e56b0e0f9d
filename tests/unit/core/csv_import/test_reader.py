"""What a CSV file says of projects, and every mistake that people make in one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.core.csv_import import CsvProjects, read_csv_projects
from bim360_provider.core.csv_import.reader import build_resource_name
from bim360_provider.core.settings import Settings
from bim360_provider.core.validation import UNKNOWN

HEADER = "name;start_date;end_date;project_type;value;currency"
LINE = "Tower;2027-01-01;2028-01-01;Office;3000000;EUR"
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


def read(*lines: str, common: dict[str, Any] | None = None, **options: Any) -> CsvProjects:
    """Read lines as a file."""
    allowed = {"bim360:unknownValues": options.pop("unknown_values", "refuse")}
    settings = Settings.resolve(allowed, {})
    return read_csv_projects("\n".join(lines).encode(), common or {}, settings, **options)


def mistakes(*lines: str, **options: Any) -> list[str]:
    """Return what is told of lines as a file."""
    return [str(mistake) for mistake in read(*lines, **options).mistakes]


def with_cell(column: str, text: str) -> tuple[str, str]:
    """Return a file of one line, with one cell as given."""
    cells = dict(zip(HEADER.split(";"), LINE.split(";"), strict=True))
    cells[column] = text
    return ";".join(cells), ";".join(cells.values())


def test_a_line_is_a_project() -> None:
    """Values in the form that the resource takes."""
    found = read(HEADER, LINE)

    assert found.mistakes == []
    assert [entry.arguments for entry in found.entries] == [
        {
            "name": "Tower",
            "start_date": "2027-01-01",
            "end_date": "2028-01-01",
            "project_type": "Office",
            "value": 3000000.0,
            "currency": "EUR",
        }
    ]


@pytest.mark.parametrize("count", [1, 50])
def test_as_many_lines_as_many_projects(count: int) -> None:
    """In the file's order; the resources sort them."""
    found = read(HEADER, *(LINE.replace("Tower", f"Tower {n}") for n in range(count)))

    assert found.mistakes == []
    assert len(found.entries) == count


def test_the_header_may_be_written_as_people_write() -> None:
    """Order, upper case, spaces and dashes do not matter."""
    header = "Currency; NAME ;Start Date;End-Date;Project_Type;value"

    found = read(header, "EUR;Tower;2027-01-01;2028-01-01;Office;3000000")

    assert found.entries[0].arguments == read(HEADER, LINE).entries[0].arguments


def test_an_empty_cell_is_an_argument_that_is_not_given() -> None:
    """So are the cells that a line lacks at its end."""
    found = read(f"{HEADER};city;country", f"{LINE};;", LINE.replace("Tower", "Bridge"))

    assert found.mistakes == []
    assert all("city" not in entry.arguments for entry in found.entries)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (
            HEADER.replace("project_type", "projct_type"),
            "line 1: has a column 'projct_type', which is not known; did you mean project_type?",
        ),
        (
            f"{HEADER};zzz",
            "line 1: has a column 'zzz', which is not known; docs/how-to/csv.md has the list",
        ),
        (f"{HEADER};Name", "line 1: has the column name twice"),
        ("name;value;city", "start_date, end_date, project_type, currency, which every project"),
        (f"{HEADER};region", "cannot have a column region: give opts= a Bim360Provider"),
        (LINE, "line 1: must name the columns, such as name, start_date, end_date,"),
    ],
)
def test_a_wrong_header_is_told(header: str, says: str) -> None:
    """One sentence for each thing that is wrong, and none for what follows from it."""
    told = mistakes(header, "")

    assert sum(says in each for each in told) == 1
    assert [each for each in told if "names no projects" not in each and says not in each] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("31.12.2027", "write 2027-12-31 (or date_format='%d.%m.%Y')"),
        ("12/31/2027", "write 2027-12-31 (or date_format='%m/%d/%Y')"),
        ("2027/12/31", "write 2027-12-31 (or date_format='%Y/%m/%d')"),
        ("03/04/2027", "3 (or date_format='%d/%m/%Y') or 2027-03-04 (or date_format='%m/%d/%Y')"),
        ("2027-02-30", "'2027-02-30' is not a day of the calendar"),
        ("46752", "format the column as a date and save the file again"),
        ("soon", "must be a date such as '2027-01-31', not 'soon'"),
    ],
)
def test_a_date_in_another_way_is_told_with_the_right_one(text: str, says: str) -> None:
    """Where two are possible both are shown: nobody but the writer knows."""
    told = mistakes(*with_cell("start_date", text))

    assert len(told) == 1
    assert told[0].startswith("line 2, start_date: ")
    assert told[0].endswith(says)


def test_a_date_format_is_for_the_whole_file() -> None:
    """The vendor's set-up tool writes months first; a plain date is always understood."""
    line = LINE.replace("2027-01-01", "05/21/2027")

    found = read(HEADER, line, date_format="%m/%d/%Y")

    assert found.mistakes == []
    assert found.entries[0].arguments["start_date"] == "2027-05-21"
    assert found.entries[0].arguments["end_date"] == "2028-01-01"


def test_a_date_that_is_not_of_the_format_is_told() -> None:
    """There is no month 31."""
    told = mistakes(*with_cell("start_date", "31/12/2027"), date_format="%m/%d/%Y")

    assert len(told) == 1
    assert told[0].endswith("such as '2027-01-31', not '31/12/2027', nor like '%m/%d/%Y'")


@pytest.mark.parametrize("date_format", ["MM/dd/yyyy", "%d.%m.", "%Q"])
def test_a_format_that_describes_no_date_is_told_once(date_format: str) -> None:
    """Such as .NET's, which the vendor's set-up tool uses."""
    told = mistakes(HEADER, LINE, date_format=date_format)

    assert len(told) == 1
    assert told[0].startswith(f"argument date_format: '{date_format}' does not describe a date; ")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3.000.000,00", "3000000.00"),
        ("3,000,000", "3000000"),
        ("3,000,000.50", "3000000.50"),
        ("3.000", "3000 or 3"),
        ("3'000'000", "3000000"),
        ("3 000 000,5", "3000000.5"),
        ("$3,000,000", "3000000"),
        ("3000000 EUR", "3000000"),
        ("3_000_000", "3000000"),
    ],
)
def test_an_amount_in_another_way_is_told_with_the_right_one(text: str, meant: str) -> None:
    """To read 3.000 as three would be a very cheap project."""
    told = mistakes(*with_cell("value", text))

    words = f"must be a number such as 3000000 or 3000000.50, not '{text}'; write {meant}"
    assert told == [f"line 2, value: {words}"]


@pytest.mark.parametrize("text", ["1,234.567", "a lot", "nan", "12,34,567"])
def test_an_amount_that_could_be_anything_is_told_without_advice(text: str) -> None:
    """A guess would be worse than none."""
    told = mistakes(*with_cell("value", text))

    assert told == [f"line 2, value: must be a number such as 3000000 or 3000000.50, not '{text}'"]


@pytest.mark.parametrize("text", ["3000000", "3e6", "3.0E+06", "+3000000.00"])
def test_a_plain_amount_is_a_number(text: str) -> None:
    """Excel writes large ones with an exponent."""
    assert read(*with_cell("value", text)).entries[0].arguments["value"] == 3_000_000.0


@pytest.mark.parametrize("text", ['"doc_manager,pm"', "pm|doc_manager", "pm doc_manager", "pm; "])
def test_service_types_are_a_list_in_a_cell(text: str) -> None:
    """The vendor's set-up tool lets people choose what stands between them."""
    found = read(f"service_types,{HEADER.replace(';', ',')}", f"{text},{LINE.replace(';', ',')}")

    assert found.mistakes == []
    assert set(found.entries[0].arguments["service_types"]) <= {"doc_manager", "pm"}


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    """By line and column, the rules being those of a project in a stack."""
    told = mistakes(
        f"{HEADER};timezone;adopt",
        "A/B;2027-01-01;2026-01-01;Office;1;EURO",
        "",
        "C;2027-01-01;2028-01-01;;1;EUR;Europe/Berln;sometimes",
    )

    assert told == [
        'line 2, name: must not contain / (HQ reserves \\ / ? [ ] > * : < " | ,)',
        "line 2, currency: 'EURO' is not a valid value; did you mean 'EUR'?",
        "line 2, end_date: must be after start_date, but 2026-01-01 is not after 2027-01-01",
        "line 4, project_type: is missing",
        "line 4, timezone: 'Europe/Berln' is not a valid value; did you mean 'Europe/Berlin'?",
        "line 4, adopt: 'sometimes' is not a valid value; write one of never, archived, any",
    ]


def test_a_mistake_behind_a_cell_of_several_lines_has_its_own_line() -> None:
    """The cell in line 4 belongs to the row that begins in line 2."""
    header = f"job_number;{HEADER}"

    told = mistakes(header, '"1', "2", f'3";{LINE.replace("EUR", "€")}')

    assert "line 4, currency: '€' is not a valid value; did you mean 'EUR'?" in told


def test_a_line_with_a_cell_too_many_is_told_and_not_judged_further() -> None:
    """Its cells have moved, and what could be said of them would only mislead."""
    told = mistakes(HEADER, LINE.replace("Tower", "Tower;and bridge"))

    assert told == [
        "line 2: 'EUR' stands under no column; is there a separator too many, or a quote too few?"
    ]


def test_separators_at_the_end_of_lines_are_nothing() -> None:
    """Spreadsheets leave them behind when columns are deleted."""
    assert read(f"{HEADER};;", f"{LINE};;;;").mistakes == []


def test_two_lines_with_one_name_are_told() -> None:
    """With the line of the first, which may be far above."""
    told = mistakes(HEADER, LINE, LINE.replace("Tower", "Bridge"), LINE)

    assert told == ["line 4, name: 'Tower' is the project of line 2 already"]


def test_names_that_make_one_resource_name_are_told() -> None:
    """A column of its own tells them apart, as it does in the next test."""
    told = mistakes(HEADER, LINE, LINE.replace("Tower", "TOWER"))

    words = "'tower' is the resource of line 2 already; tell them apart in a column resource_name"
    assert told == [f"line 3, name: {words}"]


def test_a_column_can_give_the_resource_name() -> None:
    """So that a project can change its name and stay the same resource."""
    found = read(f"Resource Name;{HEADER}", f";{LINE}", f"t2;{LINE.replace('Tower', 'TOWER')}")

    assert found.mistakes == []
    assert [entry.resource_name for entry in found.entries] == ["tower", "t2"]
    assert all("resource_name" not in entry.arguments for entry in found.entries)


@pytest.mark.parametrize("file", ["", "\n\n", " ; ;\n"])
def test_an_empty_file_is_told(file: str) -> None:
    """There is not even a header."""
    assert mistakes(file) == ["is empty"]


def test_a_header_without_lines_is_told() -> None:
    """It would archive every project of the stack, for want of a few bytes."""
    assert mistakes(HEADER) == ["names no projects, which would archive all that it named before"]


def test_the_set_up_tools_files_work_as_they_are() -> None:
    """Also those that it has processed; its own columns are named and left aside.

    https://github.com/autodesk-platform-services/aps-bim360-project-setup
    """
    header = (
        "name;start_date;end_date;project_type;value;currency;job_number;address_line_1;"
        "address_line_2;city;state_or_province;postal_code;country;business_unit_id;timezone;"
        "language;construction_type;contract_type;folders_created_from;result;result_message;"
        "service_types;id;last_sign_in;status;template_project_id;include_locations;"
        "include_companies;include_name_to_request_body"
    )
    line = (
        "Sample Project 1;05/21/2019;05/25/2019;Office;0;USD;;;;;;;United States;;"
        "America/New_York;en;New Construction;Design-Bid-Build;Project Template;"
        "ProjectCreated;;;;;;;;;"
    )

    found = read(header, line, "", date_format="%m/%d/%Y")

    assert found.mistakes == []
    assert found.entries[0].arguments["contract_type"] == "Design-Bid-Build"
    assert found.ignored_columns == [
        "folders_created_from",
        "result",
        "result_message",
        "id",
        "last_sign_in",
        "include_name_to_request_body",
    ]


def test_what_all_projects_have_needs_no_column() -> None:
    """And a cell goes before it."""
    header, line = HEADER.replace(";currency", ""), LINE.replace(";EUR", "")

    found = read(f"{header};city", f"{line};Oslo", common={"currency": "NOK", "city": "Bergen"})

    assert found.mistakes == []
    assert found.entries[0].arguments["city"] == "Oslo"
    assert "currency" not in found.entries[0].arguments


def test_a_mistake_in_what_all_have_is_told_once() -> None:
    """Not for each of fifty lines."""
    lines = [LINE.replace("Tower", f"Tower {n}") for n in range(50)]

    told = mistakes(HEADER, *lines, common={"adopt": "archive", "on_destroi": "retain"})

    assert told == [
        "argument on_destroi: is not an argument; did you mean on_destroy?",
        "argument adopt: 'archive' is not a valid value; did you mean 'archived'?",
    ]


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ("name", "is each project's own: it must be a column"),
        ("account_id", "is said by a Bim360Provider in opts="),
    ],
)
def test_what_cannot_be_common_is_told(argument: str, says: str) -> None:
    """A name is not, and where projects are is not theirs to say."""
    common = {argument: "c17e6837-96cd-4839-868e-051a2ad65d28"}

    assert mistakes(HEADER, LINE, common=common) == [f"argument {argument}: {says}"]


def test_what_is_not_known_yet_passes() -> None:
    """The id of a template that is made in the same run."""
    assert read(HEADER, LINE, common={"template_project_id": UNKNOWN}).mistakes == []


def test_values_outside_of_the_lists_pass_where_the_configuration_allows_them() -> None:
    """Autodesk extends its lists; the rest of the rules stays."""
    line = LINE.replace("EUR", "XYZ")

    assert read(HEADER, line, unknown_values="allow").mistakes == []
    assert mistakes(HEADER, line) == [
        "line 2, currency: 'XYZ' is not a valid value; HQ's list is in docs/reference/hq.md"
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Harbor Point Tower", "harbor-point-tower"),
        ("Phase 2", "phase-2"),
        ("Mercy Hospital - East Wing", "mercy-hospital-east-wing-cd8bdb8a"),
        ("Tower  1", "tower-1-804e07e7"),
        ("Ålesund Kai", "alesund-kai-7a383e30"),
        ("品川データセンター", "project-d3bcbaad"),
        ("x" * 80, "x" * 60 + "-d929cdee"),
    ],
)
def test_a_resource_name_is_made_from_the_name_alone(name: str, expected: str) -> None:
    """These are for ever: another name for a resource would archive its project."""
    assert build_resource_name(name) == expected


@given(NAMES, NAMES)
def test_different_names_make_different_resource_names(one: str, other: str) -> None:
    """But for upper and lower case, which is told as a mistake."""
    if one.lower() != other.lower():
        assert build_resource_name(one) != build_resource_name(other)
