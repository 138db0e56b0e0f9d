"""Declare the members of a project as a team."""

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
    users: Iterable[ProjectUser],
    project: Declaration,
    account_scope: Values,
    settings: Settings,
    companies: Mapping[str, Reference],
) -> list[Declaration]:
    """Return the declarations of a project and of its team, which does not change its members.

    Members that cannot be declared are noted above the team, or above the project without a team.

    Args:
        users: All users of the project.
        project: The declaration of the project; the team has the same name.
        account_scope: The account and the region.
        settings: The settings, with the acting user that a stack with members requires.
        companies: References to declared companies, by id.
    """
    users = [*users]
    live = {user.email.lower(): build_member(user) for user in users if user.email}
    rows = {email: _select_managed_fields(live[email]) for email in sorted(live)}
    project_scope = {**account_scope, "project_id": project.id}
    refusals = {
        email: reason
        for email, row in rows.items()
        if (reason := _find_refusal(project_scope, email, row, settings))
    }
    notes = [
        f"{normalize.quote_value(email)} is left as it is: {reason}."
        for email, reason in refusals.items()
    ]
    notes += [
        f"the member {user.id} is left as it is: it has no e-mail."
        for user in users
        if not user.email
    ]
    accepted = {email: row for email, row in rows.items() if email not in refusals}
    if not accepted:
        return [replace(project, notes=(*project.notes, *notes))]
    inputs, _ = project_members.check({}, {**project_scope, "members": accepted}, settings)
    declared = {email: live[email] for email in inputs["members"]}
    members = [_build_member(email, row, companies) for email, row in inputs["members"].items()]
    team = Declaration(
        resource=Bim360ProjectMembers,
        name=project.name,
        id=build_team_id(project.id),
        arguments={"project_id": Reference(project.kind, project.id), "members": members},
        inputs=inputs,
        outputs=build_outputs(project.id, declared, inputs),
        notes=tuple(notes),
        component=TEAM_COMPONENT,
    )
    return [project, team]


def _select_managed_fields(member: Values) -> dict[str, Any]:
    """Return the fields of a member that have a value and can be declared."""
    return {name: member[name] for name in PATCHABLE_FIELDS if member.get(name)}


def _find_refusal(project_scope: Values, email: str, row: Values, settings: Settings) -> str:
    """Return why a member cannot be declared; empty if they can."""
    inputs = {**project_scope, "members": [{**row, "email": email}]}
    _, problems = project_members.check({}, inputs, settings)
    messages = [each.message for each in problems if each.argument != "acting_user"]
    return messages[0] if messages else ""


def _build_member(email: str, row: Values, companies: Mapping[str, Reference]) -> dict[str, Any]:
    """Return a member as a program declares it."""
    company = str(row.get("company_id", ""))
    reference = {"company_id": companies[company]} if company in companies else {}
    return {"email": email, **row, **reference}
