"""Take the pictures of the emulator's page, whose freshness is checked by a hash of its HTML."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Final

from selenium.webdriver import Chrome

from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    BUSINESS_UNIT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    COMPANY_ID,
    EMEA_ACCOUNT_ID,
    Emulator,
    IncomingRequest,
    serve,
)
from bim360_provider.emulator.page.page import EmulatorPage
from tests.support.chromium import start_chromium

WIDTH: Final = 1200
"""CSS pixels; the picture is as high as the page."""

MOMENT: Final = "2027-02-01T09:30:00Z"

TOWER_ID: Final = "00000000-0000-4000-8000-000000000001"

PAGES: Final = {"page": "/", "project_page": f"/projects/{TOWER_ID}?done=edit"}
"""The paths of the pages by the names of their pictures."""

TOWER: Final[dict[str, Any]] = {
    "id": TOWER_ID,
    "name": "Harbor Point Tower (phase 1)",
    "start_date": "2027-03-01",
    "end_date": "2029-12-15",
    "project_type": "Office",
    "value": 184_500_000,
    "currency": "USD",
    "job_number": "HC-1042",
    "city": "Seattle",
    "state_or_province": "Washington",
    "country": "United States",
    "business_unit_id": BUSINESS_UNIT_ID,
    "service_types": "doc_manager,pm,cost",
    "users": [
        {
            "email": ADMIN_EMAIL,
            "company_id": COMPANY_ID,
            "industry_roles": ["Project Manager"],
            "services": {"document_management": "admin", "project_administration": "admin"},
        },
        {
            "email": "bo.lind@example.com",
            "company_id": COMPANY_ID,
            "industry_roles": ["Architect"],
            "services": {"document_management": "user"},
        },
    ],
}

PROJECTS: Final[tuple[dict[str, Any], ...]] = (
    TOWER,
    {
        **{name: TOWER[name] for name in ("project_type", "currency", "users")},
        "name": "Mercy Hospital - East Wing",
        "start_date": "2027-05-15",
        "end_date": "2028-12-18",
        "project_type": "Hospital",
        "value": 62_000_000,
    },
    {
        "name": "Eastside Light Rail Tunnel",
        "status": "pending",
        "start_date": "2027-01-11",
        "end_date": "2031-06-30",
        "project_type": "Tunnel",
        "value": 410_250_000.5,
        "currency": "USD",
    },
    {
        "name": "Riverside Parking Garage",
        "status": "archived",
        "start_date": "2025-02-01",
        "end_date": "2026-11-30",
        "project_type": "Parking Structure / Garage",
        "value": 9_800_000,
        "currency": "USD",
    },
)

EMEA_PROJECT: Final = {
    "name": "Fjordbyen Data Center",
    "start_date": "2027-04-01",
    "end_date": "2029-03-31",
    "project_type": "Data Center",
    "value": 96_000_000,
    "currency": "EUR",
}

REQUESTS: Final = (
    ("GET", ACCOUNT_ID, "projects", None),
    ("POST", EMEA_ACCOUNT_ID, "projects", EMEA_PROJECT),
    ("POST", EMEA_ACCOUNT_ID, "projects", EMEA_PROJECT),
    ("PATCH", ACCOUNT_ID, f"projects/{TOWER_ID}", {"end_date": "2029-12-15"}),
)
"""What the journal shows: the third is refused, because the name is in use."""


def hash_pages() -> dict[str, str]:
    """Return the SHA-256 of the HTML of each page by the name of its picture."""
    with _prepare_emulator() as emulator:
        page = EmulatorPage(emulator, token="the same each time")
        return {name: _hash_page(page, path) for name, path in PAGES.items()}


def take_pictures() -> dict[str, bytes]:
    """Return the PNG of each page by name."""
    with _prepare_emulator() as emulator, serve(emulator) as hq, start_chromium() as browser:
        return {name: _take_picture(browser, f"{hq.url}{path}") for name, path in PAGES.items()}


def _take_picture(browser: Chrome, url: str) -> bytes:
    window = {"width": WIDTH, "height": 0, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
    browser.get(url)
    height = browser.find_element("css selector", "html").rect["height"]
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
    whole = {"clip": clip, "captureBeyondViewport": True}
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", whole)
    return base64.b64decode(taken["data"])


def _hash_page(page: EmulatorPage, path: str) -> str:
    path, _, query = path.partition("?")
    reply = page.handle(IncomingRequest("GET", path, query, {"host": "localhost"}))
    return sha256(reply.body if reply else b"").hexdigest()


@contextmanager
def _prepare_emulator() -> Iterator[Emulator]:
    """Yield an emulator with the projects of the pictures and a stopped clock."""
    emulator = Emulator()
    emulator.call_control_plane("POST", "/clock", {"set": MOMENT, "freeze": True})
    state = emulator.call_control_plane("GET", "/state")
    people = state["accounts"][0]["users"]
    people.append({"email": "bo.lind@example.com", "name": "Bo Lind", "company_id": COMPANY_ID})
    state["accounts"][0]["projects"] = PROJECTS
    emulator.call_control_plane("PUT", "/state", state)
    token = _issue_token(emulator)
    for method, account, path, body in REQUESTS:
        _send_request(emulator, token, method, f"/hq/v1/accounts/{account}/{path}", body)
    yield emulator
    emulator.close()


def _send_request(
    emulator: Emulator, token: str, method: str, path: str, body: Mapping[str, object] | None
) -> None:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    region = {"region": "EMEA"} if EMEA_ACCOUNT_ID in path else {}
    sent = b"" if body is None else json.dumps(body).encode()
    emulator.handle(IncomingRequest(method, path, "", {**headers, **region}, sent))


def _issue_token(emulator: Emulator) -> str:
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    headers = {
        "authorization": f"Basic {basic}",
        "content-type": "application/x-www-form-urlencoded",
    }
    body = b"grant_type=client_credentials&scope=account%3Aread+account%3Awrite"
    reply = emulator.handle(IncomingRequest("POST", "/authentication/v2/token", "", headers, body))
    return str(reply.parse_content()["access_token"])
