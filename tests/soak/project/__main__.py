"""The stack of a soak: it declares what the file beside it says."""

import json
from pathlib import Path
from typing import Any

from pulumi import ResourceOptions

from bim360_provider import (
    Bim360AccountUser,
    Bim360BusinessUnits,
    Bim360Company,
    Bim360Project,
    Bim360ProjectAdmin,
    Bim360ProjectImage,
    Bim360ProjectMember,
    Bim360Team,
)

HERE = Path(__file__).parent
declared: dict[str, Any] = json.loads((HERE / "declared.json").read_text("utf-8"))
OPTS = ResourceOptions(delete_before_replace=True) if declared.get("deleted first") else None
"""In which order a forced replacement goes."""


def of(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Return what is declared of a kind."""
    return list(declared.get(kind, {}).items())


for name, arguments in of("projects"):
    Bim360Project(name, **arguments, opts=OPTS)

trees = {name: Bim360BusinessUnits(name, **said, opts=OPTS) for name, said in of("units")}
companies = {name: Bim360Company(name, **said, opts=OPTS) for name, said in of("companies")}
users = {
    name: Bim360AccountUser(name, company_id=companies[said.pop("company")].id, **said, opts=OPTS)
    for name, said in of("users")
}
sites = {
    name: Bim360Project(
        name, business_unit_id=trees["tree"].ids[said.pop("unit")], **said, opts=OPTS
    )
    for name, said in of("sites")
}


def person(said: dict[str, Any]) -> dict[str, Any]:
    """Return a member's arguments, wired to who they are and whom they work for."""
    user, company = users[said.pop("user")], companies[said.pop("company")]
    return {"email": user.email, "company_id": company.id, **said}


active = {}
for name, said in of("admins"):
    site, service = said.pop("site"), said.pop("service")
    admin = Bim360ProjectAdmin(
        name, project_id=sites[site].id, service_type=service, **person(said), opts=OPTS
    )
    if service == "doc_manager":
        active[site] = admin.project_id

for name, said in of("members"):
    Bim360ProjectMember(name, project_id=active[said.pop("site")], **person(said), opts=OPTS)

for name, said in of("teams"):
    rows: Any = [person({"user": user, **row}) for user, row in said["rows"].items()]
    project_id = active[said["site"]]
    Bim360Team(name, project_id=project_id, members=rows, on_removal=said["on_removal"])

for name, said in of("images"):
    Bim360ProjectImage(name, project_id=sites[said["site"]].id, path=HERE / f"{name}.png")
