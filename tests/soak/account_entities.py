"""Companies, account users, sites with their images, and business units."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from tests.soak.entity import (
    AccountView,
    Arguments,
    Declarations,
    Ids,
    SoakEntity,
    find_differences,
)
from tests.support.entities import ENTITY_KINDS

PERMANENT_COMPANIES = ("c0", "c1", "c2")
"""Companies that people work for."""

SITES = ("site0", "site1")
MEMBERS_PER_SITE = 3
"""People of each site with a resource of their own."""

TEAM_SIZE = 6
"""People of each site who may be in its team."""

ROLES = ("Architect", "Engineer", "Inspector", "Scheduler")


class Companies(SoakEntity):
    """Some that people work for, and some that come and go; nothing deletes one."""

    kind = "companies"
    type = ENTITY_KINDS["company"].type

    def build_declarations(self) -> tuple[Declarations, Declarations]:
        """Return companies with names that are unique in the account."""
        groups = (PERMANENT_COMPANIES, ("x0", "x1", "x2", "x3"))
        permanent, removable = (
            {
                n: {"name": f"Company {n} & Søn", "trade": "Electrical", "city": "Oslo"}
                for n in names
            }
            for names in groups
        )
        return permanent, removable

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Change the name, the address, the description or the trade."""
        again = self.change_number
        changes: tuple[Arguments, ...] = (
            {"name": f"Company {name} & Søn {again}"},
            {"city": f"Bergen {again}"},
            {"description": self.dice.choice(["", f"said {again} times"])},
            {"trade": f"Concrete {again}", "city": "Tromsø"},
        )
        return {**arguments, **self.dice.choice(changes)}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find companies that differ, share a name, or were never in a state."""
        return self.find_row_violations(sight, "name")


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
    """Everyone who is in a project, and some who are deactivated and reactivated."""

    kind = "users"
    type = ENTITY_KINDS["account_user"].type

    def build_declarations(self) -> tuple[Declarations, Declarations]:
        """Return the people; an admin's company is the one they are an admin for."""
        crew = [n for site in SITES for n in (*name_members(site), *name_team_members(site))]
        permanent, removable = (
            {
                name: {
                    "email": format_email(name),
                    "company": PERMANENT_COMPANIES[0],
                    "default_role": ROLES[0],
                }
                for name in names
            }
            for names in ([*map(name_admin, SITES), *crew], ["l0", "l1", "l2"])
        )
        return permanent, removable

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments with the company's id."""
        rest = {key: value for key, value in arguments.items() if key != "company"}
        return {**rest, "company_id": ids["companies"][arguments["company"]]}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Change the role or the company."""
        role = {"default_role": self.dice.choice(ROLES)}
        company = {"company": self.dice.choice(PERMANENT_COMPANIES)}
        change = role if name.startswith("a") else self.dice.choice([role, company])
        return {**arguments, **change}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find people who differ, are inactive or there twice, or were never in a state."""
        yield from self.find_row_violations(sight, "email")
        for name in self.declarations:
            if sight.find_row(self.kind, name, self.kind).get("status") == "inactive":
                yield f"unequal: users {name} is declared, and inactive"


ROOT_UNIT = "Head Office"
"""The unit that sites belong to."""

UNIT_KEYS = ("North", "South", "East/Side", "West")
TREE_NAME = "tree"


