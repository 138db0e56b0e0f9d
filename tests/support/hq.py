"""The emulator with faults, a fake clock and clients, for tests of the provider."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import SecretStr

from bim360_provider.core.run import ArchiveLimit, Ownership, Run
from bim360_provider.core.settings import Settings
from bim360_provider.emulator import (
    ACCOUNT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    Delivery,
    Emulator,
    IncomingRequest,
    Reply,
)
from bim360_provider.emulator.clock import format_http_date
from bim360_provider.hq import Connection, HqClient

PROJECT_INPUTS: Mapping[str, Any] = {
    "name": "Tower A",
    "start_date": "2027-01-02",
    "end_date": "2028-06-30",
    "project_type": "Office",
    "value": 3000.0,
    "currency": "USD",
    "account_id": ACCOUNT_ID,
    "region": "US",
}
"""The required arguments, as check returns them."""

PROJECT_BODY: Mapping[str, Any] = {
    k: v for k, v in PROJECT_INPUTS.items() if k not in ("account_id", "region")
}
"""The same as the body of a POST."""

ROUTE_LABELS = {
    r"/authentication/v2/token": "token",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/projects": "{method} projects",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/projects/[^/]+": "{method} project",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/jobs/[^/]+": "{method} job",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/projects/[^/]+/image": "{method} image",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/business_units_structure": "{method} business units",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/companies": "{method} companies",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/companies/search": "search companies",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/companies/[^/]+": "{method} company",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/users": "{method} users",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/users/search": "search users",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/users/[^/]+": "{method} user",
    r"/hq/v1/(regions/eu/)?accounts/[^/]+/projects/[^/]+/users": "{method} admin",
    r"/hq/v2/(regions/eu/)?accounts/[^/]+/projects/[^/]+/users/import": "{method} import",
    r"/hq/v2/(regions/eu/)?accounts/[^/]+/projects/[^/]+/users/[^/]+": "{method} member",
    r"/hq/v2/(regions/eu/)?accounts/[^/]+/projects/[^/]+/industry_roles": "{method} roles",
    r"/bim360/admin/v1/projects/[^/]+/users/[^/]+": "{method} services",
    r"/construction/admin/v1/projects/[^/]+/users": "{method} members",
    r"/construction/admin/v1/projects/[^/]+/users/[^/]+": "{method} member",
    r"/construction/admin/v1/projects/[^/]+": "{method} project of any platform",
    r"/construction/admin/v1/accounts/[^/]+/projects": "{method} projects of any platform",
    r"/project/v1/hubs/[^/]+/projects/[^/]+": "{method} platform",
    r"/project/v1/hubs/[^/]+/projects/[^/]+/topFolders": "{method} top folders",
    r"/data/v1/projects/[^/]+/folders": "{method} folders",
    r"/data/v1/projects/[^/]+/folders/[^/]+": "{method} folder",
    r"/data/v1/projects/[^/]+/folders/[^/]+/contents": "{method} contents",
    r"/bim360/docs/v1/projects/[^/]+/folders/[^/]+/permissions": "{method} permissions",
    r"/bim360/docs/v1/projects/[^/]+/folders/[^/]+/permissions:batch-create": "grant",
    r"/bim360/docs/v1/projects/[^/]+/folders/[^/]+/permissions:batch-update": "change grants",
    r"/bim360/docs/v1/projects/[^/]+/folders/[^/]+/permissions:batch-delete": "revoke",
}


def route_label(method: str, path: str) -> str:
    """Return a short label of a request: ``POST projects``, ``PATCH project``, ``token``."""
    for pattern, label in ROUTE_LABELS.items():
        if re.fullmatch(pattern, path):
            return label.format(method=method)
    return f"{method} {path}"


class FakeClock:
    """A clock whose sleeps take no time; ``follow`` is called with the seconds of each sleep."""

    def __init__(self, follow: Callable[[float], object] = lambda _seconds: None) -> None:
        self.on_sleep = follow
        self._now = 1000.0
        self._lock = threading.Lock()
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        """Return the start time plus the sum of all sleeps."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Advance the clock and record the sleep."""
        with self._lock:
            self._now += seconds
            self.sleeps.append(seconds)
        self.on_sleep(seconds)

    def jitter(self) -> float:
        """Return the factor for waits: no jitter."""
        return 1.0


@dataclass
class Fault:
    """A fault: a response that replaces HQ's own.

    Attributes:
        route: Label of the requests, such as ``POST projects``.
        reply: The response.
        acts_on_request: Whether HQ processes the request nevertheless.
        times: Number of requests that get the fault.
        skip: Number of requests before the first fault.
        on_response: Called before the response is returned.
    """

    route: str
    reply: Reply
    acts_on_request: bool = False
    times: int = 1
    skip: int = 0
    on_response: Callable[[], object] = lambda: None


