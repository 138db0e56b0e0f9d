"""Teams: many members of one project, 50 to a request."""

from collections.abc import Iterator

from tests.soak.kinds.account_user import admin_of, email, members_of, team_of
from tests.soak.kinds.active_projects import SITES
from tests.soak.kinds.company import CORE
from tests.soak.kinds.kind import Arguments, Ids, Sight
from tests.soak.kinds.project_member import ProjectMembers, differing, person, row_of


class Teams(ProjectMembers):
    """One for each site; its rows come, change and go."""

    kind = "teams"
    type = "bim360:ProjectMembers"

    def first(self) -> dict[str, Arguments]:
        """Return the teams; one takes people out of the project, the other leaves them there."""
        return {
            f"team-{site}": {
                "site": site,
                "rows": {user: person(CORE[0]) for user in team_of(site)[:2]},
                "out": {user: person(CORE[1]) for user in team_of(site)[2:]},
                "on_removal": "remove" if number % 2 else "retain",
            }
            for number, site in enumerate(SITES)
        }

    def may_go(self, name: str) -> bool:
        """Return False: a team lives as long as its site."""
        del name
        return False

    def wanted(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the team as Pulumi keeps it: by e-mail."""
        rows = {email(user): row_of(row, ids) for user, row in arguments["rows"].items()}
        return {"project_id": ids["sites"][arguments["site"]], "members": rows}

    def change(self, name: str, arguments: Arguments) -> Arguments:
        """Add a row, take one out, change one; who comes back is declared as they were."""
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
            rows[user] = self.changed(rows[user])
        return {**arguments, "rows": rows, "out": out}

    def findings(self, sight: Sight) -> Iterator[str]:
        """Find rows that differ, and people in a project whom nobody ever declared there."""
        for name, arguments in self.declared.items():
            site = arguments["site"]
            for user, row in arguments["rows"].items():
                wanted = row_of(row, sight.ids)
                yield from differing(f"{user} of {name}", site, user, wanted, sight)
            crew = {admin_of(site), *members_of(site), *team_of(site)}
            known = {sight.ids["users"].get(user) for user in crew}
            for row in sight.project(site).get("users", ()):
                if row["user_id"] not in known:
                    yield f"orphan: {row['user_id']} is in {site}, and nobody declared that"
