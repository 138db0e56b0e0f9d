"""Read projects from a CSV file, and report all mistakes of the file."""

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


def list_mistakes(*lines: str, **options: Any) -> list[str]:
    """Return the messages for lines as a file."""
    return [str(mistake) for mistake in read(*lines, **options).mistakes]


def build_file(column: str, text: str) -> tuple[str, str]:
    """Return the header and a line with another text in one cell."""
    cells = dict(zip(HEADER.split(";"), LINE.split(";"), strict=True))
    cells[column] = text
    return ";".join(cells), ";".join(cells.values())


def test_a_line_is_a_project() -> None:
    """Values have the types of the resource."""
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
def test_each_line_is_one_project(count: int) -> None:
    """The order is the file's."""
    found = read(HEADER, *(LINE.replace("Tower", f"Tower {n}") for n in range(count)))

    assert found.mistakes == []
    assert len(found.entries) == count


def test_the_header_ignores_order_case_spaces_and_dashes() -> None:
    """A user may type it freely."""
    header = "Currency; NAME ;Start Date;End-Date;Project_Type;value"

    found = read(header, "EUR;Tower;2027-01-01;2028-01-01;Office;3000000")

    assert found.entries[0].arguments == read(HEADER, LINE).entries[0].arguments


def test_an_empty_cell_is_an_argument_that_is_not_given() -> None:
    """A missing cell at the end of a line is too."""
    found = read(f"{HEADER};city;country", f"{LINE};;", LINE.replace("Tower", "Bridge"))

    assert found.mistakes == []
    assert all("city" not in entry.arguments for entry in found.entries)


@pytest.mark.parametrize(
    ("header", "expected_message"),
    [
        (
            HEADER.replace("project_type", "projct_type"),
            "line 1: has an unknown column 'projct_type'; did you mean project_type?",
        ),
        (
            f"{HEADER};zzz",
            "line 1: has an unknown column 'zzz'; docs/how-to/csv.md has the list",
        ),
        (f"{HEADER};Name", "line 1: has the column name twice"),
        ("name;value;city", "start_date, end_date, project_type, currency, which every project"),
        (f"{HEADER};region", "cannot have a column region; pass a Bim360Provider"),
        (LINE, "line 1: must name the columns, such as name, start_date, end_date,"),
    ],
)
def test_each_mistake_of_a_header_is_one_message(header: str, expected_message: str) -> None:
    """Consequences of a mistake are not reported."""
    messages = list_mistakes(header, "")

    assert sum(expected_message in each for each in messages) == 1
    assert [
        each
        for each in messages
        if "contains no projects" not in each and expected_message not in each
    ] == []


