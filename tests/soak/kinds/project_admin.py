"""Project admins: the first one makes a site active."""

from collections.abc import Iterator

from tests.soak.kinds.account_user import admin_of
from tests.soak.kinds.company import CORE
from tests.soak.kinds.kind import Arguments, Ids, Kind, Sight
from tests.soak.kinds.site import SITES


class ProjectAdmins(Kind):
    """One for each site; HQ has no request that changes them."""

    kind = "admins"
    type = "bim360:ProjectAdmin"
    changes = False

    def first(self) -> dict[str, Arguments]:
        """Return the admins."""
        return {
            f"admin-{site}": {"site": site, "user": admin_of(site), "company": CORE[0]}
            for site in SITES
        }

    def wanted(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the project that they are an admin of."""
        return {"project_id": ids["sites"][arguments["site"]]}

    def findings(self, sight: Sight) -> Iterator[str]:
        """Find admins who are not in their project just once, or are no admin there."""
        for name, arguments in self.declared.items():
            rows = sight.person(arguments["site"], arguments["user"])
            if len(rows) != 1:
                yield f"unequal: {name} is in {arguments['site']} {len(rows)} times"
            elif rows[0]["services"].get("project_administration") != "admin":
                yield f"unequal: {name} is no admin of {arguments['site']}"
