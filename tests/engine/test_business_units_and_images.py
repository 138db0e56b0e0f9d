"""Whole programs: business units that projects refer to, images, and look-ups by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import BUSINESS_UNIT_ID, CLIENT_SECRET
from bim360_provider.emulator.seed.database import ADMIN_ID, COMPANY_ID
from bim360_provider.testing.stack import Bim360Stack, StackResult

PNG = b"\x89PNG\r\n\x1a\n a tower"

UNITS = """
from pathlib import Path

import pulumi
from bim360_provider import Bim360BusinessUnits, Bim360Project, Bim360ProjectImage

units = Bim360BusinessUnits("units", units={
    "North": {"description": "cold"},
    "North/West": {},
})
tower = Bim360Project(
    "tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01", project_type="Office",
    value=1, currency="USD", business_unit_id=units.ids["North/West"],
)
Bim360ProjectImage("picture", project_id=tower.id, path=Path(__file__).with_name("tower.png"))
pulumi.export("west", units.ids["North/West"])
"""

LOOK_UPS = """
import pulumi
from bim360_provider import (
    Bim360Project,
    get_account_user,
    get_business_unit,
    get_company,
    get_industry_role,
    get_project,
)

hq = get_project(name="Headquarters")
unit = get_business_unit(path=pulumi.Output.from_input("North America"))
tower = Bim360Project(
    "tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01", project_type="Office",
    value=1, currency="USD", business_unit_id=unit.id,
)
role = get_industry_role(project_id=tower.id, name="Architect")
pulumi.export("hq", hq.id)
pulumi.export("again", get_project(name="Headquarters")["id"])
pulumi.export("unit", unit)
pulumi.export("role", role.name)
pulumi.export("company", get_company(name="Halvorsen Construction").id)
pulumi.export("admin", get_account_user(email="Anna.Halvorsen@example.com").id)
"""

Opened = Callable[..., Bim360Stack]


@pytest.fixture
def open_stack(bim360_stack: Opened, tmp_path: Path) -> Opened:
    """Return a function that writes a program into the stack's folder and opens the stack."""
    (tmp_path / "Pulumi.yaml").write_text("name: parts\nruntime: python\n")
    (tmp_path / "tower.png").write_bytes(PNG)

    def put(program: str, **rest: Any) -> Bim360Stack:
        (tmp_path / "__main__.py").write_text(program, encoding="utf-8")
        return bim360_stack(tmp_path, stack="dev", **rest)

    return put


def list_requests(result: StackResult) -> list[str]:
    """Return the requests of a run, each by its method and the end of its path."""
    assert result.errors == ()
    return [f"{row['method']} {row['path'].rsplit('/', 1)[1]}" for row in result.requests]


def test_units_a_project_and_its_image_are_created_and_destroyed(
    open_stack: Opened, tmp_path: Path
) -> None:
    """Connected by outputs; a second up sends nothing; a destroy keeps the units."""
    stack = open_stack(UNITS)

    preview, up, again = stack.preview(), stack.up(), stack.up()
    (tmp_path / "tower.png").write_bytes(PNG + b" by night")
    changed_image, refresh, destroy = stack.up(), stack.refresh(), stack.destroy()

    assert preview.outputs["west"] == up.outputs["west"]
    assert list_requests(preview) == list_requests(again) == []
    assert list_requests(up) == [
        "GET business_units_structure",
        "PUT business_units_structure",
        "POST projects",
        "PATCH image",
    ]
    assert stack.projects()[0]["business_unit_id"] == up.outputs["west"]
    assert list_requests(changed_image) == ["PATCH image"]
    # The image is read off the project; whether its GET serves both depends on the order.
    assert [row.split()[0] for row in list_requests(refresh)] in (["GET"] * 2, ["GET"] * 3)
    assert [row.split()[0] for row in list_requests(destroy)] == ["PATCH"]


def change_in_browser(stack: Bim360Stack, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the first account as a user in the browser would."""
    state: Any = stack.hq.call_control_plane("GET", "/state")
    change(state["accounts"][0])
    stack.hq.call_control_plane("PUT", "/state", state)


def test_drift_of_a_unit_is_shown_and_reverted(open_stack: Opened) -> None:
    """All other units stay as they are."""
    stack = open_stack(UNITS)
    west = stack.up().outputs["west"]

    def rename(account: dict[str, Any]) -> None:
        next(unit for unit in account["business_units"] if unit["id"] == west)["name"] = "Far West"

    change_in_browser(stack, rename)
    drift = stack.preview(refresh=True)
    up = stack.up(refresh=True)

    units: Any = stack.hq.call_control_plane("GET", "/state")
    names = [unit["name"] for unit in units["accounts"][0]["business_units"]]
    assert [step.op for step in drift.steps if step.op == "update"] == ["update"]
    assert "PUT business_units_structure" in list_requests(up)
    assert names == ["North America", "North", "West"]


def _headquarters(account: dict[str, Any]) -> None:
    account["projects"].append({"name": "Headquarters", "status": "active"})


def test_everything_is_looked_up_by_its_name(open_stack: Opened) -> None:
    """Each list is read once in a run; values that depend on new objects stay unknown."""
    stack = open_stack(LOOK_UPS)
    change_in_browser(stack, _headquarters)

    preview = stack.preview()
    up = stack.up()

    reads = [
        "GET business_units_structure",
        "GET projects",
        "GET search",
        "GET search",
    ]
    headquarters = next(each for each in stack.projects() if each["name"] == "Headquarters")
    assert sorted(list_requests(preview)) == reads
    assert sorted(list_requests(up)) == sorted([*reads, "POST projects", "GET industry_roles"])
    assert preview.outputs["hq"] == up.outputs["hq"] == up.outputs["again"] == headquarters["id"]
    assert up.outputs["unit"]["id"] == BUSINESS_UNIT_ID
    assert up.outputs["role"] == "Architect"
    assert (up.outputs["company"], up.outputs["admin"]) == (COMPANY_ID, ADMIN_ID)


def test_a_look_up_that_finds_nothing_is_one_line(open_stack: Opened) -> None:
    """No traceback, and nothing is created."""
    stack = open_stack(LOOK_UPS)

    preview = stack.preview()

    assert preview.errors == ("BIM 360: could not find project 'Headquarters': there is none.",)


def test_a_look_up_takes_the_secret_from_the_stack_and_keeps_it(open_stack: Opened) -> None:
    """Environment variables take precedence; the found value is not a secret."""
    stack = open_stack(
        LOOK_UPS,
        env={"APS_CLIENT_SECRET": ""},
        secret_config={"bim360:clientSecret": CLIENT_SECRET},
    )
    change_in_browser(stack, _headquarters)

    up = stack.up()

    assert up.errors == ()
    assert CLIENT_SECRET not in str(up.outputs) + str(up.messages)
    assert up.outputs["role"] == "Architect"


def test_an_app_without_access_is_reported_in_one_line(open_stack: Opened) -> None:
    """With the text of the provider."""
    stack = open_stack(LOOK_UPS, env={"APS_CLIENT_ID": ""})

    preview = stack.preview()

    assert preview.errors == (
        (
            "BIM 360: not configured yet: set APS_CLIENT_ID, or run `pulumi config set "
            "bim360:clientId …`."
        ),
    )
