"""A stack with one of each entity, for tests of all kinds of replacements."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PROGRAM: Final = """
import json
from pathlib import Path

from pulumi import ResourceOptions
from bim360_provider import (
    Bim360AccountUser, Bim360BusinessUnits, Bim360Company, Bim360Project, Bim360ProjectAdmin,
    Bim360ProjectImage, Bim360ProjectMember, Bim360Team,
)

HERE = Path(__file__).parent
overrides = json.loads((HERE / "overrides.json").read_text())
resources = {}


def arguments(name, /, **defaults):
    options = dict(overrides["options"].get(name, {}))
    options["replace_with"] = [resources[each] for each in options.get("replace_with", [])]
    return {**defaults, **overrides["values"].get(name, {}), "opts": ResourceOptions(**options)}


resources["trigger"] = Bim360Company("trigger", **arguments(
    "trigger", name="Trigger", trade="Other"))
resources["units"] = Bim360BusinessUnits("units", **arguments(
    "units", units={"North": {"description": "cold"}, "North/West": {}}, on_destroy="remove"))
resources["volt"] = Bim360Company("volt", **arguments("volt", name="Volt", trade="Electrical"))
resources["ada"] = Bim360AccountUser("ada", **arguments(
    "ada", email="Ada@example.com", company_id=resources["volt"].id))
resources["tower"] = tower = Bim360Project("tower", **arguments(
    "tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01", project_type="Office",
    value=1, currency="USD", service_types=["doc_manager", "pm"],
    business_unit_id=resources["units"].ids["North/West"]))
Bim360ProjectImage("picture", **arguments(
    "picture", project_id=tower.id, path=HERE / "tower.png"))
anna = Bim360ProjectAdmin("anna", **arguments(
    "anna", project_id=tower.id, email="anna.halvorsen@example.com", service_type="doc_manager",
    company_id="c0000000-0000-4000-8000-000000000001", on_destroy="remove"))
Bim360ProjectMember("mia", **arguments(
    "mia", project_id=anna.project_id, email="mia@example.com", document_management="user",
    on_destroy="remove"))
team = [{"email": f"m{n}@example.com", "document_management": "user"} for n in range(3)]
Bim360Team("crew", **arguments(
    "crew", project_id=anna.project_id, members=team, on_removal="remove"))
"""

NON_KEY_CHANGES: Final[Mapping[str, Mapping[str, Any]]] = {
    "tower": {"city": "Oslo"},
    "volt": {"city": "Bergen"},
    "ada": {"default_role": "Architect"},
    "units": {"units": {"North": {"description": "colder"}, "North/West": {}}},
    "mia": {"industry_roles": ["Engineer"]},
    "anna": {"on_destroy": "retain"},
    "picture": {"path": "other.png"},
}
"""A change of each resource that does not change its unique key."""

PNG_CONTENT: Final = b"\x89PNG\r\n\x1a\n a tower"


@dataclass(frozen=True)
class ProgramFolder:
    """The folder of a Pulumi program."""

    folder: Path

    def write_program(self) -> None:
        """Write the program and its images."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "Pulumi.yaml").write_text("name: towers\nruntime: python\n")
        (self.folder / "__main__.py").write_text(PROGRAM)
        (self.folder / "tower.png").write_bytes(PNG_CONTENT)
        (self.folder / "other.png").write_bytes(PNG_CONTENT + b" at night")
        self.declare()

    def declare(self, values: Any = None, options: Any = None) -> None:
        """Write the arguments and options that differ from the defaults."""
        overrides = {"values": values or {}, "options": options or {}}
        (self.folder / "overrides.json").write_text(json.dumps(overrides))


def list_surviving_values(account: Any) -> dict[str, Any]:
    """Return the values that must survive each replacement: ids, statuses, members, units."""
    return {
        "projects": {row["id"]: row["status"] for row in account["projects"]},
        "companies": {row["id"]: row["name"] for row in account["companies"]},
        "users": {row["id"]: (row["email"], row["status"]) for row in account["users"]},
        "units": {row["id"]: row["name"] for row in account["business_units"]},
        "members": {
            (row["id"], each["user_id"]): each["services"]
            for row in account["projects"]
            for each in row["users"]
        },
    }
