"""An account as a firm has it after years of work in the web pages: 300 projects, odd ones too."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET

__all__ = ["COUNT", "UNITS", "account", "project_id"]

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


def project_id(number: int) -> str:
    """Return the id of a project by its place."""
    return f"c17e6837-96cd-4839-868e-{number:012x}"


def account(count: int = COUNT) -> dict[str, Any]:
    """Return a seed of an account with so many projects, the odd ones first."""
    projects = [*_projects(count)]
    described = {"id": ACCOUNT_ID, "name": "Halvorsen Construction", "business_units": [*UNITS]}
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "accounts": [ACCOUNT_ID]}
    options = {"rate_limit_per_minute": 0, "services_unasked": "insight,admin"}
    return {
        "clients": [client],
        "accounts": [{**described, "projects": projects}],
        "options": options,
    }


def _projects(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        odd = ODD[number] if number < len(ODD) else {}
        made = f"2024-01-{1 + number % 28:02}T08:00:00.000Z"
        usual = {"name": f"School {number}", **(FULL if number % 3 else {})}
        if number % 10 == 9:
            usual["status"] = "archived"
        yield {**(odd or usual), "id": project_id(number), "created_at": made}
