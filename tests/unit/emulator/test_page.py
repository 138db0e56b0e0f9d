"""The page of the emulator without a browser: what it shows, changes and refuses."""

import base64
import re
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    BUSINESS_UNIT_ID,
    CLIENT_SECRET,
    COMPANY_ID,
    Emulator,
    IncomingRequest,
    Reply,
)
from bim360_provider.emulator.page.data import OVERVIEW_PROJECT_LIMIT
from bim360_provider.emulator.page.page import EmulatorPage
from bim360_provider.emulator.page.rendering import TEMPLATE_FOLDER

HOST = "127.0.0.1:3600"

TOKEN = "the-token-of-the-forms"

Call = Callable[..., Reply]
Project = dict[str, Any]


class PageClient:
    """Sends the requests of a browser to the page of an emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self._page = EmulatorPage(emulator, TOKEN)

    def request(self, method: str, path: str, form: bytes = b"", **headers: str) -> Reply | None:
        """Send a request and return its response, None if the path is not one of the page."""
        path, _, query = path.partition("?")
        sent = {"host": HOST, **{name.replace("_", "-"): text for name, text in headers.items()}}
        return self._page.handle(IncomingRequest(method, path, query, sent, form))

    def read(self, path: str) -> str:
        """Return a page that exists."""
        reply = self.request("GET", path)
        assert reply is not None
        assert reply.status == 200
        return reply.body.decode()

    def submit(self, project: Project, action: str, **inputs: str) -> Reply:
        """Submit a form of a project's page and return the response."""
        form = urlencode({"token": TOKEN, **inputs}).encode()
        origin = {"origin": f"http://{HOST}", "sec_fetch_site": "same-origin"}
        reply = self.request("POST", f"/projects/{project['id']}/{action}", form, **origin)
        assert reply is not None
        return reply

    def add(self, *projects: Project, **more: Any) -> list[Project]:
        """Add projects, users or other parts to the first account and return its projects."""
        state = self.emulator.call_control_plane("GET", "/state")
        for name, rows in {"projects": projects, **more}.items():
            state["accounts"][0][name] += rows
        self.emulator.call_control_plane("PUT", "/state", state)
        return self.list_projects()

    def list_projects(self) -> list[Project]:
        """Return the projects of the first account."""
        state = self.emulator.call_control_plane("GET", "/state")
        projects: list[Project] = state["accounts"][0]["projects"]
        return projects


@pytest.fixture
def page(emulator: Emulator) -> PageClient:
    """Return a client of the page."""
    return PageClient(emulator)


def read_text(html: str) -> str:
    """Return the text of a page, in one line."""
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(text).split())


def test_the_first_page_shows_accounts_counts_and_projects(page: PageClient) -> None:
    tower = {"name": "Tower", "start_date": "2030-01-01", "end_date": "2031-01-01"}
    page.add(
        {**tower, "value": 184_500_000, "currency": "USD"}, {"name": "Old", "status": "archived"}
    )

    text = read_text(page.read("/"))

    assert "Halvorsen Construction US 2 projects 1 active 1 archived 1 user 1 company" in text
    assert "Tower active 2030-01-01 2031-01-01 - 184,500,000 USD 0" in text
    assert "Halvorsen Europe EMEA 0 projects 1 user" in text
    assert "No projects yet." in text


def test_a_project_shows_its_folders_with_levels(page: PageClient) -> None:
    permissions = [
        {"role": "Architect", "actions": ["VIEW", "COLLABORATE"]},
        {"email": ADMIN_EMAIL, "actions": ["VIEW"]},
    ]
    wip = {"name": "01 <WIP>", "permissions": permissions, "folders": [{"name": "Old"}]}
    top = {"name": "Project Files", "folders": [wip, {"name": "02", "hidden": True}]}
    (project,) = page.add({"name": "Tower", "folders": [top], "platform": "acc"})

    text = read_text(page.read(f"/projects/{project['id']}"))

    assert "Tower active ACC" in text
    rows = "Project Files 01 <WIP> Architect : view only Anna Halvorsen : VIEW Old 02 hidden"
    assert f"Folders Folder Permissions {rows} Direct" in text


def test_the_section_of_folders_is_hidden_before_their_first_use(page: PageClient) -> None:
    (project,) = page.add({"name": "Tower"})

    html = page.read(f"/projects/{project['id']}")

    assert '<section id="folders" data-live hidden>' in html


