"""Companies: renamed, changed, released and adopted again; nothing deletes one."""

from collections import Counter
from collections.abc import Iterator

from tests.soak.kinds.kind import AccountView, Arguments, Ids, SoakEntity, find_differences

PERMANENT_COMPANIES = ("c0", "c1", "c2")
"""Companies that people work for."""

REMOVABLE_COMPANIES = ("x0", "x1", "x2", "x3")


class Companies(SoakEntity):
    """Some that people work for, and some that come and go."""

    kind = "companies"
    type = "bim360:Company"

    def build_initial_declarations(self) -> dict[str, Arguments]:
        """Return companies with names that are unique in the account."""
        return {
            name: {"name": f"Company {name} & Søn", "trade": "Electrical", "city": "Oslo"}
            for name in (*PERMANENT_COMPANIES, *REMOVABLE_COMPANIES)
        }

    def may_be_removed(self, name: str) -> bool:
        """Return whether it has no employees."""
        return name in REMOVABLE_COMPANIES

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments: a company refers to no other resource."""
        del ids
        return arguments

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Change the name, the address, the description or the trade."""
        again = self.get_change_number()
        changes: tuple[Arguments, ...] = (
            {"name": f"Company {name} & Søn {again}"},
            {"city": f"Bergen {again}"},
            {"description": self.dice.choice(["", f"said {again} times"])},
            {"trade": f"Concrete {again}", "city": "Tromsø"},
        )
        return {**arguments, **self.dice.choice(changes)}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find companies that differ, share a name, or were never in a state."""
        rows = {row["id"]: row for row in sight.account["companies"]}
        for name, arguments in self.declarations.items():
            row = rows.get(sight.ids["companies"].get(name, ""))
            if row is None:
                yield f"unequal: company {name} is declared, and HQ has none"
            else:
                yield from find_differences(f"company {name}", arguments, row)
        for name, times in Counter(row["name"].casefold() for row in rows.values()).items():
            if times > 1:
                yield f"duplicate: {times} companies are named '{name}'"
        for row_id in rows.keys() - sight.recorded_ids:
            yield f"orphan: company '{rows[row_id]['name']}' ({row_id}) was never in a state"
