"""Explain unknown columns of a header by a suggestion and by how the file was read."""

from pathlib import Path
from typing import Any

import pytest

from bim360_provider.core.csv_import import CsvProjects, format_mistakes, read_csv_projects
from bim360_provider.core.settings import Settings

HEADER = "name;start_date;end_date;project_type;value;currency"
LINE = "Tower;2027-01-01;2028-01-01;Office;3000000;EUR"


def read(*lines: str, **options: Any) -> CsvProjects:
    """Read lines as a file."""
    return read_csv_projects("\n".join(lines).encode(), {}, Settings.resolve({}, {}), **options)


def list_mistakes(*lines: str, **options: Any) -> list[str]:
    """Return the messages for lines as a file."""
    return [str(mistake) for mistake in read(*lines, **options).mistakes]


@pytest.mark.parametrize(
    ("column", "given", "suggestion"),
    [
        ("name", "Project Name", "name"),
        ("name", "Title", "name"),
        ("start_date", "Start", "start_date"),
        ("end_date", "Completion Date", "end_date"),
        ("project_type", "Type", "project_type"),
        ("value", "Budget", "value"),
        ("value", "Value (EUR)", "value"),
        ("currency", "Currency*", "currency"),
        ("currency", "curency", "currency"),
    ],
)
def test_a_column_with_another_name_is_one_mistake_with_a_suggestion(
    column: str, given: str, suggestion: str
) -> None:
    """It is not reported as missing too."""
    found = list_mistakes(HEADER.replace(column, given, 1), LINE)

    assert found == [f"line 1: has an unknown column '{given}'; did you mean {suggestion}?"]


@pytest.mark.parametrize("extra", ["Project Name", "Projecttypes", "Title", "Start", "valu"])
def test_a_column_that_is_present_is_never_suggested(extra: str) -> None:
    """``Project Name`` is not ``project_type``, and ``name`` is present."""
    found = list_mistakes(f"{HEADER};{extra}", f"{LINE};x")

    assert found == [f"line 1: has an unknown column '{extra}'; docs/how-to/csv.md has the list"]


@pytest.mark.parametrize(
    ("extra", "suggestion"),
    [
        ("Zip Code", "postal_code"),
        ("State", "state_or_province"),
        ("Services", "service_types"),
        ("Project Number", "job_number"),
        ("time zone", "timezone"),
        ("Address", "address_line_1"),
        ("Template", "template_project_id"),
    ],
)
def test_an_alias_of_an_optional_column_is_recognized(extra: str, suggestion: str) -> None:
    """Other programs use these names."""
    found = list_mistakes(f"{HEADER};{extra}", f"{LINE};x")

    assert found == [f"line 1: has an unknown column '{extra}'; did you mean {suggestion}?"]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (
            (
                "project_name;service_type;email;company",
                "Sample Project;admin;admin@company.com;Company Name",
                "Sample Project;doc_manager;admin@company.com;Company Name",
            ),
            (
                "line 1: is the set-up tool's list of services; declare a "
                "Bim360ProjectAdmin per line, "
                "see docs/reference/members.md (read as utf-8 text "
                "with 4 columns, separated by semicolons: "
                "'project_name', 'service_type', 'email', 'company')"
            ),
        ),
        (
            (
                "project_name;email;pm_access;docs_access;company_name;industry_roles",
                "Sample Project;user@company.com;admin;admin;Autodesk;Architect",
            ),
            (
                "line 1: is the set-up tool's list of project users; declare "
                "a Bim360Team per project, "
                "see docs/reference/members.md (read as utf-8 text "
                "with 6 columns, separated by semicolons: "
                "'project_name', 'email', 'pm_access', 'docs_access', 'company_name', "
                "'industry_roles')"
            ),
        ),
        (
            (
                "project_name,project_type,root_folder,level_1,level_2,permission,user_email",
                "Sample Project,Office,Plans,,,V,user@company.com",
                ",,,Folder,,V+D,",
            ),
            (
                "line 1: is the set-up tool's template of folders and "
                "permissions, which this provider "
                "does not create; list its projects in a file with the "
                "columns of docs/how-to/csv.md (read as "
                "utf-8 text with 7 columns, separated by commas: 'project_name', 'project_type', "
                "'root_folder', 'level_1', 'level_2', 'permission', 'user_email')"
            ),
        ),
    ],
)
def test_another_file_of_the_set_up_tool_is_recognized(lines: tuple[str, ...], says: str) -> None:
    """One message says what the file is, how it was read, and which resource to use.

    https://github.com/autodesk-platform-services/aps-bim360-project-setup
    """
    assert list_mistakes(*lines) == [says]


@pytest.mark.parametrize(
    "extra", ["", ";folders_created_from", ";result;result_message;id", ";service_types"]
)
def test_the_set_up_tools_list_of_projects_works_unchanged(extra: str) -> None:
    """Its dates begin with the month; its own columns are ignored."""
    header = (
        "name;start_date;end_date;project_type;value;currency;job_number;address_line_1;"
        "address_line_2;city;state_or_province;postal_code;country;business_unit_id;timezone;"
        f"language;construction_type;contract_type{extra}"
    )
    line = (
        "Sample Project {};05/21/2019;05/25/2019;Office;0;USD;;;;;;;United States;;"
        "America/New_York;en;New Construction;Design-Bid-Build"
    )

    found = read(header, line.format(1), line.format(2), "", date_format="%m/%d/%Y")

    assert found.mistakes == []
    assert len(found.entries) == 2


