"""Teams: many members of one project, 50 to a request."""

from collections.abc import Iterator

from tests.soak.kinds.account_user import format_email, name_admin, name_members, name_team_members
from tests.soak.kinds.active_projects import ACTIVE_PROJECTS
from tests.soak.kinds.company import PERMANENT_COMPANIES
from tests.soak.kinds.kind import AccountView, Arguments, Ids
from tests.soak.kinds.project_member import (
    ProjectMembers,
    build_member,
    build_row,
    find_member_violations,
)


class Teams(ProjectMembers):
    """One for each site; its rows come, change and go."""

    kind = "teams"
    type = "bim360:ProjectMembers"

    def build_initial_declarations(self) -> dict[str, Arguments]:
        """Return the teams; one removes people from the project, the other leaves them there."""
        return {
            f"team-{site}": {
                "site": site,
                "rows": {
                    user: build_member(PERMANENT_COMPANIES[0])
                    for user in name_team_members(site)[:2]
                },
                "out": {
                    user: build_member(PERMANENT_COMPANIES[1])
                    for user in name_team_members(site)[2:]
                },
                "on_removal": "remove" if number % 2 else "retain",
            }
            for number, site in enumerate(ACTIVE_PROJECTS)
        }

    def may_be_removed(self, name: str) -> bool:
        """Return False: a team lives as long as its site."""
        del name
        return False

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the team as Pulumi keeps it: by e-mail."""
        rows = {format_email(user): build_row(row, ids) for user, row in arguments["rows"].items()}
        return {"project_id": ids["sites"][arguments["site"]], "members": rows}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Add, remove or change a row; people who return are declared as before."""
        del name
        rows, out = dict(arguments["rows"]), dict(arguments["out"])
        ways = ["change", *(["add"] if out else []), *(["take out"] if len(rows) > 1 else [])]
        way = self.dice.choice(ways)
        user = self.dice.choice(sorted(out if way == "add" else rows))
        if way == "add":
            rows[user] = out.pop(user)
        elif way == "take out":
            out[user] = rows.pop(user)
        else:
            rows[user] = self.change_member(rows[user])
        return {**arguments, "rows": rows, "out": out}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find rows that differ, and people in a project who were never declared there."""
        for name, arguments in self.declarations.items():
            site = arguments["site"]
            for user, row in arguments["rows"].items():
                expected = build_row(row, sight.ids)
                yield from find_member_violations(f"{user} of {name}", site, user, expected, sight)
            crew = {name_admin(site), *name_members(site), *name_team_members(site)}
            known = {sight.ids["users"].get(user) for user in crew}
            for row in sight.find_project(site).get("users", ()):
                if row["user_id"] not in known:
                    yield f"orphan: {row['user_id']} is in {site}, and was never declared there"
