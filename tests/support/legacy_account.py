"""An account as a firm has it after years of work in the web pages: 300 projects, odd ones too."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET

__all__ = ["COUNT", "ODD", "UNITS", "account", "company_id", "project_id", "user_id"]

COUNT: Final = 300

UNITS: Final = (
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

FULL: Final[Mapping[str, Any]] = {
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

ODD: Final[tuple[Mapping[str, Any], ...]] = (
    {"name": "Tower A"},
    {"name": "tower a", "project_type": "Office"},
    {"name": "Tower  A", **FULL},
    {"name": 'Tower/A, phase "2" <north>', **FULL},
    {"name": " Tower A ", **FULL},
    {"name": "Øresund Cycle Bridge", **FULL, "currency": "DKK"},
    {"name": "東京タワー", **FULL, "city": "東京" * 40},
    {"name": "🏗", "value": 0},
    {"name": "\u202eevil\u202c", **FULL},
    {"name": '""" + __import__("os").system("touch pwned") + """'},
    {"name": "x\ny", "job_number": "a \"quoted\" \\ and 'single' one"},
    {"name": "N" * 255, **FULL},
    {"name": "Backwards", **FULL, "start_date": "2026-09-30", "end_date": "2024-03-01"},
    {"name": "Blank", **FULL, "city": "   ", "job_number": "\t"},
    {"name": "Old lists", **FULL, "currency": "XTS", "timezone": "Mars/Olympus"},
    {"name": "Suspended", **FULL, "status": "inactive"},
    {"name": "Handed over", **FULL, "status": "archived"},
    {"name": "tower A", **FULL, "status": "archived"},
    {"name": "Waiting", **FULL, "status": "pending"},
    {"name": "Big", **FULL, "value": 1e22},
    {"name": "Small", **FULL, "value": 0.1},
    {"name": "Loss", **FULL, "value": -12_345.678},
    {"name": "In a unit", **FULL, "business_unit_id": UNITS[0]["id"].upper()},
    {"name": "In a far unit", **FULL, "business_unit_id": UNITS[2]["id"]},
    {"name": "In a lost unit", **FULL, "business_unit_id": "c17e6837-96cd-4839-868e-051a2ad6ffff"},
    {"name": "class", **FULL},
    {"name": "2nd Avenue", **FULL},
    {"name": "Services", **FULL, "service_types": "doc_manager,pm,insight,admin"},
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

ACCESS: Final = {"document_management": "admin", "project_administration": "admin"}

MEMBERS: Final[tuple[Mapping[str, Any], ...]] = (
    {"email": "anna.halvorsen@example.com", "services": ACCESS},
    {
        "email": "lena@example.com",
        "industry_roles": ["Architect", "BIM Manager"],
        "services": {"document_management": "user"},
    },
    {"email": "o'neil+bim@example.com", "services": {"document_management": "user"}},
    {"email": "lena@example.org", "modules": ["cost"]},
)


def company_id(number: int) -> str:
    """Return the id of a company by its place."""
    return f"c0000000-96cd-4839-868e-{number:012x}"


def user_id(number: int) -> str:
    """Return the id of a user by their place."""
    return f"d0000000-96cd-4839-868e-{number:012x}"


def project_id(number: int) -> str:
    """Return the id of a project by its place."""
    return f"c17e6837-96cd-4839-868e-{number:012x}"


def account(count: int = COUNT) -> dict[str, Any]:
    """Return a seed of an account with so many projects, the odd ones first."""
    described = {
        "id": ACCOUNT_ID,
        "name": "Halvorsen Construction",
        "business_units": [*UNITS],
        "companies": [{**row, "id": company_id(place)} for place, row in enumerate(COMPANIES)],
        "users": [
            {"company_id": company_id(place % 2), **row, "id": user_id(place)}
            for place, row in enumerate(USERS)
        ],
        "projects": [*_projects(count)],
    }
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "accounts": [ACCOUNT_ID]}
    options = {"rate_limit_per_minute": 0, "services_unasked": "insight,admin"}
    return {
        "clients": [client],
        "accounts": [described],
        "options": options,
    }


def _projects(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        odd = dict(ODD[number]) if number < len(ODD) else {}
        made = f"2024-01-{1 + number % 28:02}T08:00:00.000Z"
        usual = {"name": f"School {number}", **(FULL if number % 3 else {})}
        if number % 10 == 9:
            usual["status"] = "archived"
        if number % 5 == 0:
            usual["users"] = odd["users"] = [
                {**row, "company_id": company_id(0)} for row in MEMBERS
            ]
        row = odd if number < len(ODD) else usual
        yield {**row, "id": project_id(number), "created_at": made}
