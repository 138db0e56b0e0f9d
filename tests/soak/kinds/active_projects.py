"""Sites: projects with members, which only a destroy of the stack archives."""

from collections.abc import Iterator

from tests.soak.kinds.business_units import ROOT_UNIT
from tests.soak.kinds.kind import AccountView, Arguments, Ids, SoakEntity, find_differences

ACTIVE_PROJECTS = ("site0", "site1")


class ActiveProjects(SoakEntity):
    """Two projects of a business unit."""

    kind = "sites"
    type = "bim360:Project"

    def build_initial_declarations(self) -> dict[str, Arguments]:
        """Return projects with every service of the account."""
        return {
            name: {
                "name": f"Site {name} with people",
                "start_date": "2027-01-01",
                "end_date": "2029-01-01",
                "project_type": "Office",
                "value": 1000,
                "currency": "EUR",
                "unit": ROOT_UNIT,
                "adopt": "any",
            }
            for name in ACTIVE_PROJECTS
        }

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments with the unit's id."""
        unit = ids["unit keys"][arguments["unit"]]
        rest = {key: value for key, value in arguments.items() if key != "unit"}
        return {**rest, "business_unit_id": unit}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Change its value, its city or its name."""
        again = self.get_change_number()
        changes: tuple[Arguments, ...] = (
            {"value": 1000 + again},
            {"city": f"Oslo {again}"},
            {"name": f"Site {name} with people {again}"},
        )
        return {**arguments, **self.dice.choice(changes)}

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find sites that are not active, or differ."""
        for name, arguments in self.declarations.items():
            row = sight.find_project(name)
            expected = {
                k: v
                for k, v in self.resolve_arguments(arguments, sight.ids).items()
                if k != "adopt"
            }
            yield from find_differences(f"site {name}", {**expected, "status": "active"}, row)
