"""The access of a project's user to its products, as construction/admin and bim360/admin show it.

Documented: https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/
"""

from bim360_provider.emulator import members
from bim360_provider.emulator.accounts import BIM360_ADMIN
from bim360_provider.emulator.admin_listing import Item, Matcher
from bim360_provider.emulator.admin_names import PRODUCT_KEYS
from bim360_provider.emulator.members import SERVICE_TYPES
from bim360_provider.emulator.store import Row

ACCESS = {"admin": "administrator", "user": "member"}


def access_lists(path: str, project: Row, user: Row) -> Item:
    """Return ``products``, or what bim360/admin has instead: ``services``.

    Observed in clients of bim360/admin, which read ``services`` with ``serviceName`` and
    ``access``; the values of ``serviceName`` are in
    https://github.com/wallabyway/bim360-project-starter
    """
    levels = _levels(project, user)
    if path.startswith(BIM360_ADMIN):
        named = [{"serviceName": key, "access": level} for key, level in levels.items()]
        return {"services": named}
    return {"products": [{"key": key, "access": level} for key, level in levels.items()]}


def has_product(item: Item, wanted: str, _matches: Matcher) -> bool:
    """Return whether a user has access to one of several products."""
    named = item.get("products") or item.get("services") or ()
    has = {each.get("key") or each["serviceName"] for each in named if each["access"] != "none"}
    return bool(has & {*wanted.split(",")})


def _levels(project: Row, user: Row) -> dict[str, str]:
    """Return the user's access to every product of the project.

    Inference: to a module of which HQ v1 made somebody an admin, they have an administrator's.
    """
    given = members.services_of(user)
    levels = {SERVICE_TYPES[name]: ACCESS[level] for name, level in given.items()}
    is_admin = given.get("project_administration") == "admin"
    of_modules = "administrator" if is_admin else "member"
    modules = str(user["modules"]).split(",")
    return {
        PRODUCT_KEYS[service]: levels.get(service, of_modules if service in modules else "none")
        for service in dict.fromkeys([*str(project["service_types"]).split(","), "admin"])
        if service in PRODUCT_KEYS
    }
