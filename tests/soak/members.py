"""Admins, members and teams of the sites."""

from collections.abc import Iterator
from typing import Final

from bim360_provider.emulator.hq.members import map_role_names
from tests.soak.account_entities import (
    PERMANENT_COMPANIES,
    ROLES,
    SITES,
    format_email,
    name_admin,
    name_members,
    name_team_members,
)
from tests.soak.entity import (
    AccountView,
    Arguments,
    Declarations,
    Ids,
    Row,
    SoakEntity,
    find_differences,
)
from tests.support.entities import ENTITY_KINDS

ACTIVATING_SERVICE: Final = "doc_manager"
"""The service that activates a site: all its people depend on it."""

OTHER_SERVICES: Final = ("pm", "cost", "fng")
"""Services that the same admin activates, each in a resource of its own."""

ACCESS_LEVELS: Final = ({"document_management": "user"}, {"document_management": "admin"})


class ProjectAdmins(SoakEntity):
    """One for each service of each site; HQ has no request that changes them."""

    kind = "admins"
    type = ENTITY_KINDS["project_admin"].type
    is_changeable = False

    def build_declarations(self) -> tuple[Declarations, Declarations]:
        """Return the admins: HQ keeps the service of a removed one, so the next is adopted."""
        admins = {
            site: {"site": site, "user": name_admin(site), "company": PERMANENT_COMPANIES[0]}
            for site in SITES
        }
        permanent = {f"admin-{s}": {**admins[s], "service": ACTIVATING_SERVICE} for s in SITES}
        removable = {
            f"admin-{site}-{service}": {**admins[site], "service": service}
            for site in SITES
            for service in OTHER_SERVICES
        }
        return permanent, removable

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the project that they are an admin of, and the service."""
        project = ids["sites"][arguments["site"]]
        return {"project_id": project, "service_type": arguments["service"]}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find admins who are not exactly once in their project, or lack role or service."""
        for name, arguments in self.declarations.items():
            rows = sight.find_user_rows(arguments["site"], arguments["user"])
            if len(rows) != 1:
                yield f"unequal: {name} is in {arguments['site']} {len(rows)} times"
            elif rows[0]["services"].get("project_administration") != "admin":
                yield f"unequal: {name} is not an admin of {arguments['site']}"
            elif not _has_service(rows[0], arguments["service"]):
                yield f"unequal: {name} lacks the service {arguments['service']}"


def _has_service(row: Row, service: str) -> bool:
    if service == ACTIVATING_SERVICE and row["services"].get("document_management") == "admin":
        return True
    return service in row["modules"]


class ProjectMembers(SoakEntity):
    """A few for each site, who come, change and go."""

    kind = "members"
    type = ENTITY_KINDS["project_member"].type

    def build_declarations(self) -> tuple[Declarations, Declarations]:
        """Return the members; the removal of every other one also removes them from the project."""
        return {}, {
            user: {
                "site": site,
                "user": user,
                **build_member(PERMANENT_COMPANIES[0]),
                "on_destroy": "remove" if number % 2 else "retain",
            }
            for site in SITES
            for number, user in enumerate(name_members(site))
        }

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments with ids for site and company."""
        row = build_row(arguments, ids)
        project = ids["sites"][arguments["site"]]
        return {"project_id": project, "email": format_email(arguments["user"]), **row}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Change company, roles or access.

        Access only where no stack is destroyed: a person who is found with other access than
        declared gets the declared access with the second up, as docs/reference/members.md says.
        """
        del name
        changes: list[Arguments] = [
            {"company": self.dice.choice(PERMANENT_COMPANIES)},
            {"industry_roles": sorted(self.dice.sample(ROLES, self.dice.randint(0, 3)))},
        ]
        changes += [] if self.drifts else [dict(self.dice.choice(ACCESS_LEVELS))]
        return {**arguments, **self.dice.choice(changes)}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find members who are not exactly once in their project, or not as declared."""
        for name, arguments in self.declarations.items():
            yield from find_member_violations(
                f"member {name}", arguments["site"], name, arguments, sight
            )


class Teams(ProjectMembers):
    """One for each site; its rows come, change and go."""

    kind = "teams"
    type = ENTITY_KINDS["project_members"].type

    def build_declarations(self) -> tuple[Declarations, Declarations]:
        """Return the teams; one removes people from the project, the other leaves them there."""
        teams: Declarations = {}
        for number, site in enumerate(SITES):
            users = name_team_members(site)
            teams[f"team-{site}"] = {
                "site": site,
                "rows": {user: build_member(PERMANENT_COMPANIES[0]) for user in users[:2]},
                "out": {user: build_member(PERMANENT_COMPANIES[1]) for user in users[2:]},
                "on_removal": "remove" if number % 2 else "retain",
            }
        return teams, {}

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the team as Pulumi keeps it: by e-mail."""
        rows = {format_email(user): build_row(row, ids) for user, row in arguments["rows"].items()}
        return {"project_id": ids["sites"][arguments["site"]], "members": rows}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Add, remove or change a row; people who return are declared as before."""
        rows, out = dict(arguments["rows"]), dict(arguments["out"])
        ways = ["change", *(["add"] if out else []), *(["remove"] if len(rows) > 1 else [])]
        way = self.dice.choice(ways)
        user = self.dice.choice(sorted(out if way == "add" else rows))
        if way == "add":
            rows[user] = out.pop(user)
        elif way == "remove":
            out[user] = rows.pop(user)
        else:
            rows[user] = super().change_arguments(name, rows[user])
        return {**arguments, "rows": rows, "out": out}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find rows that differ, and people in a project who were never declared there."""
        for name, arguments in self.declarations.items():
            site = arguments["site"]
            for user, row in arguments["rows"].items():
                yield from find_member_violations(f"{user} of {name}", site, user, row, sight)
            crew = {name_admin(site), *name_members(site), *name_team_members(site)}
            known = {sight.ids["users"].get(user) for user in crew}
            for row in sight.find_site(site).get("users", ()):
                if row["user_id"] not in known:
                    yield f"orphan: {row['user_id']} is in {site}, and was never declared there"


def build_member(company: str) -> Arguments:
    """Return the initial arguments of a person in a project."""
    return {"company": company, "industry_roles": ["Engineer"], "document_management": "user"}


def build_row(arguments: Arguments, ids: Ids) -> Arguments:
    """Return the arguments of a person in a project, with the company's id."""
    names = ("industry_roles", "document_management")
    company = ids["companies"][arguments["company"]]
    return {"company_id": company, **{name: arguments[name] for name in names}}


def find_member_violations(
    what: str, site: str, user: str, arguments: Arguments, sight: AccountView
) -> Iterator[str]:
    """Find a person who is not in a site's project exactly once, or differs."""
    rows = sight.find_user_rows(site, user)
    if len(rows) != 1:
        yield f"unequal: {what} is in {site} {len(rows)} times"
        return
    roles = map_role_names(str(sight.find_site(site)["id"]))
    present = {
        "company_id": rows[0]["company_id"],
        "industry_roles": sorted(roles[each] for each in rows[0]["industry_roles"]),
        "document_management": rows[0]["services"].get("document_management"),
    }
    yield from find_differences(what, build_row(arguments, sight.ids), present)
