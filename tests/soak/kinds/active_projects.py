"""Sites: projects that people work in, so that nothing archives them but a destroy of the stack."""

from collections.abc import Iterator

from tests.soak.kinds.business_units import CORE_UNIT
from tests.soak.kinds.kind import Arguments, Ids, Kind, Sight, unlike

SITES = ("site0", "site1")


class Sites(Kind):
    """Two projects of a business unit."""

    kind = "sites"
    type = "bim360:Project"

    def first(self) -> dict[str, Arguments]:
        """Return projects with every service of the account."""
        return {
            name: {
                "name": f"Site {name} with people",
                "start_date": "2027-01-01",
                "end_date": "2029-01-01",
                "project_type": "Office",
                "value": 1000,
                "currency": "EUR",
                "unit": CORE_UNIT,
                "adopt": "any",
            }
            for name in SITES
        }

    def wanted(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments with the unit's id."""
        unit = ids["unit keys"][arguments["unit"]]
        rest = {key: value for key, value in arguments.items() if key != "unit"}
        return {**rest, "business_unit_id": unit}

    def change(self, name: str, arguments: Arguments) -> Arguments:
        """Change its value, its city or its name."""
        again = self.again()
        changes: tuple[Arguments, ...] = (
            {"value": 1000 + again},
            {"city": f"Oslo {again}"},
            {"name": f"Site {name} with people {again}"},
        )
        return {**arguments, **self.dice.choice(changes)}

    def findings(self, sight: Sight) -> Iterator[str]:
        """Find sites that are not active, or differ."""
        for name, arguments in self.declared.items():
            row = sight.project(name)
            wanted = {k: v for k, v in self.wanted(arguments, sight.ids).items() if k != "adopt"}
            yield from unlike(f"site {name}", {**wanted, "status": "active"}, row)