def test_the_first_page_links_to_all_projects_of_a_large_account(page: PageClient) -> None:
    page.add(*({"name": f"Tower {number}"} for number in range(OVERVIEW_PROJECT_LIMIT + 1)))

    html = page.read("/")

    assert html.count('<a href="/projects/') == OVERVIEW_PROJECT_LIMIT
    assert f"All {OVERVIEW_PROJECT_LIMIT + 1} projects" in html
    assert page.read(f"/accounts/{ACCOUNT_ID}").count('<a href="/projects/') == 21


def test_an_accounts_page_shows_its_users_companies_and_business_units(page: PageClient) -> None:
    page.add(
        users=[{"email": "bob@example.com", "status": "pending"}],
        companies=[{"name": "Cable & Sons", "trade": "Electrical"}],
        business_units=[{"id": "unit", "name": "West", "parent_id": BUSINESS_UNIT_ID}],
    )

    text = read_text(page.read(f"/accounts/{ACCOUNT_ID}"))

    assert "- bob@example.com Account user pending -" in text
    assert "Cable & Sons Electrical" in text
    assert "North America / West" in text


def test_a_search_finds_projects_by_a_part_of_the_name_in_any_case(page: PageClient) -> None:
    page.add({"name": "Harbor TÅRN"}, {"name": "Depot"})

    found = page.read(f"/accounts/{ACCOUNT_ID}?name=t%C3%A5rn")

    assert "Harbor TÅRN" in found
    assert "Depot" not in found
    assert "No project has this name." in page.read(f"/accounts/{ACCOUNT_ID}?name=%25")


def test_a_projects_page_shows_fields_and_members(page: PageClient) -> None:
    member = {
        "email": ADMIN_EMAIL,
        "company_id": COMPANY_ID,
        "industry_roles": ["Architect"],
        "services": {"document_management": "user"},
        "modules": ["cost"],
    }
    tower = {"name": "Tower", "city": "Seattle", "business_unit_id": BUSINESS_UNIT_ID}
    (project,) = page.add({**tower, "users": [member]})

    text = read_text(page.read(f"/projects/{project['id']}"))

    assert "City Seattle" in text
    assert "Business unit North America" in text
    assert f"Anna Halvorsen {ADMIN_EMAIL} Halvorsen Construction Architect" in text
    assert "Document management: user cost" in text


def test_the_journal_shows_requests_with_masked_secrets_but_not_those_of_the_page(
    page: PageClient, send_request: Call, project_body: Project
) -> None:
    send_request("POST", "projects", project_body)
    page.emulator.call_control_plane("POST", "/faults", {"then": {"drop": "before"}})
    send_request("GET", "users", query="limit=1")

    text = read_text(page.read("/journal"))

    assert "The last 3 requests" in text
    assert f"GET /hq/v1/accounts/{ACCOUNT_ID}/users?limit=1 no response fault 1" in text
    assert f'POST /hq/v1/accounts/{ACCOUNT_ID}/projects 201 {{"name": "Tower A' in text
    assert CLIENT_SECRET not in text


def test_a_new_emulator_has_empty_pages(page: PageClient) -> None:
    page.emulator.call_control_plane("POST", "/seed", {})

    assert "No accounts." in page.read("/")
    assert "No requests yet." in page.read("/journal")


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"name": "Spire"}, {"name": "Spire"}),
        ({"name": " Spire "}, {"name": "Spire"}),
        ({"start_date": "2029-05-01"}, {"start_date": "2029-05-01"}),
        ({"end_date": ""}, {"end_date": None}),
    ],
)
def test_an_edit_changes_the_given_fields(
    page: PageClient, inputs: dict[str, str], expected: Project
) -> None:
    tower = {"name": "Tower", "start_date": "2030-01-01", "end_date": "2031-01-01"}
    (project,) = page.add(tower)

    reply = page.submit(project, "edit", **{**tower, **inputs})

    assert (reply.status, reply.headers["location"]) == (
        303,
        f"/projects/{project['id']}?done=edit",
    )
    (changed,) = page.list_projects()
    assert {name: changed[name] for name in tower} == {**tower, **expected}