def build_reply(status: int, body: object = None, **headers: str) -> Reply:
    """Return a response; bytes are sent unchanged, other bodies as JSON."""
    all_headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, bytes):
        return Reply(status, {"content-type": "text/html", **all_headers}, body)
    return Reply.from_content(status, {} if body is None else body, all_headers)


DROPS_CONNECTION = Reply(200, {}, b"", Delivery(drop=True))
PROJECT_NOT_FOUND = build_reply(404, {"code": 1004, "message": "this project doesn't exist."})
ACCOUNT_NOT_FOUND = build_reply(404, {"code": 1004, "message": "this account doesn't exist."})


class FaultyEmulator(Emulator):
    """An emulator that applies faults and records the label of every request."""

    def __init__(self, **options: Any) -> None:
        super().__init__(options={"rate_limit_per_minute": 0, **options})
        self.faults: list[Fault] = []
        self.request_log: list[str] = []
        self.requests: list[IncomingRequest] = []

    def handle(self, request: IncomingRequest) -> Reply:
        """Respond, or apply the first fault for such a request."""
        if request.path.startswith("/_emulator"):
            return super().handle(request)
        route = route_label(request.method, request.path)
        self.request_log.append(route)
        self.requests.append(request)
        fault = self._take_fault(route)
        if fault is None:
            return super().handle(request)
        if fault.acts_on_request:
            super().handle(request)
        fault.on_response()
        now = format_http_date(self.clock.now())
        return replace(fault.reply, headers={**fault.reply.headers, "date": now})

    def _take_fault(self, route: str) -> Fault | None:
        for fault in self.faults:
            if fault.route == route and fault.times > 0:
                fault.skip -= 1
                fault.times -= fault.skip < 0
                return fault if fault.skip < 0 else None
        return None


@dataclass
class HqFixture:
    """A running emulator, the shared clock, and the messages to users."""

    url: str
    emulator: FaultyEmulator
    clock: FakeClock
    notifications: list[tuple[str, bool]] = field(default_factory=list)
    clients: list[HqClient] = field(default_factory=list)

    def build_connection(self, **changes: Any) -> Connection:
        """Return a connection to the account of the built-in seed."""
        defaults = {"client_id": CLIENT_ID, "account_id": ACCOUNT_ID, "base_url": self.url}
        secret = changes.pop("client_secret", CLIENT_SECRET)
        return Connection(**{**defaults, "client_secret": SecretStr(secret), **changes})

    def create_client(self, **changes: Any) -> HqClient:
        """Return a client with its own token."""
        client = HqClient(
            self.build_connection(**changes),
            clock=self.clock,
            notify=lambda message, warning: self.notifications.append((message, warning)),
        )
        self.clients.append(client)
        return client

    def create_project(self, **changes: Any) -> dict[str, Any]:
        """Create a project at HQ and return it, without recording the requests."""
        recorded = list(self.emulator.request_log), list(self.emulator.requests)
        inner = {k: changes.pop(k) for k in list(changes) if k in HQ_SET_FIELDS}
        project = self.create_client().projects.create({**PROJECT_BODY, **changes})
        row: Any = self.emulator.call_control_plane(
            "PATCH", f"/projects/{project.id}", {**SEEDED_FIELDS, **inner}
        )
        self.emulator.request_log, self.emulator.requests = recorded
        return dict(row)

    def list_project_names(self) -> list[str]:
        """Return the names of all projects at HQ."""
        state: Any = self.emulator.call_control_plane("GET", "/state")
        return [project["name"] for each in state["accounts"] for project in each["projects"]]

    def list_warnings(self) -> list[str]:
        """Return the warnings to users."""
        return [message for message, warning in self.notifications if warning]


SEEDED_FIELDS = {"status": "active", "created_at": "2026-01-02T03:04:05.678Z"}
HQ_SET_FIELDS = ("status", "created_at", "last_sign_in", "updated_at")


def build_settings(**changes: str) -> Settings:
    """Return settings, by default those of a stack that configures only an account."""
    config = {"bim360:accountId": ACCOUNT_ID, **{f"bim360:{k}": v for k, v in changes.items()}}
    return Settings.resolve(config, {})


def build_run(
    client: HqClient,
    settings: Settings | None = None,
    *,
    ownership: Ownership | None = None,
    archive_limit: ArchiveLimit | None = None,
) -> Run:
    """Return a new engine run of a client, by default without an archive limit."""
    return Run(
        client,
        settings or build_settings(),
        ownership or Ownership(),
        archive_limit or ArchiveLimit(),
    )
