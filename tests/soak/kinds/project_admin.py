"""Project admins: the first one activates a site, and the others activate more services."""

from collections.abc import Iterator
from typing import Final

from tests.soak.kinds.account_user import name_admin
from tests.soak.kinds.active_projects import ACTIVE_PROJECTS
from tests.soak.kinds.company import PERMANENT_COMPANIES
from tests.soak.kinds.kind import AccountView, Arguments, Ids, Row, SoakEntity

ACTIVATING_SERVICE: Final = "doc_manager"
"""The service that activates a site: all its people depend on it."""

SERVICES: Final = (ACTIVATING_SERVICE, "pm", "cost", "fng")
"""The services that the one admin of a site activates, each in a resource of its own."""


def format_admin_name(site: str, service: str) -> str:
    """Return the name of the resource that activates a service of a site."""
    return f"admin-{site}" if service == ACTIVATING_SERVICE else f"admin-{site}-{service}"


class ProjectAdmins(SoakEntity):
    """One for each service of each site; HQ has no request that changes them."""

    kind = "admins"
    type = "bim360:ProjectAdmin"
    is_changeable = False

    def build_initial_declarations(self) -> dict[str, Arguments]:
        """Return the admins: the same person for every service of a site."""
        return {
            format_admin_name(site, service): {
                "site": site,
                "user": name_admin(site),
                "company": PERMANENT_COMPANIES[0],
                "service": service,
            }
            for site in ACTIVE_PROJECTS
            for service in SERVICES
        }

    def may_be_removed(self, name: str) -> bool:
        """Return whether an admin may be removed: HQ keeps the service, so the next is adopted."""
        return name not in {format_admin_name(site, ACTIVATING_SERVICE) for site in ACTIVE_PROJECTS}

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the project that they are an admin of, and the service."""
        return {
            "project_id": ids["sites"][arguments["site"]],
            "service_type": arguments["service"],
        }

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find admins who are not exactly once in their project, or lack role or service."""
        for name, arguments in self.declarations.items():
            rows = sight.find_user_rows(arguments["site"], arguments["user"])
            if len(rows) != 1:
                yield f"unequal: {name} is in {arguments['site']} {len(rows)} times"
            elif rows[0]["services"].get("project_administration") != "admin":
                yield f"unequal: {name} is not an admin of {arguments['site']}"
            elif not _has_service(rows[0], arguments["service"]):
                yield f"unequal: {name} lacks the service {arguments['service']}"


def _has_service(row: Row, service: str) -> bool:
    if service == ACTIVATING_SERVICE and row["services"].get("document_management") == "admin":
        return True
    return service in row["modules"]
