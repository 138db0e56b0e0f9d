"""Project members: added, changed, left in the project or removed from it."""

from collections.abc import Iterator

from bim360_provider.emulator.hq.members import map_role_names
from tests.soak.kinds.account_user import ROLES, format_email, name_members
from tests.soak.kinds.active_projects import ACTIVE_PROJECTS
from tests.soak.kinds.company import PERMANENT_COMPANIES
from tests.soak.kinds.kind import AccountView, Arguments, Ids, Row, SoakEntity, find_differences

ACCESS_LEVELS = ({"document_management": "user"}, {"document_management": "admin"})


class ProjectMembers(SoakEntity):
    """A few for each site, who come and go."""

    kind = "members"
    type = "bim360:ProjectMember"

    def build_initial_declarations(self) -> dict[str, Arguments]:
        """Return the members; the removal of every other one also removes them from the project."""
        return {
            user: {
                "site": site,
                "user": user,
                **build_member(PERMANENT_COMPANIES[0]),
                "on_destroy": "remove" if number % 2 else "retain",
            }
            for site in ACTIVE_PROJECTS
            for number, user in enumerate(name_members(site))
        }

    def may_be_removed(self, name: str) -> bool:
        """Return True: no other resource refers to them."""
        del name
        return True

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments with ids for site and company."""
        row = build_row(arguments, ids)
        project = ids["sites"][arguments["site"]]
        return {"project_id": project, "email": format_email(arguments["user"]), **row}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Change company, roles or access."""
        del name
        return self.change_member(arguments)

    def change_member(self, arguments: Arguments) -> Arguments:
        """Change company, roles or access.

        Access only where no stack is destroyed: a person who is found with other access than
        declared gets the declared access with the second up, as docs/reference/members.md says.
        """
        changes: list[Arguments] = [
            {"company": self.dice.choice(PERMANENT_COMPANIES)},
            {"industry_roles": sorted(self.dice.sample(ROLES, self.dice.randint(0, 3)))},
        ]
        changes += [] if self.drifts else [dict(self.dice.choice(ACCESS_LEVELS))]
        return {**arguments, **self.dice.choice(changes)}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find members who are not exactly once in their project, or not as declared."""
        for name, arguments in self.declarations.items():
            expected = build_row(arguments, sight.ids)
            yield from find_member_violations(
                f"member {name}", arguments["site"], name, expected, sight
            )


def build_member(company: str) -> Arguments:
    """Return the initial arguments of a person in a project."""
    return {"company": company, "industry_roles": ["Engineer"], "document_management": "user"}


def build_row(arguments: Arguments, ids: Ids) -> Arguments:
    """Return the arguments of a person in a project, with the company's id."""
    return {
        "company_id": ids["companies"][arguments["company"]],
        "industry_roles": arguments["industry_roles"],
        "document_management": arguments["document_management"],
    }


def find_member_violations(
    what: str, site: str, user: str, expected: Row, sight: AccountView
) -> Iterator[str]:
    """Find a person who is not in a site's project exactly once, or differs."""
    rows = sight.find_user_rows(site, user)
    if len(rows) != 1:
        yield f"unequal: {what} is in {site} {len(rows)} times"
        return
    roles = map_role_names(str(sight.find_project(site)["id"]))
    present = {
        "company_id": rows[0]["company_id"],
        "industry_roles": sorted(roles[each] for each in rows[0]["industry_roles"]),
        "document_management": rows[0]["services"].get("document_management"),
    }
    yield from find_differences(what, expected, present)
