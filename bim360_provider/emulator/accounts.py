"""Accounts: which client may see which, and from which region."""

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.enums import REGIONS
from bim360_provider.emulator.errors import HqError, invalid, missing
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.messages import Request
from bim360_provider.emulator.routes import Account

HQ = "/hq/"
BIM360_ADMIN = "/bim360/admin/"

DEFAULT_REGION = "US"
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"""

PREFIXED = ("account_id", "project_id")

LEGACY_SEGMENT = "/regions/eu/"
LEGACY_REGION = "EMEA"
"""Documented as legacy: https://aps.autodesk.com/blog/bim-360-eu-data-center (the URI form)"""


def without_region(path: str) -> str:
    """Return the path with the legacy ``regions/eu`` taken out."""
    return path.replace(LEGACY_SEGMENT, "/", 1) if path.startswith(HQ) else path


def without_prefixes(params: dict[str, str]) -> dict[str, str]:
    """Return the parameters of a path with the ids of hubs as ids of accounts, and so on.

    In Data Management the id of an account or project begins with ``b.``. Documented for
    bim360/admin: "GET Project Users is finally here", https://aps.autodesk.com/blog, March 2020.
    Observed for accounts in hq paths: https://github.com/mazerab/bim360-automation-postman
    That all other paths accept it as well is an inference.
    """
    return {
        name: value.removeprefix("b.") if name in PREFIXED else value
        for name, value in params.items()
    }


def region_of(request: Request) -> str:
    """Return the region a request goes to; the legacy path wins over the header (inference).

    Raises:
        HqError: 400, the header names no region there is (inference).
    """
    if LEGACY_SEGMENT in request.path:
        return LEGACY_REGION
    region = request.header("region") or DEFAULT_REGION
    if region not in REGIONS:
        raise invalid(problem=f'Region "{region}" is not one of {", ".join(REGIONS)}')
    return region


def visible(
    account_id: str, client_id: str, backend: Backend, region: str | None = None
) -> Account:
    """Return an account the client was let into.

    Observed: a wrong id, a wrong region and a missing custom integration all look alike, see
    https://github.com/Autodesk-Forge/forge-viewhubs/issues/4

    Args:
        account_id: The account.
        client_id: The client.
        backend: Where both are looked up.
        region: Where it is looked for; construction/admin finds it by itself (documented).

    Raises:
        HqError: 404/1004 when the client cannot see it, 403 without Account Administration.
    """
    found = backend.store.row(
        "SELECT a.id, a.services, c.account_administration FROM accounts a "
        "JOIN provisioning p ON p.account_id = a.id JOIN clients c ON c.client_id = p.client_id "
        "WHERE a.id = ? AND c.client_id = ? AND coalesce(?, a.region) = a.region",
        [account_id, client_id, region],
    )
    if found is None:
        raise missing(entity="account")
    if not found["account_administration"]:
        raise HqError(403, Code.FORBIDDEN, "Unauthorized")
    return Account(str(found["id"]), tuple(str(found["services"]).split(",")))


def with_project(project_id: str, client_id: str, backend: Backend) -> Account:
    """Return the account a project is in, if the client was let into it.

    Raises:
        HqError: 404/1004 when the client cannot see it, 403 without Account Administration.
    """
    sql = (
        "SELECT p.account_id FROM projects p JOIN provisioning v ON v.account_id = p.account_id "
        "WHERE p.id = ? AND v.client_id = ?"
    )
    found = backend.store.row(sql, [project_id, client_id])
    if found is None:
        raise missing(entity="project")
    return visible(str(found["account_id"]), client_id, backend)
