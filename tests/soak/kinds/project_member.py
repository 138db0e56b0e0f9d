"""Project members: added, changed, left in the project or taken out of it."""

from collections.abc import Iterator

from bim360_provider.emulator.hq.members import role_ids
from tests.soak.kinds.account_user import ROLES, email, members_of
from tests.soak.kinds.active_projects import SITES
from tests.soak.kinds.company import CORE
from tests.soak.kinds.kind import Arguments, Ids, Kind, Row, Sight, unlike

ACCESS = ({"document_management": "user"}, {"document_management": "admin"})


class ProjectMembers(Kind):
    """A few for each site, who come and go."""

    kind = "members"
    type = "bim360:ProjectMember"

    def first(self) -> dict[str, Arguments]:
        """Return the members; every other one is taken out of the project when let go of."""
        return {
            user: {
                "site": site,
                "user": user,
                **person(CORE[0]),
                "on_destroy": "remove" if number % 2 else "retain",
            }
            for site in SITES
            for number, user in enumerate(members_of(site))
        }

    def may_go(self, name: str) -> bool:
        """Return True: nobody counts on them."""
        del name
        return True

    def wanted(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments with ids for site and company."""
        row = row_of(arguments, ids)
        project = ids["sites"][arguments["site"]]
        return {"project_id": project, "email": email(arguments["user"]), **row}

    def change(self, name: str, arguments: Arguments) -> Arguments:
        """Change company, roles or access."""
        del name
        return self.changed(arguments)

    def changed(self, arguments: Arguments) -> Arguments:
        """Change company, roles or access.

        Access only where no stack is destroyed: who is found with other access than declared gets
        the declared one with the second up, as docs/members.md says.
        """
        changes: list[Arguments] = [
            {"company": self.dice.choice(CORE)},
            {"industry_roles": sorted(self.dice.sample(ROLES, self.dice.randint(0, 3)))},
        ]
        changes += [] if self.drifts else [dict(self.dice.choice(ACCESS))]
        return {**arguments, **self.dice.choice(changes)}

    def findings(self, sight: Sight) -> Iterator[str]:
        """Find members who are not in their project just once, or otherwise than declared."""
        for name, arguments in self.declared.items():
            wanted = row_of(arguments, sight.ids)
            yield from differing(f"member {name}", arguments["site"], name, wanted, sight)


def person(company: str) -> Arguments:
    """Return what is first declared of somebody in a project."""
    return {"company": company, "industry_roles": ["Engineer"], "document_management": "user"}


def row_of(arguments: Arguments, ids: Ids) -> Arguments:
    """Return what is declared of somebody in a project, with the company's id."""
    return {
        "company_id": ids["companies"][arguments["company"]],
        "industry_roles": arguments["industry_roles"],
        "document_management": arguments["document_management"],
    }


def differing(what: str, site: str, user: str, wanted: Row, sight: Sight) -> Iterator[str]:
    """Find somebody who is not in a site's project just once, or otherwise than declared."""
    rows = sight.person(site, user)
    if len(rows) != 1:
        yield f"unequal: {what} is in {site} {len(rows)} times"
        return
    roles = role_ids(str(sight.project(site)["id"]))
    there = {
        "company_id": rows[0]["company_id"],
        "industry_roles": sorted(roles[each] for each in rows[0]["industry_roles"]),
        "document_management": rows[0]["services"].get("document_management"),
    }
    yield from unlike(what, wanted, there)