def test_an_edit_without_a_difference_changes_nothing(page: PageClient) -> None:
    (project,) = page.add({"name": "Tower", "updated_at": "2026-01-01T00:00:00Z"})

    reply = page.submit(project, "edit", name="Tower")

    assert reply.headers["location"].endswith("?done=unchanged")
    assert page.list_projects() == [project]


@pytest.mark.parametrize(
    ("action", "inputs", "message"),
    [
        ("edit", {"name": ""}, "enter a name"),
        ("edit", {"name": "Depot"}, "name: 'Depot' is in use in the account"),
        ("edit", {"name": "Tower", "start_date": "soon"}, "a date is written as 2027-03-01"),
        (
            "edit",
            {"name": "Tower", "start_date": "2031-01-01", "end_date": "2030-01-01"},
            "the start date 2031-01-01 must be before the end date 2030-01-01",
        ),
        ("add-member", {"email": "eve@example.com", "access": "admin"}, "no user eve@example.com"),
        ("add-member", {"email": ADMIN_EMAIL, "access": "god"}, "select an access level"),
        ("remove-member", {"user_id": "x/../y"}, "no user "),
        ("remove-member", {}, "no user "),
    ],
)
def test_a_wrong_value_is_reported_and_changes_nothing(
    page: PageClient, action: str, inputs: dict[str, str], message: str
) -> None:
    before = page.add({"name": "Tower"}, {"name": "Depot"})

    reply = page.submit(before[0], action, **inputs)

    assert reply.status == 400
    assert message in read_text(reply.body.decode())
    assert page.list_projects() == before


def test_an_archived_project_can_only_be_reactivated(page: PageClient) -> None:
    """HQ refuses other changes too, and the page has no form for them."""
    (project,) = page.add({"name": "Tower"})
    page.submit(project, "archive")

    refused = page.submit(project, "edit", name="Spire")
    html = page.read(f"/projects/{project['id']}")
    page.submit(project, "reactivate")

    assert refused.status == 400
    assert re.findall(r'action="[^"]*/([a-z-]+)"', html) == ["reactivate"]
    assert [(each["name"], each["status"]) for each in page.list_projects()] == [
        ("Tower", "active")
    ]


def test_the_first_admin_activates_a_pending_project(page: PageClient) -> None:
    (project,) = page.add({"name": "Tower", "status": "pending", "service_types": "doc_manager"})

    page.submit(project, "add-member", email=ADMIN_EMAIL, access="admin")

    (active,) = page.list_projects()
    assert (active["status"], active["active_services"]) == ("active", "doc_manager")
    assert active["users"][0]["services"]["project_administration"] == "admin"


def test_a_message_suggests_the_preview(page: PageClient) -> None:
    (project,) = page.add({"name": "Tower"})

    text = read_text(page.read(f"/projects/{project['id']}?done=archive"))

    assert "archived by hand. Now run pulumi preview --refresh --diff" in text
    assert "<b>" not in page.read(f"/projects/{project['id']}?done=<b>")


