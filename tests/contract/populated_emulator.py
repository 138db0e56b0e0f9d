"""An emulator with one entity of each kind."""

import json
from collections.abc import Mapping

from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    ADMIN_ID,
    ADMIN_UID,
    COMPANY_ID,
    Emulator,
    IncomingRequest,
    Reply,
)
from tests.support.emulator import DATA_SCOPES, WRITE_FORM, get_bearer

PROJECT_ID = "f0000000-0000-4000-8000-000000000001"
USER_ID = "f0000000-0000-4000-8000-000000000002"

EMULATOR_OPTIONS = {
    "rate_limit_per_minute": 0,
    "admin_rate_limit_per_minute": 0,
    "folder_read_rate_limit_per_minute": 0,
    "folder_write_rate_limit_per_minute": 0,
}


class PopulatedEmulator:
    """An emulator whose account has a project, a second user and a member."""

    def __init__(self) -> None:
        self.emulator = Emulator(options=EMULATOR_OPTIONS)
        self.emulator.clock.freeze()
        self._bearer = get_bearer(self.emulator, f"{WRITE_FORM}+{DATA_SCOPES}")
        self.populate()

    def populate(self) -> None:
        """Reset to the seed, and add the project and the users."""
        self.emulator.call_control_plane("POST", "/reset")
        state = self.emulator.call_control_plane("GET", "/state")
        account = state["accounts"][0]
        account["users"].append({"id": USER_ID, "email": "bo@example.com", "status": "pending"})
        member = {
            "email": ADMIN_EMAIL,
            "company_id": COMPANY_ID,
            "industry_roles": ["BIM Manager"],
            "services": {"project_administration": "admin"},
            "modules": ["cost"],
        }
        account["projects"] = [{"id": PROJECT_ID, "name": "Tower", "users": [member]}]
        self.emulator.call_control_plane("PUT", "/state", state)

    def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send JSON or raw bytes on behalf of the admin."""
        sent = {"authorization": self._bearer, "user-id": ADMIN_ID, "x-user-id": ADMIN_UID}
        if body is not None:
            sent["content-type"] = "application/json"
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        path, _, query = path.partition("?")
        sent |= headers or {}
        return self.emulator.handle(
            IncomingRequest(method, path, query, sent, b"" if body is None else content)
        )

    def close(self) -> None:
        """Close the emulator."""
        self.emulator.close()


ACCOUNT_PATH = f"/hq/v1/accounts/{ACCOUNT_ID}"
