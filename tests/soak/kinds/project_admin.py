"""Project admins: the first one makes a site active, and the others activate more services."""

from collections.abc import Iterator
from typing import Final

from tests.soak.kinds.account_user import admin_of
from tests.soak.kinds.active_projects import SITES
from tests.soak.kinds.company import CORE
from tests.soak.kinds.kind import Arguments, Ids, Kind, Row, Sight

FIRST: Final = "doc_manager"
"""The service that makes a site active: whoever works there counts on it."""

SERVICES: Final = (FIRST, "pm", "cost", "fng")
"""The services that the one admin of a site activates, each in a resource of its own."""


def admin_name(site: str, service: str) -> str:
    """Return the name of the resource that activates a service of a site."""
    return f"admin-{site}" if service == FIRST else f"admin-{site}-{service}"


class ProjectAdmins(Kind):
    """One for each service of each site; HQ has no request that changes them."""

    kind = "admins"
    type = "bim360:ProjectAdmin"
    changes = False

    def first(self) -> dict[str, Arguments]:
        """Return the admins: the same person for every service of a site."""
        return {
            admin_name(site, service): {
                "site": site,
                "user": admin_of(site),
                "company": CORE[0],
                "service": service,
            }
            for site in SITES
            for service in SERVICES
        }

    def may_go(self, name: str) -> bool:
        """Return whether an admin comes and goes: HQ keeps the service, so the next is adopted."""
        return name not in {admin_name(site, FIRST) for site in SITES}

    def wanted(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the project that they are an admin of, and the service."""
        return {
            "project_id": ids["sites"][arguments["site"]],
            "service_type": arguments["service"],
        }

    def findings(self, sight: Sight) -> Iterator[str]:
        """Find admins who are not in their project just once, or lack the role or the service."""
        for name, arguments in self.declared.items():
            rows = sight.person(arguments["site"], arguments["user"])
            if len(rows) != 1:
                yield f"unequal: {name} is in {arguments['site']} {len(rows)} times"
            elif rows[0]["services"].get("project_administration") != "admin":
                yield f"unequal: {name} is not an admin of {arguments['site']}"
            elif not _has(rows[0], arguments["service"]):
                yield f"unequal: {name} lacks the service {arguments['service']}"


def _has(row: Row, service: str) -> bool:
    if service == FIRST and row["services"].get("document_management") == "admin":
        return True
    return service in row["modules"]
