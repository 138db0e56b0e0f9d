"""Scenarios of this provider, for the local engine and for the Pulumi CLI, each with its own HQ."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bim360_provider.emulator import Emulator
from tests.support.scenarios import Command

STACKS: Final = Path(__file__).parents[2] / "stacks"
SETTINGS: Final = (STACKS / "Pulumi.team.yaml").read_text(encoding="utf-8")
"""The account, and the user on whose behalf members are added."""

_PROJECT: Final = """
from bim360_provider import Bim360Project

Bim360Project("tower", start_date="2027-01-02", end_date="2028-06-30", project_type="Office",
              value=3000, currency="USD", {arguments})
"""

_UNITS_AND_IMAGE: Final = """
from pathlib import Path

from bim360_provider import Bim360BusinessUnits, Bim360Project, Bim360ProjectImage

image = Path(__file__).with_name("tower.png")
image.write_bytes(b"\\x89PNG\\r\\n\\x1a\\n a tower {time}")
tree = {{"North": {{"description": "cold"}}, "North/West": {{}}}}
units = Bim360BusinessUnits("units", units=tree)
tower = Bim360Project(
    "tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01", project_type="Office",
    value=1, currency="USD", business_unit_id=units.ids["North/West"],
)
Bim360ProjectImage("picture", project_id=tower.id, path=image)
"""

_TEAM: Final = (STACKS / "team.py").read_text(encoding="utf-8")
_LARGER_TEAM: Final = _TEAM.replace(
    '"email": ruth.email,',
    '"email": "eve@example.com", "document_management": "user"}, {"email": ruth.email,',
)


def _declare_project(name: str = "Tower", **arguments: str) -> str:
    given = {"name": name, **arguments}
    return _PROJECT.format(arguments=", ".join(f"{k}={v!r}" for k, v in given.items()))


def _change_project(**changes: str) -> Callable[[Emulator], object]:
    def change(hq: Emulator) -> None:
        state: Any = hq.call_control_plane("GET", "/state")
        projects = [each for account in state["accounts"] for each in account["projects"]]
        hq.call_control_plane("PATCH", f"/projects/{projects[0]['id']}", changes)

    return change


def _change_account(change: Callable[[dict[str, Any]], object]) -> Callable[[Emulator], object]:
    def apply(hq: Emulator) -> None:
        state: Any = hq.call_control_plane("GET", "/state")
        change(state["accounts"][0])
        hq.call_control_plane("PUT", "/state", state)

    return apply


def _promote_lena(account: dict[str, Any]) -> None:
    (library,) = account["projects"]
    lena = next(user["id"] for user in account["users"] if user["email"].startswith("lena"))
    member = next(each for each in library["users"] if each["user_id"] == lena)
    member["services"] = {"document_management": "admin"}


def _rename_west(account: dict[str, Any]) -> None:
    (west,) = (unit for unit in account["business_units"] if unit["name"] == "West")
    west["name"] = "Far West"


def _accept_new_users(hq: Emulator) -> None:
    hq.call_control_plane("PATCH", "/options", {"import_strangers": "create"})


HQ_SCENARIOS: Final[dict[str, tuple[Command, ...]]] = {
    "a project": (
        Command("preview", _declare_project()),
        Command("up"),
        Command("up"),
        Command("up", _declare_project(city="Oslo")),
        Command("refresh", browser=_change_project(city="Bergen")),
        Command("preview"),
        Command("up"),
        Command("up --refresh", browser=_change_project(status="archived")),
        Command("up", _declare_project("Tower II", city="Oslo", on_destroy="archive")),
        Command("destroy"),
    ),
    "a team": (
        Command("preview", _TEAM),
        Command("up"),
        Command("up"),
        Command("preview", _LARGER_TEAM, browser=_accept_new_users),
        Command("up"),
        Command("refresh", browser=_change_account(_promote_lena)),
        Command("up"),
        Command("destroy"),
    ),
    "business units and an image": (
        Command("preview", _UNITS_AND_IMAGE.format(time="by day")),
        Command("up"),
        Command("up"),
        Command("up", _UNITS_AND_IMAGE.format(time="by night")),
        Command("refresh", browser=_change_account(_rename_west)),
        Command("up"),
        Command("destroy"),
    ),
}