class BusinessUnits(SoakEntity):
    """One tree, next to units of other people."""

    kind = "units"
    type = ENTITY_KINDS["business_units"].type

    def build_declarations(self) -> tuple[Declarations, Declarations]:
        """Return the tree with the unit of the sites alone."""
        return {TREE_NAME: {"units": {ROOT_UNIT: {"description": "where it began"}}}}, {}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Add, describe, rename, move or remove a unit.

        A unit is removed only where no stack is destroyed: a unit that a destroy kept would still
        be below others, which docs/reference/business_units.md leaves to a person.
        """
        del name
        units: dict[str, Any] = {key: dict(unit) for key, unit in arguments["units"].items()}
        new = [key for key in UNIT_KEYS if key not in units]
        parents = {unit.get("parent") for unit in units.values()}
        leaves = [key for key in UNIT_KEYS if key in units and key not in parents]
        ways = ["describe", *(["add"] if new else []), *(["rename", "move"] if leaves else [])]
        ways += ["remove"] if leaves and not self.drifts else []
        way, again = self.dice.choice(ways), self.change_number
        if way == "add":
            units[self.dice.choice(new)] = {"name": f"Unit {again}", "parent": ROOT_UNIT}
        elif way == "describe":
            units[self.dice.choice(sorted(units))]["description"] = f"said {again} times"
        elif way == "rename":
            units[self.dice.choice(leaves)]["name"] = f"Unit {again}"
        elif way == "move":
            key = self.dice.choice(leaves)
            units[key]["parent"] = self.dice.choice([*(each for each in units if each != key), ""])
        else:
            del units[self.dice.choice(leaves)]
        return {**arguments, "units": units}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find units that differ, are there twice, or are below a missing one."""
        rows = {row["id"]: row for row in sight.account["business_units"]}
        if len(rows) != len(sight.account["business_units"]):
            yield "duplicate: a business unit is there twice"
        keys = sight.ids["unit keys"]
        for key, unit in self.declarations[TREE_NAME]["units"].items():
            row = rows.get(keys.get(key, ""))
            parent = unit.get("parent") or None
            expected = (unit.get("name", key), unit.get("description"), parent and keys.get(parent))
            present = row and (row["name"], row["description"] or None, row["parent_id"])
            if present != expected:
                yield f"unequal: unit {key} is declared {expected}, and HQ has {present}"
        for row in rows.values():
            if row["parent_id"] is not None and row["parent_id"] not in rows:
                yield f"orphan: unit '{row['name']}' is below one that is not there"


class Sites(SoakEntity):
    """Two projects with members, which only a destroy of the stack archives."""

    kind = "sites"
    type = ENTITY_KINDS["project"].type

    def build_declarations(self) -> tuple[Declarations, Declarations]:
        """Return projects with every service of the account."""
        common = {"project_type": "Office", "value": 1000, "currency": "EUR", "unit": ROOT_UNIT}
        days = {"start_date": "2027-01-01", "end_date": "2029-01-01", "adopt": "any"}
        return {s: {"name": f"Site {s} with people", **days, **common} for s in SITES}, {}

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments with the unit's id."""
        rest = {key: value for key, value in arguments.items() if key != "unit"}
        return {**rest, "business_unit_id": ids["unit keys"][arguments["unit"]]}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Change its value, its city or its name."""
        again = self.change_number
        changes: tuple[Arguments, ...] = (
            {"value": 1000 + again},
            {"city": f"Oslo {again}"},
            {"name": f"Site {name} with people {again}"},
        )
        return {**arguments, **self.dice.choice(changes)}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find sites that are not active, or differ."""
        for name, arguments in self.declarations.items():
            expected = {**self.resolve_arguments(arguments, sight.ids), "status": "active"}
            del expected["adopt"]
            yield from find_differences(f"site {name}", expected, sight.find_site(name))


PNG_SIGNATURE = bytes.fromhex("89504e470d0a1a0a")


def build_content(arguments: Arguments) -> bytes:
    """Return the content of an image file."""
    return PNG_SIGNATURE + str(arguments["drawn"]).encode()


class ProjectImages(SoakEntity):
    """One for each site, sent again when the content of the file has changed."""

    kind = "images"
    type = ENTITY_KINDS["project_image"].type

    def build_declarations(self) -> tuple[Declarations, Declarations]:
        """Return the initial images; without its resource, an image stays at HQ."""
        return {}, {f"image-{s}": {"site": s, "drawn": f"{s}, at dawn"} for s in SITES}

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the project, and the digest of the file."""
        digest = sha256(build_content(arguments)).hexdigest()
        return {"project_id": ids["sites"][arguments["site"]], "sha256": digest}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Change the image."""
        return {**arguments, "drawn": f"{name}, drawn {self.change_number} times"}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find images that HQ does not have, or has with other content."""
        for name, arguments in self.declarations.items():
            image = sight.find_site(arguments["site"]).get("image") or {}
            if image.get("sha256") != sha256(build_content(arguments)).hexdigest():
                yield f"unequal: {name} is not the declared image"
