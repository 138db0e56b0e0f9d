"""The emulated HQ of a soak: it kills processes in the middle of a request."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.emulator import (
    ACCOUNT_ID,
    CLIENT_ID,
    Delivery,
    Emulator,
    IncomingRequest,
    Reply,
    parse_seed,
)
from tests.soak.stack import ACTING_USER

TEMPLATE_ID: Final = "7e000000-0000-4000-8000-000000000001"
"""A project that existed before: new ones copy its settings, none may change it."""

FOREIGN_PROJECTS: Final = (
    {"id": TEMPLATE_ID, "name": "The Template", "service_types": "field,doc_manager"},
    {"name": "Foreign Tower", "status": "active", "city": "Oslo"},
    {"name": "Old Foreign Tower", "status": "archived"},
)


@dataclass
class KillPoint:
    """A kill that is planned for one request of a run.

    Attributes:
        write_number: The number of the writing request, counted from 1.
        moment: ``lost``: before HQ receives it; ``acting``: while HQ acts on it; ``received``:
            when the response is under way.
        lag: Seconds after that moment.
        kill: Kills the processes.
    """

    write_number: int
    moment: str
    lag: float
    kill: Callable[[], None]


UNIT_ID: Final = "0c000000-0000-4000-8000-000000000001"

FOREIGN_ENTITIES: Final = {
    "companies": [{"name": "Foreign Company", "trade": "Owner"}],
    "users": [{"email": ACTING_USER, "role": "account_admin", "uid": "ACTINGACTING"}],
    "business_units": [{"id": UNIT_ID, "name": "Foreign Unit", "description": "theirs"}],
}
"""Other objects that existed before; the stack may not change them."""

REMOVAL_OPTIONS: Final = {"remove_project_users": "allow"}
"""HQ supports removing people from a project, so that this can fail too."""


class KillingEmulator(Emulator):
    """An emulator with a random secret, projects of other people, and a kill point."""

    def __init__(self) -> None:
        self.secret = secrets.token_urlsafe(24)
        client = {"client_id": CLIENT_ID, "client_secret": self.secret, "accounts": [ACCOUNT_ID]}
        account = {
            "id": ACCOUNT_ID,
            "name": "Soaked",
            "projects": list(FOREIGN_PROJECTS),
            **FOREIGN_ENTITIES,
        }
        super().__init__(parse_seed({"clients": [client], "accounts": [account]}))
        self.call_control_plane("PATCH", "/options", REMOVAL_OPTIONS)
        self.revocation_count = 0
        self._kill_point: KillPoint | None = None
        self._timer: threading.Timer | None = None
        self._revoke_at = 0
        self._requests = 0
        self._writes = 0

    def prepare_run(self, kill_point: KillPoint | None, revoke_at: int) -> None:
        """Prepare for a run: a kill point, and the request that revokes all tokens (0: never)."""
        if self._timer is not None:
            # A kill that is still to come belongs to the run that has ended.
            self._timer.cancel()
            self._timer.join()
            self._timer = None
        self._kill_point, self._revoke_at = kill_point, revoke_at
        self._requests = self._writes = 0

    def handle(self, request: IncomingRequest) -> Reply:
        """Respond, unless the kill point is reached first."""
        if request.path.startswith("/_emulator"):
            return super().handle(request)
        self._count_request(request)
        kill_point = self._kill_point
        if kill_point is None or self._writes < kill_point.write_number:
            return super().handle(request)
        self._kill_point = None
        if kill_point.moment == "lost":
            kill_point.kill()
            return Reply(200, {}, b"", Delivery(drop=True))
        reply = super().handle(request)
        if kill_point.moment == "acting":
            kill_point.kill()
        else:
            self._timer = threading.Timer(kill_point.lag, kill_point.kill)
            self._timer.start()
        return reply

    def get_account(self) -> dict[str, Any]:
        """Return the whole account."""
        (account,) = self.call_control_plane("GET", "/state")["accounts"]
        return dict(account)

    def list_projects(self) -> list[dict[str, Any]]:
        """Return all projects of the account, including archived ones."""
        return list(self.get_account()["projects"])

    def _count_request(self, request: IncomingRequest) -> None:
        self._requests += 1
        if self._requests == self._revoke_at:
            self.call_control_plane("DELETE", "/tokens")
            self.revocation_count += 1
        self._writes += "/authentication/" not in request.path and request.method != "GET"
