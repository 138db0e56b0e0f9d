"""What there is when no seed is given: one client, a US account and an EMEA account."""

from bim360_provider.emulator.seed import Seed, parse_seed

CLIENT_ID = "emulator-client"
CLIENT_SECRET = "emulator-secret"  # noqa: S105 - opens nothing but this emulator
ACCOUNT_ID = "a1d5e9b2-0000-4000-8000-000000000001"
EMEA_ACCOUNT_ID = "a1d5e9b2-0000-4000-8000-000000000002"
BUSINESS_UNIT_ID = "b0000000-0000-4000-8000-000000000001"
EMEA_BUSINESS_UNIT_ID = "b0000000-0000-4000-8000-000000000002"


def default_seed() -> Seed:
    """Return the built-in seed; it has no projects."""
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
                },
                {
                    "id": EMEA_ACCOUNT_ID,
                    "name": "Halvorsen Europe",
                    "region": "EMEA",
                    "business_units": [{"id": EMEA_BUSINESS_UNIT_ID, "name": "Nordics"}],
                },
            ],
        }
    )
