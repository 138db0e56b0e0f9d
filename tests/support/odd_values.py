"""Unusual names for all entities of an account."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET
from tests.support.legacy_account import (
    ALL_FIELDS,
    format_company_id,
    format_project_id,
    format_user_id,
)

__all__ = ["ODD_NAMES", "build_odd_account", "format_unit_id"]

ODD_NAMES: Final = (
    *("R/D", "/", "//", "a/", "/a", "North/West", "a/b/c", "back\\slash", "C:\\temp", "..", "."),
    *('say "so"', "it's", "'''", '"""', "`id`", "$(id)", "{0}", "{name}", "}{", "[0]", "%s", "#"),
    *("new\nline", "tab\there", "bell\x07", "null\x00", "line\u2028end", "\x7f"),
    *("\u202eevil\u202c", "zero\u200bwidth", "مبنى البلدية", "בניין", "東京タワー", "👩‍👩‍👧", "🏗"),
    *("caf\u00e9", "cafe\u0301", "Straße", "STRASSE", "ﬁre", "Å", "A\u030a", "İstanbul", "I\u0307"),
    *("2nd Avenue", "007", "1e5", "class", "None", "import", "match", "_", "__provider", "self"),
    *("business units", "Bim360Project", "pulumi", "existing", "units", "id", "ids", "*", "= 1+1"),
    *("4dabf18193072939515e22adb298388d", "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "a.b", "a::b"),
    *("tower", "Tower", "TOWER", " tower", "tower ", "to  wer", " ", "N" * 255, "W" * 300),
)


def format_unit_id(number: int) -> str:
    """Return the id of a business unit by its position."""
    return f"b0000000-96cd-4839-868e-{number:012x}"


def build_odd_account(names: Sequence[str] = ODD_NAMES) -> dict[str, Any]:
    """Return a seed in which every entity has one of the names."""
    account = {
        "id": ACCOUNT_ID,
        "name": "Odd",
        "business_units": [*_build_units(names)],
        "companies": [
            {
                "id": format_company_id(position),
                "name": name,
                "trade": name if position % 2 else "Electrical",
            }
            for position, name in enumerate(names)
        ],
        "users": [*_build_users(names)],
        "projects": [*_build_projects(names)],
    }
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "accounts": [ACCOUNT_ID]}
    return {"clients": [client], "accounts": [account], "options": {"rate_limit_per_minute": 0}}


def _build_units(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield each name at the top level and below the previous name."""
    for position, name in enumerate(names):
        yield {"id": format_unit_id(position), "name": name, "description": name}
        child = {"id": format_unit_id(len(names) + position), "name": name}
        yield {**child, "parent_id": format_unit_id(max(position - 1, 0))}


def _build_users(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for position, name in enumerate(names):
        email = f"Person.{position}@Example.COM"
        names_ = {"first_name": name, "last_name": name, "job_title": name} if position % 2 else {}
        yield {
            "id": format_user_id(position),
            "email": email,
            **names_,
            "company_id": format_company_id(position),
        }


def _build_projects(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for position, name in enumerate(names):
        texts = {"name": name, "city": name, "job_number": name[:100]}
        unit = {"business_unit_id": format_unit_id(position)}
        member = {
            "email": f"person.{position}@example.com",
            "company_id": format_company_id(position),
            "services": {"document_management": "user"},
        }
        members = {"users": [member]} if position % 7 == 0 else {}
        yield {
            **(ALL_FIELDS if position % 2 else {}),
            **texts,
            **unit,
            **members,
            "id": format_project_id(position),
        }
