"""A stack with one of each entity, whose destroy is killed: the next destroy completes it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator.seed.database import ADMIN_EMAIL
from tests.engine.crashes.crash_harness import (
    RUNS_ALL_CASES,
    CrashStack,
    create_crash_stack,
    needs_linux,
)

pytestmark = needs_linux

PROGRAM = """
from pathlib import Path

from bim360_provider import (
    Bim360AccountUser, Bim360BusinessUnits, Bim360Company, Bim360Project, Bim360ProjectAdmin,
    Bim360ProjectImage, Bim360ProjectMember, Bim360Team,
)

units = Bim360BusinessUnits("units", units={"North": {}, "North/West": {}}, on_destroy="remove")
volt = Bim360Company("volt", name="Volt", trade="Electrical")
ada, bob, cy = (
    Bim360AccountUser(name, email=f"{name}@volt.no", company_id=volt.id, on_destroy="deactivate")
    for name in ("ada", "bob", "cy")
)
tower = Bim360Project(
    "tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01", project_type="Office",
    value=1, currency="USD", service_types=["doc_manager", "pm"],
    business_unit_id=units.ids["North/West"],
)
Bim360ProjectImage("picture", project_id=tower.id, path=Path(__file__).with_name("tower.png"))
admin = Bim360ProjectAdmin("ada", project_id=tower.id, email=ada.email, company_id=volt.id,
                           service_type="doc_manager", on_destroy="remove")
Bim360ProjectMember("bob", project_id=admin.project_id, email=bob.email, company_id=volt.id,
                    document_management="user", on_destroy="remove")
Bim360Team("crew", project_id=admin.project_id, on_removal="remove",
           members=[{"email": cy.email, "document_management": "user"}])
"""

PEOPLE = ("ada@volt.no", "bob@volt.no", "cy@volt.no")

RESOURCES = 10
VICTIMS = ("host", "engine", "host engine")
ALL_CASES = (
    *((f"delete:returned:{n}", kills) for n in range(1, RESOURCES + 1) for kills in VICTIMS),
    *((f"DELETE:acted:{n}", "host") for n in (1, 2, 3)),
    *((f"PATCH:acted:{n}", "host") for n in (1, 2, 3, 4)),
    *((f"PUT:{where}", "host engine") for where in ("before", "acted", "received")),
)
SAMPLE = (("delete:returned:4", "host engine"), ("PATCH:acted:2", "host"))
CASES = ALL_CASES if RUNS_ALL_CASES else SAMPLE


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[CrashStack]:
    """Return a stack with one of each entity; its people have signed in."""
    with create_crash_stack(tmp_path) as stack:
        (stack.folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        (stack.folder / "tower.png").write_bytes(b"\x89PNG\r\n\x1a\n a tower")
        stack.env["BIM360_ACTING_USER"] = ADMIN_EMAIL
        stack.hq.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
        assert stack.up().errors == ()
        for user in account(stack)["users"]:
            stack.hq.call_control_plane("POST", f"/users/{user['id']}/sign-in")
        yield stack


def account(stack: CrashStack) -> dict[str, Any]:
    """Return the account as HQ has it."""
    state: Any = stack.hq.call_control_plane("GET", "/state")
    return dict(state["accounts"][0])


def assert_removed(stack: CrashStack) -> None:
    """Assert that all resources are removed as far as possible, and no other object."""
    held = account(stack)
    (tower,) = held["projects"]
    inactive = {user["email"] for user in held["users"] if user["status"] == "inactive"}
    state = json.loads((stack.folder / "state.json").read_text(encoding="utf-8"))
    assert (tower["status"], tower["users"]) == ("archived", [])
    assert inactive == {*PEOPLE}
    assert [unit["name"] for unit in held["business_units"]] == ["North America"]
    assert state["resources"] == []


@pytest.mark.parametrize(("at", "kills"), CASES)
def test_a_destroy_that_is_killed_is_run_again(stack: CrashStack, at: str, kills: str) -> None:
    """At any point and with any victim."""
    stack.crash("destroy", at, kills)

    again = stack.create_engine().destroy()

    assert again.errors == ()
    assert_removed(stack)


def test_a_destroy_succeeds_after_changes_in_the_browser(stack: CrashStack) -> None:
    """The project archived, the company deleted, people inactive or no longer members."""
    held = account(stack)
    ids = {user["email"]: user["id"] for user in held["users"]}
    (tower,) = held["projects"]
    (volt,) = (company for company in held["companies"] if company["name"] == "Volt")
    stack.hq.call_control_plane("PATCH", f"/projects/{tower['id']}", {"status": "archived"})
    stack.hq.call_control_plane("DELETE", f"/companies/{volt['id']}")
    stack.hq.call_control_plane("PATCH", f"/users/{ids['ada@volt.no']}", {"status": "inactive"})
    stack.hq.call_control_plane("DELETE", f"/projects/{tower['id']}/users/{ids['bob@volt.no']}")

    destroy = stack.create_engine().destroy()

    assert destroy.errors == ()
    assert_removed(stack)
