"""What there is when no seed is given: one client, a US account and an EMEA account."""

from bim360_provider.emulator.seed import Seed, parse_seed

CLIENT_ID = "emulator-client"
CLIENT_SECRET = "emulator-secret"  # noqa: S105 - opens nothing but this emulator
ACCOUNT_ID = "a1d5e9b2-0000-4000-8000-000000000001"
EMEA_ACCOUNT_ID = "a1d5e9b2-0000-4000-8000-000000000002"
BUSINESS_UNIT_ID = "b0000000-0000-4000-8000-000000000001"
EMEA_BUSINESS_UNIT_ID = "b0000000-0000-4000-8000-000000000002"

COMPANY_ID = "c0000000-0000-4000-8000-000000000001"
EMEA_COMPANY_ID = "c0000000-0000-4000-8000-000000000002"
ADMIN_EMAIL = "anna.halvorsen@example.com"
ADMIN_ID = "d0000000-0000-4000-8000-000000000001"
EMEA_ADMIN_ID = "d0000000-0000-4000-8000-000000000002"
ADMIN_UID = "L9EBJKCGCXBB"
"""The same person in both accounts: another ``id`` in each, but one Autodesk ID."""


def default_seed() -> Seed:
    """Return the built-in seed; it has a company and an account admin, and no projects."""
    return parse_seed(
        {
            "clients": [
                {
                    "client_id": CLIENT_ID,
                    "client_secret": CLIENT_SECRET,
                    "accounts": [ACCOUNT_ID, EMEA_ACCOUNT_ID],
                }
            ],
            "accounts": [
                {
                    "id": ACCOUNT_ID,
                    "name": "Halvorsen Construction",
                    "business_units": [{"id": BUSINESS_UNIT_ID, "name": "North America"}],
                    **_people("Halvorsen Construction", COMPANY_ID, ADMIN_ID),
                },
                {
                    "id": EMEA_ACCOUNT_ID,
                    "name": "Halvorsen Europe",
                    "region": "EMEA",
                    "business_units": [{"id": EMEA_BUSINESS_UNIT_ID, "name": "Nordics"}],
                    **_people("Halvorsen Europe", EMEA_COMPANY_ID, EMEA_ADMIN_ID),
                },
            ],
        }
    )


def _people(company: str, company_id: str, admin_id: str) -> dict[str, object]:
    admin = {
        "id": admin_id,
        "email": ADMIN_EMAIL,
        "name": "Anna Halvorsen",
        "first_name": "Anna",
        "last_name": "Halvorsen",
        "role": "account_admin",
        "uid": ADMIN_UID,
        "company_id": company_id,
    }
    owner = {"id": company_id, "name": company, "trade": "General Contractor"}
    return {"companies": [owner], "users": [admin]}
