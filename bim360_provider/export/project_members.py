"""The members of a project as a team."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from bim360_provider.core import project_members
from bim360_provider.core.project_member.importer import build_member
from bim360_provider.core.project_members import build_outputs, build_team_id
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import Component, Declaration, Reference
from bim360_provider.models import normalize
from bim360_provider.models.project_member import PATCHABLE_FIELDS
from bim360_provider.models.project_user import ProjectUser
from bim360_provider.resources import Bim360Team
from bim360_provider.resources.team import TEAM_TYPE, Bim360ProjectMembers

__all__ = ["declare_project_team"]

Values = Mapping[str, Any]

TEAM_COMPONENT: Final = Component(Bim360Team.__name__, TEAM_TYPE)


def declare_project_team(
    people: Iterable[ProjectUser],
    project: Declaration,
    place: Values,
    settings: Settings,
    companies: Mapping[str, Reference],
) -> list[Declaration]:
    """Return a project's declaration, and behind it the one that changes nothing about its members.

    Whoever cannot be declared is told about: above the team, or above the project if it has none.

    Args:
        people: Everybody in the project.
        project: Its declaration, whose name the team gets too.
        place: The account and the region.
        settings: Name the acting user, without whom no stack may have members.
        companies: What to write for the companies that are declared too, by their ids.
    """
    people = [*people]
    live = {user.email.lower(): build_member(user) for user in people if user.email}
    rows = {email: _select_managed_fields(live[email]) for email in sorted(live)}
    of_project = {**place, "project_id": project.id}
    refused = {
        email: why
        for email, row in rows.items()
        if (why := _find_refusal(of_project, email, row, settings))
    }
    notes = [
        f"{normalize.quote_value(each)} is left alone: {why}." for each, why in refused.items()
    ]
    notes += [
        f"the member {user.id} is left as it is: it has no e-mail."
        for user in people
        if not user.email
    ]
    given = {email: row for email, row in rows.items() if email not in refused}
    if not given:
        return [replace(project, notes=(*project.notes, *notes))]
    inputs, _ = project_members.check({}, {**of_project, "members": given}, settings)
    there = {email: live[email] for email in inputs["members"]}
    members = [_build_member(email, row, companies) for email, row in inputs["members"].items()]
    team = Declaration(
        resource=Bim360ProjectMembers,
        name=project.name,
        id=build_team_id(project.id),
        arguments={"project_id": Reference(project.kind, project.id), "members": members},
        inputs=inputs,
        outputs=build_outputs(project.id, there, inputs),
        notes=tuple(notes),
        component=TEAM_COMPONENT,
    )
    return [project, team]


def _select_managed_fields(member: Values) -> dict[str, Any]:
    """Return what can be declared of a member: what they have."""
    return {name: member[name] for name in PATCHABLE_FIELDS if member.get(name)}


def _find_refusal(of_project: Values, email: str, row: Values, settings: Settings) -> str:
    """Return why a member cannot be declared; empty if they can."""
    given = {**of_project, "members": [{**row, "email": email}]}
    _, problems = project_members.check({}, given, settings)
    own = [each.message for each in problems if each.argument != "acting_user"]
    return own[0] if own else ""


def _build_member(email: str, row: Values, companies: Mapping[str, Reference]) -> dict[str, Any]:
    """Return a member as a program writes them."""
    company = str(row.get("company_id", ""))
    own = {"company_id": companies[company]} if company in companies else {}
    return {"email": email, **row, **own}
