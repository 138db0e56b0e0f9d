"""The page of the emulator in a real browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bim360_provider.dynamic.providers import ProjectProvider
from bim360_provider.emulator import ACCOUNT_ID, ADMIN_EMAIL, CLIENT_ID, CLIENT_SECRET
from tests.browser.conftest import POLL_INTERVAL, PageUser
from tests.support.chromium import OTHER_SITE

# One worker starts the browser for all tests of this file.
pytestmark = pytest.mark.xdist_group("browser")

HOSTILE_NAMES = (
    "<script>document.title = 'attacked'</script>",
    '"><img src=x onerror="document.title = \'attacked\'">',
    "{{ 7 * 7 }} ${7 * 7} {% include 'x' %}",
    "'; DROP TABLE projects; --",
    "&lt;b&gt; &amp; <!-- ",
    "مشروع البرج",
    "\u202egpj.tower",
    "🏗️ Tårn 👷🏽‍♀️",
    "x" * 255,
)

PROJECT = {
    "name": "Tower",
    "start_date": "2030-01-01",
    "end_date": "2031-01-01",
    "project_type": "Office",
    "value": 1,
    "currency": "EUR",
}


def build_connection(user: PageUser) -> dict[str, str]:
    """Return the environment that connects a provider with the emulator."""
    return {
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": user.hq.url,
    }


def add_projects(user: PageUser, *projects: dict[str, Any]) -> None:
    """Add projects to the account in the US."""
    state = user.hq.emulator.call_control_plane("GET", "/state")
    state["accounts"][0]["projects"] += projects
    user.hq.emulator.call_control_plane("PUT", "/state", state)


def test_a_user_renames_archives_and_reactivates_a_project_by_clicking(user: PageUser) -> None:
    add_projects(user, {"name": "Tower", "start_date": "2030-01-01", "end_date": "2031-01-01"})
    user.open("/")

    user.follow("Tower")
    user.fill("name", "Spire")
    user.set_date("end_date", "2031-06-30")
    user.press("Save")
    assert "pulumi preview --refresh" in user.message
    assert user.read_text("h1") == "Spire active"
    assert user.read_projects()["Spire"]["end_date"] == "2031-06-30"

    user.press("Archive")
    assert user.read_text("h1") == "Spire archived"
    assert user.read_projects()["Spire"]["status"] == "archived"

    user.press("Reactivate")
    assert user.read_text("h1") == "Spire active"
    assert user.read_projects()["Spire"]["status"] == "active"
    assert user.list_console_messages() == []


def test_a_user_adds_and_removes_a_member_by_clicking(user: PageUser) -> None:
    add_projects(user, {"name": "Tower", "status": "pending"})
    user.open("/")

    user.follow("Tower")
    user.fill("email", ADMIN_EMAIL)
    user.find("option[value='admin']").click()
    user.press("Add member")
    assert user.read_text("h1") == "Tower active"
    assert ADMIN_EMAIL in user.read_text("#members")
    (member,) = user.read_projects()["Tower"]["users"]
    assert member["services"]["project_administration"] == "admin"

    user.press("Remove")
    assert "No members" in user.read_text("#members")
    assert user.read_projects()["Tower"]["users"] == []


def test_a_refused_form_says_why_and_keeps_what_was_typed(user: PageUser) -> None:
    add_projects(user, {"name": "Tower"}, {"name": "Depot"})
    user.open("/")

    user.follow("Tower")
    user.fill("name", "Depot")
    user.press("Save")

    assert user.message == "Nothing was changed: name: 'Depot' is in use in the account."
    assert user.find("input[name='name']").get_attribute("value") == "Depot"


def test_hostile_names_are_text(user: PageUser) -> None:
    """In a table, a heading, an input, the title and a suggestion."""
    add_projects(user, *({"name": name} for name in HOSTILE_NAMES))
    state = user.hq.emulator.call_control_plane("GET", "/state")
    state["accounts"][0]["users"].append({"email": "x@example.com", "name": HOSTILE_NAMES[1]})
    user.hq.emulator.call_control_plane("PUT", "/state", state)
    script = "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)"

    user.open("/")
    shown = user.browser.execute_script(script, "td:first-child bdi")
    assert {*HOSTILE_NAMES} <= {*shown}
    for project in user.read_projects().values():
        user.open(f"/projects/{project['id']}")
        assert user.browser.execute_script(script, "h1 bdi") == [project["name"]]
        assert user.browser.title == f"{project['name'].strip()} · BIM 360 emulator"
        assert user.find("input[name='name']").get_attribute("value") == project["name"]
    assert user.list_console_messages() == []


@pytest.mark.parametrize("path", ["/", f"/accounts/{ACCOUNT_ID}", "/journal"])
def test_each_page_runs_its_script_and_style_only(path: str, user: PageUser) -> None:
    """The policy admits them by their hashes; a console message would report a refusal."""
    user.open(path)

    assert user.browser.execute_script("return typeof update") == "function"
    assert user.find("section").value_of_css_property("border-radius") != "0px"
    assert user.list_console_messages() == []


def test_a_change_appears_without_a_reload(user: PageUser) -> None:
    user.open("/")

    add_projects(user, {"name": "Tower"})

    user.wait_for_text("#accounts", "Tower")


def test_a_change_keeps_what_is_typed(user: PageUser) -> None:
    add_projects(user, {"name": "Tower"})
    user.open("/")
    user.follow("Tower")
    user.fill("name", "Spire")
    path = f"/projects/{user.read_projects()['Tower']['id']}"

    user.hq.emulator.call_control_plane("PATCH", path, {"name": "Depot"})
    user.browser.execute_script("document.activeElement.blur(); return update()")

    assert user.read_text("h1") == "Depot active"
    assert user.find("input[name='name']").get_attribute("value") == "Spire"


def test_the_page_reports_that_the_emulator_stopped(user: PageUser) -> None:
    user.open("/")

    user.browser.execute_script("window.fetch = () => Promise.reject(); return update()")

    assert "does not respond" in user.read_text("#clock")


def test_the_page_works_without_javascript(user: PageUser) -> None:
    add_projects(user, {"name": "Tower"})
    user.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        user.open("/")
        user.follow("Tower")
        user.fill("name", "Spire")
        user.press("Save")
        assert user.read_text("h1") == "Spire active"
        user.press("Archive")
        assert user.read_text("h1") == "Spire archived"
    finally:
        user.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert user.read_projects()["Spire"]["status"] == "archived"


@contextmanager
def serve_attack(form: str) -> Iterator[str]:
    """Serve a page of another web site that submits a form at once, and return its URL."""

    class Attacker(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(f"{form}<script>document.forms[0].submit()</script>".encode())

        def log_message(self, *_arguments: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Attacker) as server:
        thread = threading.Thread(target=server.serve_forever, args=(POLL_INTERVAL,))
        thread.start()
        yield f"http://{OTHER_SITE}:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_form_of_another_web_site_changes_nothing(user: PageUser) -> None:
    """Even if it knew the token of the page."""
    add_projects(user, {"name": "Tower"})
    user.open("/")
    user.follow("Tower")
    token = user.find("input[name='token']").get_attribute("value")
    target = f"{user.hq.url}/projects/{user.read_projects()['Tower']['id']}/archive"
    form = f"<form method=post action='{target}'><input name=token value='{token}'></form>"

    with serve_attack(form) as attacker:
        user.browser.get(attacker)
        user.wait_for_text("main", "The request was refused")

    assert user.browser.current_url == target
    assert user.read_projects()["Tower"]["status"] == "active"


def test_another_web_site_cannot_reset_the_emulator(user: PageUser) -> None:
    """The control plane refuses its forms too."""
    add_projects(user, {"name": "Tower"})

    with serve_attack(f"<form method=post action='{user.hq.url}/_emulator/reset'>") as attacker:
        user.browser.get(attacker)
        user.wait_for_text("body", "the request was refused")

    assert {*user.read_projects()} == {"Tower"}


def test_a_name_that_another_web_site_points_here_is_refused(user: PageUser) -> None:
    """DNS rebinding: to the browser, the page would be part of that site."""
    add_projects(user, {"name": "Tower"})

    user.browser.get(user.hq.url.replace("127.0.0.1", OTHER_SITE))

    assert f'the host "{OTHER_SITE}' in user.message
    assert "Tower" not in user.browser.page_source


def test_a_refresh_shows_what_was_clicked(user: PageUser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refresh returns the new name, and the diff of the program reports a change."""
    for name, value in build_connection(user).items():
        monkeypatch.setenv(name, value)
    provider = ProjectProvider()
    inputs = provider.check({}, dict(PROJECT)).inputs
    created = provider.create(inputs)
    user.open("/")

    user.follow("Tower")
    user.fill("name", "Spire")
    user.press("Save")
    refreshed = dict(provider.read(str(created.id), dict(created.outs or {})).outs or {})

    assert refreshed["name"] == "Spire"
    assert provider.diff(str(created.id), refreshed, inputs).changes is not False
