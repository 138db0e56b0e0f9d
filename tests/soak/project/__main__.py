"""The stack of a soak: it declares the content of the file next to it."""

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
declarations: dict[str, Any] = json.loads((HERE / "declared.json").read_text("utf-8"))
RESOURCE_OPTIONS = (
    ResourceOptions(delete_before_replace=True) if declarations.get("deleted first") else None
)
"""In which order a forced replacement goes."""


def list_declarations(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the declarations of a kind."""
    return list(declarations.get(kind, {}).items())


for name, arguments in list_declarations("projects"):
    Bim360Project(name, **arguments, opts=RESOURCE_OPTIONS)

trees = {
    name: Bim360BusinessUnits(name, **said, opts=RESOURCE_OPTIONS)
    for name, said in list_declarations("units")
}
companies = {
    name: Bim360Company(name, **said, opts=RESOURCE_OPTIONS)
    for name, said in list_declarations("companies")
}
users = {
    name: Bim360AccountUser(
        name, company_id=companies[said.pop("company")].id, **said, opts=RESOURCE_OPTIONS
    )
    for name, said in list_declarations("users")
}
sites = {
    name: Bim360Project(
        name, business_unit_id=trees["tree"].ids[said.pop("unit")], **said, opts=RESOURCE_OPTIONS
    )
    for name, said in list_declarations("sites")
}


def resolve_member(said: dict[str, Any]) -> dict[str, Any]:
    """Return a member's arguments, with the outputs of their user and company."""
    user, company = users[said.pop("user")], companies[said.pop("company")]
    return {"email": user.email, "company_id": company.id, **said}


active_project_ids = {}
for name, said in list_declarations("admins"):
    site, service = said.pop("site"), said.pop("service")
    admin = Bim360ProjectAdmin(
        name,
        project_id=sites[site].id,
        service_type=service,
        **resolve_member(said),
        opts=RESOURCE_OPTIONS,
    )
    if service == "doc_manager":
        active_project_ids[site] = admin.project_id

for name, said in list_declarations("members"):
    Bim360ProjectMember(
        name,
        project_id=active_project_ids[said.pop("site")],
        **resolve_member(said),
        opts=RESOURCE_OPTIONS,
    )

for name, said in list_declarations("teams"):
    rows: Any = [resolve_member({"user": user, **row}) for user, row in said["rows"].items()]
    project_id = active_project_ids[said["site"]]
    Bim360Team(name, project_id=project_id, members=rows, on_removal=said["on_removal"])

for name, said in list_declarations("images"):
    Bim360ProjectImage(name, project_id=sites[said["site"]].id, path=HERE / f"{name}.png")
