"""Account users: found or added by e-mail, deactivated and brought back."""

from collections import Counter
from collections.abc import Iterator

from tests.soak.kinds.active_projects import SITES
from tests.soak.kinds.company import CORE
from tests.soak.kinds.kind import Arguments, Ids, Kind, Sight, unlike

MEMBERS = 3
"""People of each site with a resource of their own."""

TEAM = 6
"""People of each site who may be in its team."""

LOOSE = ("l0", "l1", "l2")
ROLES = ("Architect", "Engineer", "Inspector", "Scheduler")


def email(user: str) -> str:
    """Return a person's e-mail; some are written in capitals, which means the same."""
    return f"{user.upper() if user.endswith('1') else user}@example.com"


def admin_of(site: str) -> str:
    """Return the admin of a site."""
    return f"a{site[-1]}"


def members_of(site: str) -> list[str]:
    """Return the people of a site who have a resource of their own."""
    return [f"m{site[-1]}{number}" for number in range(MEMBERS)]


def team_of(site: str) -> list[str]:
    """Return the people of a site who may be in its team."""
    return [f"t{site[-1]}{number}" for number in range(TEAM)]


class AccountUsers(Kind):
    """Everybody who is in a project, and some who come and go."""

    kind = "users"
    type = "bim360:AccountUser"

    def first(self) -> dict[str, Arguments]:
        """Return the people; an admin's company is the one they are an admin for."""
        crew = [each for site in SITES for each in (*members_of(site), *team_of(site))]
        names = [*map(admin_of, SITES), *crew, *LOOSE]
        return {
            name: {"email": email(name), "company": CORE[0], "default_role": ROLES[0]}
            for name in names
        }

    def may_go(self, name: str) -> bool:
        """Return whether nobody counts on them."""
        return name in LOOSE

    def wanted(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments with the company's id."""
        return {
            "email": arguments["email"],
            "company_id": ids["companies"][arguments["company"]],
            "default_role": arguments["default_role"],
        }

    def change(self, name: str, arguments: Arguments) -> Arguments:
        """Give them another role, or another company."""
        role = {"default_role": self.dice.choice(ROLES)}
        company = {"company": self.dice.choice(CORE)}
        return {
            **arguments,
            **(role if name.startswith("a") else self.dice.choice([role, company])),
        }

    def findings(self, sight: Sight) -> Iterator[str]:
        """Find people who differ, who are there twice, or whom no state has ever had."""
        rows = {row["id"]: row for row in sight.account["users"]}
        for name, arguments in self.declared.items():
            row = rows.get(sight.ids["users"].get(name, ""))
            if row is None:
                yield f"unequal: user {name} is declared, and HQ has none"
                continue
            wanted = self.wanted(arguments, sight.ids)
            there = {**row, "email": row["email"].casefold()}
            yield from unlike(
                f"user {name}", {**wanted, "email": wanted["email"].casefold()}, there
            )
            if row["status"] == "inactive":
                yield f"unequal: user {name} is declared, and inactive"
        for address, times in Counter(row["email"].casefold() for row in rows.values()).items():
            if times > 1:
                yield f"duplicate: {times} users have the e-mail {address}"
        for row_id in rows.keys() - sight.ever:
            yield f"orphan: user {rows[row_id]['email']} ({row_id}) was never in a state"
