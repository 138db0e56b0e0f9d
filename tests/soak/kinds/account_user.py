"""Account users: found or added by e-mail, deactivated and reactivated."""

from collections import Counter
from collections.abc import Iterator

from tests.soak.kinds.active_projects import ACTIVE_PROJECTS
from tests.soak.kinds.company import PERMANENT_COMPANIES
from tests.soak.kinds.kind import AccountView, Arguments, Ids, SoakEntity, find_differences

MEMBERS_PER_SITE = 3
"""People of each site with a resource of their own."""

TEAM_SIZE = 6
"""People of each site who may be in its team."""

REMOVABLE_USERS = ("l0", "l1", "l2")
ROLES = ("Architect", "Engineer", "Inspector", "Scheduler")


def format_email(user: str) -> str:
    """Return a person's e-mail; some are written in capitals, with the same meaning."""
    return f"{user.upper() if user.endswith('1') else user}@example.com"


def name_admin(site: str) -> str:
    """Return the admin of a site."""
    return f"a{site[-1]}"


def name_members(site: str) -> list[str]:
    """Return the people of a site who have a resource of their own."""
    return [f"m{site[-1]}{number}" for number in range(MEMBERS_PER_SITE)]


def name_team_members(site: str) -> list[str]:
    """Return the people of a site who may be in its team."""
    return [f"t{site[-1]}{number}" for number in range(TEAM_SIZE)]


class AccountUsers(SoakEntity):
    """Everyone who is in a project, and some who come and go."""

    kind = "users"
    type = "bim360:AccountUser"

    def build_initial_declarations(self) -> dict[str, Arguments]:
        """Return the people; an admin's company is the one they are an admin for."""
        crew = [
            each
            for site in ACTIVE_PROJECTS
            for each in (*name_members(site), *name_team_members(site))
        ]
        names = [*map(name_admin, ACTIVE_PROJECTS), *crew, *REMOVABLE_USERS]
        return {
            name: {
                "email": format_email(name),
                "company": PERMANENT_COMPANIES[0],
                "default_role": ROLES[0],
            }
            for name in names
        }

    def may_be_removed(self, name: str) -> bool:
        """Return whether no other resource refers to them."""
        return name in REMOVABLE_USERS

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments with the company's id."""
        return {
            "email": arguments["email"],
            "company_id": ids["companies"][arguments["company"]],
            "default_role": arguments["default_role"],
        }

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Change the role or the company."""
        role = {"default_role": self.dice.choice(ROLES)}
        company = {"company": self.dice.choice(PERMANENT_COMPANIES)}
        return {
            **arguments,
            **(role if name.startswith("a") else self.dice.choice([role, company])),
        }

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find people who differ, are there twice, or were never in a state."""
        rows = {row["id"]: row for row in sight.account["users"]}
        for name, arguments in self.declarations.items():
            row = rows.get(sight.ids["users"].get(name, ""))
            if row is None:
                yield f"unequal: user {name} is declared, and HQ has none"
                continue
            expected = self.resolve_arguments(arguments, sight.ids)
            present = {**row, "email": row["email"].casefold()}
            yield from find_differences(
                f"user {name}", {**expected, "email": expected["email"].casefold()}, present
            )
            if row["status"] == "inactive":
                yield f"unequal: user {name} is declared, and inactive"
        for address, times in Counter(row["email"].casefold() for row in rows.values()).items():
            if times > 1:
                yield f"duplicate: {times} users have the e-mail {address}"
        for row_id in rows.keys() - sight.recorded_ids:
            yield f"orphan: user {rows[row_id]['email']} ({row_id}) was never in a state"