def test_each_form_has_the_token(page: PageClient) -> None:
    (project,) = page.add({"name": "Tower", "users": [{"email": ADMIN_EMAIL}]})

    html = page.read(f"/projects/{project['id']}")

    forms = re.findall(r"<form method=\"post\".*?</form>", html, re.DOTALL)
    assert len(forms) == 4
    assert all(f'name="token" value="{TOKEN}"' in form for form in forms)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://attacker.example"},
        {"origin": "http://127.0.0.1:3601"},
        {"origin": "https://127.0.0.1:3600"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"host": "attacker.example:3600", "origin": "http://attacker.example:3600"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_the_token(
    page: PageClient, headers: dict[str, str]
) -> None:
    (project,) = page.add({"name": "Tower"})
    form = urlencode({"token": TOKEN}).encode()

    reply = page.request("POST", f"/projects/{project['id']}/archive", form, **headers)

    assert reply is not None
    assert (reply.status, page.list_projects()) == (403, [project])


@pytest.mark.parametrize("form", [b"", b"token=", b"token=%C3%A9", b'{"token": "%s"}'])
def test_a_form_without_the_token_is_refused(page: PageClient, form: bytes) -> None:
    """A program on this machine that sends no origin needs it as well."""
    (project,) = page.add({"name": "Tower"})

    reply = page.request("POST", f"/projects/{project['id']}/archive", form)

    assert reply is not None
    assert (reply.status, page.list_projects()) == (403, [project])


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:3600", 200),
        ("localhost:3600", 200),
        ("LOCALHOST", 200),
        ("[::1]:3600", 200),
        ("127.8.9.1", 200),
        ("attacker.example", 403),
        ("127.0.0.1.attacker.example:3600", 403),
        ("localhost.attacker.example", 403),
        ("192.168.1.2:3600", 403),
        ("0.0.0.0:3600", 403),
        ("user@127.0.0.1.attacker.example", 403),
        ("[", 403),
        ("", 403),
    ],
)
def test_the_page_is_shown_under_addresses_of_this_machine_only(
    page: PageClient, host: str, status: int
) -> None:
    """Another site can point its own name to this machine: DNS rebinding."""
    reply = page.request("GET", "/", host=host)

    assert reply is not None
    assert reply.status == status
    assert (b"Halvorsen" in reply.body) == (status == 200)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_control_plane_refuses_changes_of_other_sites(page: PageClient, method: str) -> None:
    request = IncomingRequest(
        method, "/_emulator/reset", "", {"host": HOST, "origin": "http://x.example"}
    )

    reply = page.emulator.handle(request)

    assert reply.status == 403
    assert "the web site" in reply.parse_content()["error"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/projects"),
        ("GET", "/nonsense"),
        ("POST", "/"),
        ("PATCH", "/projects/x"),
        ("POST", "/projects/x/delete"),
        ("GET", f"/hq/v1/accounts/{ACCOUNT_ID}/projects"),
        ("GET", "/_emulator/state"),
    ],
)
def test_other_paths_are_left_to_the_api(page: PageClient, method: str, path: str) -> None:
    assert page.request(method, path) is None


def test_the_address_of_a_refused_form_shows_the_project(page: PageClient) -> None:
    """A browser loads it again, and so does the script of the page."""
    (project,) = page.add({"name": "Tower"})

    path = f"/projects/{project['id']}"

    assert page.read(f"{path}/edit") == page.read(path)
    assert page.request("GET", f"{path}/edit/more") is None


@pytest.mark.parametrize("path", ["/projects/nonsense", "/accounts/nonsense"])
def test_an_unknown_object_is_reported(page: PageClient, path: str) -> None:
    reply = page.request("GET", path)

    assert reply is not None
    assert (reply.status, b"nonsense" in reply.body) == (404, True)


def test_the_policy_admits_one_script_and_one_style_by_hash(page: PageClient) -> None:
    reply = page.request("GET", "/")

    assert reply is not None
    policy = reply.headers["content-security-policy"]
    for tag in ("script", "style"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", reply.body.decode(), re.DOTALL)
        digest = base64.b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_only_the_script_and_the_style_are_not_escaped() -> None:
    """They are files of the package."""
    templates = "".join(path.read_text("utf-8") for path in TEMPLATE_FOLDER.glob("*.html"))

    assert re.findall(r"(\w+) *\| *safe", templates) == ["style", "script"]
    assert "autoescape" not in templates


def test_names_are_escaped_everywhere(page: PageClient) -> None:
    hostile = "\"><script>alert('x')</script>"
    company = {"name": hostile, "id": "c", "trade": hostile, "city": hostile, "country": hostile}
    unit = {"id": hostile, "name": hostile, "description": hostile}
    user = {"email": "<b>@example.com", "name": hostile, "company_id": "c"}
    fields = dict.fromkeys(("name", "city", "job_number", "project_type", "currency"), hostile)
    member = {"email": user["email"], "industry_roles": [hostile], "modules": [hostile]}
    (project,) = page.add(
        {**fields, "value": 1, "users": [{**member, "company_id": "c"}]},
        users=[user],
        companies=[company],
        business_units=[unit],
    )
    page.emulator.handle(IncomingRequest("POST", f"/{hostile}", hostile, {}, hostile.encode()))

    pages = ["/", "/journal", f"/accounts/{ACCOUNT_ID}?name=", f"/projects/{project['id']}"]
    for html in (page.read(path) for path in pages):
        assert hostile not in html
        assert html.count("<script>") == 1
        assert "<b>" not in html


def test_an_emulator_without_a_server_needs_no_template_engine() -> None:
    """Jinja2 is part of the extra, like the server."""
    program = "import sys, bim360_provider.emulator; sys.exit('jinja2' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603 - the test's own command