@pytest.mark.parametrize(
    ("text", "expected_message"),
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
def test_the_message_for_another_date_format_suggests_the_date(
    text: str, expected_message: str
) -> None:
    """An ambiguous date has two suggestions."""
    messages = list_mistakes(*build_file("start_date", text))

    assert len(messages) == 1
    assert messages[0].startswith("line 2, start_date: ")
    assert messages[0].endswith(expected_message)


def test_a_date_format_applies_to_the_whole_file() -> None:
    """The vendor's set-up tool writes the month first; a plain date is always valid."""
    line = LINE.replace("2027-01-01", "05/21/2027")

    found = read(HEADER, line, date_format="%m/%d/%Y")

    assert found.mistakes == []
    assert found.entries[0].arguments["start_date"] == "2027-05-21"
    assert found.entries[0].arguments["end_date"] == "2028-01-01"


def test_a_date_in_another_format_than_the_given_one_is_a_mistake() -> None:
    """The month would be 31."""
    messages = list_mistakes(*build_file("start_date", "31/12/2027"), date_format="%m/%d/%Y")

    assert len(messages) == 1
    assert messages[0].endswith("such as '2027-01-31', not '31/12/2027', nor like '%m/%d/%Y'")


@pytest.mark.parametrize("date_format", ["MM/dd/yyyy", "%d.%m.", "%Q"])
def test_an_invalid_date_format_is_reported_once(date_format: str) -> None:
    """The vendor's set-up tool uses .NET's formats."""
    messages = list_mistakes(HEADER, LINE, date_format=date_format)

    assert len(messages) == 1
    assert messages[0].startswith(
        f"argument date_format: '{date_format}' does not describe a date; "
    )


@pytest.mark.parametrize(
    ("text", "suggestion"),
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
def test_the_message_for_another_amount_format_suggests_the_amount(
    text: str, suggestion: str
) -> None:
    """3.000 read as three would be the wrong value of a project."""
    messages = list_mistakes(*build_file("value", text))

    message = f"must be a number such as 3000000 or 3000000.50, not '{text}'; write {suggestion}"
    assert messages == [f"line 2, value: {message}"]


@pytest.mark.parametrize("text", ["1,234.567", "a lot", "nan", "12,34,567"])
def test_an_unclear_amount_is_reported_without_a_suggestion(text: str) -> None:
    """A wrong suggestion is worse than none."""
    messages = list_mistakes(*build_file("value", text))

    assert messages == [
        f"line 2, value: must be a number such as 3000000 or 3000000.50, not '{text}'"
    ]


@pytest.mark.parametrize("text", ["3000000", "3e6", "3.0E+06", "+3000000.00"])
def test_a_plain_amount_is_a_number(text: str) -> None:
    """Excel writes large numbers with an exponent."""
    assert read(*build_file("value", text)).entries[0].arguments["value"] == 3_000_000.0


@pytest.mark.parametrize("text", ['"doc_manager,pm"', "pm|doc_manager", "pm doc_manager", "pm; "])
def test_service_types_are_a_list_in_a_cell(text: str) -> None:
    """The vendor's set-up tool allows several separators."""
    found = read(f"service_types,{HEADER.replace(';', ',')}", f"{text},{LINE.replace(';', ',')}")

    assert found.mistakes == []
    assert set(found.entries[0].arguments["service_types"]) <= {"doc_manager", "pm"}


def test_all_mistakes_of_a_file_are_reported_at_once() -> None:
    """They have line and column; the rules are those of a project in a program."""
    messages = list_mistakes(
        f"{HEADER};timezone;adopt",
        "A/B;2027-01-01;2026-01-01;Office;1;EURO",
        "",
        "C;2027-01-01;2028-01-01;;1;EUR;Europe/Berln;sometimes",
    )

    assert messages == [
        'line 2, name: must not contain / (HQ reserves \\ / ? [ ] > * : < " | ,)',
        "line 2, currency: 'EURO' is not a valid value; did you mean 'EUR'?",
        "line 2, end_date: must be after start_date, but 2026-01-01 is not after 2027-01-01",
        "line 4, project_type: is missing",
        "line 4, timezone: 'Europe/Berln' is not a valid value; did you mean 'Europe/Berlin'?",
        "line 4, adopt: 'sometimes' is not a valid value; write one of never, archived, any",
    ]


def test_a_mistake_after_a_cell_of_several_lines_has_its_own_line() -> None:
    """The cell in line 4 belongs to the row that begins in line 2."""
    header = f"job_number;{HEADER}"

    messages = list_mistakes(header, '"1', "2", f'3";{LINE.replace("EUR", "€")}')

    assert "line 4, currency: '€' is not a valid value; did you mean 'EUR'?" in messages


def test_a_line_with_an_extra_cell_is_one_mistake() -> None:
    """Other messages about shifted cells would be misleading."""
    messages = list_mistakes(HEADER, LINE.replace("Tower", "Tower;and bridge"))

    assert messages == [
        "line 2: 'EUR' is below no column; is there an extra separator, or a missing quote?"
    ]


def test_separators_at_the_end_of_lines_are_ignored() -> None:
    """Spreadsheets keep them when columns are deleted."""
    assert read(f"{HEADER};;", f"{LINE};;;;").mistakes == []


def test_a_duplicate_name_is_a_mistake() -> None:
    """The message has the line of the first one."""
    messages = list_mistakes(HEADER, LINE, LINE.replace("Tower", "Bridge"), LINE)

    assert messages == ["line 4, name: 'Tower' is already the project of line 2"]


def test_a_duplicate_resource_name_is_a_mistake() -> None:
    """The next test sets another one in a column."""
    messages = list_mistakes(HEADER, LINE, LINE.replace("Tower", "TOWER"))

    taken = "'tower' is already the resource name of line 2"
    assert messages == [f"line 3, name: {taken}; set another one in a column resource_name"]


def test_a_column_can_set_the_resource_name() -> None:
    """A project can then change its name and stay the same resource."""
    found = read(f"Resource Name;{HEADER}", f";{LINE}", f"t2;{LINE.replace('Tower', 'TOWER')}")

    assert found.mistakes == []
    assert [entry.resource_name for entry in found.entries] == ["tower", "t2"]
    assert all("resource_name" not in entry.arguments for entry in found.entries)


@pytest.mark.parametrize("file", ["", "\n\n", " ; ;\n"])
def test_an_empty_file_is_a_mistake(file: str) -> None:
    """It has no header."""
    assert list_mistakes(file) == ["is empty"]


def test_a_header_without_lines_is_a_mistake() -> None:
    """A truncated file would archive all projects of the stack."""
    assert list_mistakes(HEADER) == [
        "contains no projects, so all projects that it named before would be archived"
    ]


def test_the_set_up_tools_files_work_unchanged() -> None:
    """This includes processed files; the tool's own columns are listed and ignored.

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


def test_a_common_argument_needs_no_column() -> None:
    """A cell takes precedence over it."""
    header, line = HEADER.replace(";currency", ""), LINE.replace(";EUR", "")

    found = read(f"{header};city", f"{line};Oslo", common={"currency": "NOK", "city": "Bergen"})

    assert found.mistakes == []
    assert found.entries[0].arguments["city"] == "Oslo"
    assert "currency" not in found.entries[0].arguments


def test_a_mistake_in_a_common_argument_is_reported_once() -> None:
    """It is not repeated for each of the lines."""
    lines = [LINE.replace("Tower", f"Tower {n}") for n in range(50)]

    messages = list_mistakes(HEADER, *lines, common={"adopt": "archive", "on_destroi": "retain"})

    assert messages == [
        "argument on_destroi: is not an argument; did you mean on_destroy?",
        "argument adopt: 'archive' is not a valid value; did you mean 'archived'?",
    ]


@pytest.mark.parametrize(
    ("argument", "expected_message"),
    [
        ("name", "differs in each project, so it must be a column"),
        ("account_id", "must be set by a Bim360Provider in opts="),
    ],
)
def test_an_argument_that_cannot_be_common_is_a_mistake(
    argument: str, expected_message: str
) -> None:
    """Names differ, and the provider sets the account."""
    common = {argument: "c17e6837-96cd-4839-868e-051a2ad65d28"}

    assert list_mistakes(HEADER, LINE, common=common) == [
        f"argument {argument}: {expected_message}"
    ]


def test_an_unknown_common_argument_is_accepted() -> None:
    """An example is the id of a template that is created in the same run."""
    assert read(HEADER, LINE, common={"template_project_id": UNKNOWN}).mistakes == []


def test_unknown_values_are_accepted_if_the_configuration_allows_them() -> None:
    """Autodesk extends its lists; the other rules apply."""
    line = LINE.replace("EUR", "XYZ")

    assert read(HEADER, line, unknown_values="allow").mistakes == []
    assert list_mistakes(HEADER, line) == [
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
def test_a_resource_name_depends_only_on_the_name(name: str, expected: str) -> None:
    """These are permanent: another resource name would archive the project."""
    assert build_resource_name(name) == expected


@given(NAMES, NAMES)
def test_different_names_have_different_resource_names(one: str, other: str) -> None:
    """Names that differ only in case are a mistake."""
    if one.lower() != other.lower():
        assert build_resource_name(one) != build_resource_name(other)