def test_a_file_without_a_header_is_one_mistake_with_its_separator_and_columns() -> None:
    """The lines below it are not reported."""
    assert list_mistakes(LINE, LINE) == [
        (
            "line 1: must name the columns, such as name, start_date, "
            "end_date, project_type, value, "
            "currency; read as utf-8 text with 6 columns, separated by semicolons: 'Tower', "
            "(no name), (no name), 'Office', (no name), 'EUR'"
        )
    ]


def test_an_unknown_separator_is_one_mistake_with_a_single_column() -> None:
    """The message lists the valid separators."""
    found = list_mistakes(HEADER.replace(";", " / "), LINE.replace(";", " / "))

    assert len(found) == 1
    assert found[0].endswith(
        "; read as utf-8 text with 1 column: (no name); "
        "none of semicolons, commas, tabs and vertical bars separates it"
    )


def test_no_message_shows_the_content_of_another_file() -> None:
    """The path may be of a file with secrets."""
    found = list_mistakes("APS_CLIENT_SECRET=hunter2", "OTHER=x")

    assert len(found) == 1
    assert "hunter2" not in found[0]


def test_lines_above_the_header_are_one_mistake() -> None:
    """Spreadsheets have titles."""
    found = list_mistakes("Projects of 2027;;;;;", "", HEADER, LINE)

    assert len(found) == 1
    assert found[0].startswith(
        "line 1: is not the header, which is in line 3; remove the lines before it; read as utf-8"
    )


@pytest.mark.parametrize("quotes", ["\u201c\u201d", "\u201e\u201c", "«»", "''", "\u2018\u2019"])
def test_a_header_in_typographic_quotes_is_one_mistake(quotes: str) -> None:
    """Word processors write such quotes."""
    header, line = (
        ";".join(f"{quotes[0]}{cell}{quotes[1]}" for cell in each.split(";"))
        for each in (HEADER, LINE)
    )

    found = list_mistakes(header, line)

    assert len(found) == 1
    advice = 'has quotes that do not protect a cell; use straight quotes ("), or none'
    assert found[0].startswith(f"line 1: {advice}; read as utf-8")


def test_lines_in_quotes_as_a_whole_are_one_mistake() -> None:
    """The file was saved a second time, with another separator."""
    found = list_mistakes(f'"{HEADER}"', f'"{LINE}"')

    assert len(found) == 1
    assert found[0].startswith("line 1: is in quotes as a whole, as other lines may be; remove")


def test_a_first_line_that_names_another_separator_is_one_mistake() -> None:
    """The line ``sep=`` takes precedence over the header."""
    found = list_mistakes("sep=;", HEADER.replace(";", ","), LINE.replace(";", ","))

    assert len(found) == 1
    assert found[0].startswith("line 2: has another separator than 'sep=' sets; correct that line")


def test_the_separator_with_most_known_columns_is_detected() -> None:
    """It need not be the most frequent: the last column here has commas in its name."""
    header = f"{HEADER};a, b, c, d, e, f, g"

    assert list_mistakes(header, f"{LINE};x") == [
        "line 1: has an unknown column 'a, b, c, d, e, f, g'; docs/how-to/csv.md has the list"
    ]


def test_columns_in_another_language_are_one_mistake_with_the_columns() -> None:
    """An unknown column may be a missing one, so it is not reported twice."""
    found = list_mistakes("Name;Beginn;Ende;Art;Wert;W\u00e4hrung", LINE)

    assert found == [
        (
            "line 1: has no column start_date, end_date, project_type, value, currency, which "
            "every project needs; read as utf-8 text with 6 columns, separated by semicolons: "
            "'Name', 'Beginn', 'Ende', 'Art', 'Wert', 'W\u00e4hrung'"
        )
    ]


def test_a_missing_column_is_reported_once() -> None:
    """It is not repeated for each line."""
    found = list_mistakes(
        "name;start_date;end_date", "A;2027-01-01;2028-01-01", "B;2027-01-01;2028-01-01"
    )

    assert found == [
        "line 1: has no column project_type, value, currency, which every project needs"
    ]


def test_the_messages_in_the_docs_are_those_of_the_reader() -> None:
    """docs/how-to/csv.md shows them for this file."""
    good = "{},2027-01-01,2028-01-01,Office,1,EUR,"
    lines = [
        "name,start_date,end_date,projct_type,value,currency,timezone",
        *(good.format(name) for name in ("Bridge", "Quay")),
        'Tower,31.12.2027,2028-12-31,Office,"3.000.000,00",EUR,',
        *(good.format(name) for name in ("Pier", "Lock")),
        good.format("Dock").replace("2028-01-01", "2026-01-01"),
        good.format("Mole"),
        f"{good.format('Crane')}Europe/Berln",
        *(good.format(name) for name in ("Shed", "Gate", "Bridge", "Mill")),
        f"{good.format('Tower 2, east wing')}Europe/Berlin",
    ]
    docs = (Path(__file__).parents[4] / "docs/how-to/csv.md").read_text(encoding="utf-8")

    assert format_mistakes("portfolio.csv", read(*lines).mistakes) in docs
    assert (
        format_mistakes("people.csv", read("First name;Last name;E-mail", "A;B;C").mistakes) in docs
    )
