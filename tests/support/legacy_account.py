"""An account after years of manual work: 300 projects, including unusual ones."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET

__all__ = [
    "BUSINESS_UNITS",
    "PROJECT_COUNT",
    "UNUSUAL_PROJECTS",
    "build_account",
    "format_company_id",
    "format_project_id",
    "format_user_id",
]

PROJECT_COUNT: Final = 300

BUSINESS_UNITS: Final = (
    {"id": "c17e6837-96cd-4839-868e-051a2ad60001", "name": "North"},
    {
        "id": "c17e6837-96cd-4839-868e-051a2ad60002",
        "name": "West",
        "parent_id": "c17e6837-96cd-4839-868e-051a2ad60001",
        "description": "Oregon \u201cand\u201d Washington",
    },
    {
        "id": "c17e6837-96cd-4839-868e-051a2ad60003",
        "name": "Research / Development, Innovation and everything that nobody wants to pay for",
        "parent_id": "c17e6837-96cd-4839-868e-051a2ad60002",
    },
    {"id": "c17e6837-96cd-4839-868e-051a2ad60004", "name": "North"},
)

ALL_FIELDS: Final[Mapping[str, Any]] = {
    "start_date": "2024-03-01",
    "end_date": "2026-09-30",
    "project_type": "Office",
    "value": 184_500_000.5,
    "currency": "USD",
    "city": "Seattle",
    "country": "United States",
    "timezone": "America/Los_Angeles",
    "language": "en",
    "construction_type": "New Construction",
    "contract_type": "Design-Bid",
}

UNUSUAL_PROJECTS: Final[tuple[Mapping[str, Any], ...]] = (
    {"name": "Tower A"},
    {"name": "tower a", "project_type": "Office"},
    {"name": "Tower  A", **ALL_FIELDS},
    {"name": 'Tower/A, phase "2" <north>', **ALL_FIELDS},
    {"name": " Tower A ", **ALL_FIELDS},
    {"name": "Øresund Cycle Bridge", **ALL_FIELDS, "currency": "DKK"},
    {"name": "東京タワー", **ALL_FIELDS, "city": "東京" * 40},
    {"name": "🏗", "value": 0},
    {"name": "\u202eevil\u202c", **ALL_FIELDS},
    {"name": '""" + __import__("os").system("touch pwned") + """'},
    {"name": "x\ny", "job_number": "a \"quoted\" \\ and 'single' one"},
    {"name": "N" * 255, **ALL_FIELDS},
    {"name": "Backwards", **ALL_FIELDS, "start_date": "2026-09-30", "end_date": "2024-03-01"},
    {"name": "Blank", **ALL_FIELDS, "city": "   ", "job_number": "\t"},
    {"name": "Old lists", **ALL_FIELDS, "currency": "XTS", "timezone": "Mars/Olympus"},
    {"name": "Suspended", **ALL_FIELDS, "status": "inactive"},
    {"name": "Handed over", **ALL_FIELDS, "status": "archived"},
    {"name": "tower A", **ALL_FIELDS, "status": "archived"},
    {"name": "Waiting", **ALL_FIELDS, "status": "pending"},
    {"name": "Big", **ALL_FIELDS, "value": 1e22},
    {"name": "Small", **ALL_FIELDS, "value": 0.1},
    {"name": "Loss", **ALL_FIELDS, "value": -12_345.678},
    {"name": "In a unit", **ALL_FIELDS, "business_unit_id": BUSINESS_UNITS[0]["id"].upper()},
    {"name": "In a far unit", **ALL_FIELDS, "business_unit_id": BUSINESS_UNITS[2]["id"]},
    {
        "name": "In a lost unit",
        **ALL_FIELDS,
        "business_unit_id": "c17e6837-96cd-4839-868e-051a2ad6ffff",
    },
    {"name": "class", **ALL_FIELDS},
    {"name": "2nd Avenue", **ALL_FIELDS},
    {"name": "Services", **ALL_FIELDS, "service_types": "doc_manager,pm,insight,admin"},
)

COMPANIES: Final[tuple[Mapping[str, Any], ...]] = (
    {"name": "Halvorsen Construction", "trade": "General Contractor"},
    {"name": 'Ærø & Sons, "Electric"', "trade": "Electrical", "phone": "+45 \\ 12"},
    {"name": "Halvorsen Construction"},
    {"name": " Blank ", "trade": "  ", "city": "Oslo"},
    {"name": "Tower A", "trade": "Concrete", "description": "x" * 300},
)

USERS: Final[tuple[Mapping[str, Any], ...]] = (
    {"email": "Anna.Halvorsen@example.com", "role": "account_admin", "first_name": "Anna"},
    {"email": "lena@example.com", "default_role": "Architect", "about_me": "a\nb"},
    {"email": "lena@example.org", "status": "inactive"},
    {"email": "o'neil+bim@example.com", "status": "pending", "company_id": None},
    {"email": "nobody@example.com", "status": "not_invited", "company_id": None},
)

ADMIN_ACCESS: Final = {"document_management": "admin", "project_administration": "admin"}

MEMBERS: Final[tuple[Mapping[str, Any], ...]] = (
    {"email": "anna.halvorsen@example.com", "services": ADMIN_ACCESS},
    {
        "email": "lena@example.com",
        "industry_roles": ["Architect", "BIM Manager"],
        "services": {"document_management": "user"},
    },
    {"email": "o'neil+bim@example.com", "services": {"document_management": "user"}},
    {"email": "lena@example.org", "modules": ["cost"]},
)


def format_company_id(number: int) -> str:
    """Return the id of a company by its position."""
    return f"c0000000-96cd-4839-868e-{number:012x}"


def format_user_id(number: int) -> str:
    """Return the id of a user by position."""
    return f"d0000000-96cd-4839-868e-{number:012x}"


def format_project_id(number: int) -> str:
    """Return the id of a project by its position."""
    return f"c17e6837-96cd-4839-868e-{number:012x}"


def build_account(count: int = PROJECT_COUNT) -> dict[str, Any]:
    """Return a seed of an account with this many projects, the unusual ones first."""
    account = {
        "id": ACCOUNT_ID,
        "name": "Halvorsen Construction",
        "business_units": [*BUSINESS_UNITS],
        "companies": [
            {**row, "id": format_company_id(position)} for position, row in enumerate(COMPANIES)
        ],
        "users": [
            {"company_id": format_company_id(position % 2), **row, "id": format_user_id(position)}
            for position, row in enumerate(USERS)
        ],
        "projects": [*_build_projects(count)],
    }
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "accounts": [ACCOUNT_ID]}
    options = {"rate_limit_per_minute": 0, "services_unasked": "insight,admin"}
    return {
        "clients": [client],
        "accounts": [account],
        "options": options,
    }


FOLDERS: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "name": "Project Files",
        "permissions": [{"role": "Architect", "actions": ["VIEW", "COLLABORATE"]}],
        "folders": [{"name": "01 WIP", "folders": [{"name": "Modèles & “co”"}]}],
    },
)


def _build_projects(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        unusual = dict(UNUSUAL_PROJECTS[number]) if number < len(UNUSUAL_PROJECTS) else {}
        created_at = f"2024-01-{1 + number % 28:02}T08:00:00.000Z"
        ordinary = {"name": f"School {number}", **(ALL_FIELDS if number % 3 else {})}
        if number % 10 == 9:
            ordinary["status"] = "archived"
        if number % 5 == 0:
            ordinary["users"] = unusual["users"] = [
                {**row, "company_id": format_company_id(0)} for row in MEMBERS
            ]
        row = unusual if number < len(UNUSUAL_PROJECTS) else ordinary
        folders = {"folders": [*FOLDERS]} if number % 10 == 0 else {}
        yield {**row, **folders, "id": format_project_id(number), "created_at": created_at}
