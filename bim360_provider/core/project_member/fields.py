"""A member's fields between stack and HQ: when two values are the same, and what is sent."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bim360_provider.core.arguments import is_unknown
from bim360_provider.models.project_member import MANAGED
from bim360_provider.models.project_user import SERVICES

__all__ = ["differing", "import_row", "patch_body", "same", "services_warnings"]

Values = Mapping[str, Any]


def same(name: str, declared: Any, live: Any) -> bool:
    """Return whether a declared value and HQ's mean the same."""
    if is_unknown(declared):
        return False
    if name == "industry_roles":
        return set(declared) == set(live or ())
    if name == "company_id":
        return bool(declared == (live or "").lower())
    return (declared or None) == (live or None)


def differing(live: Values, inputs: Values) -> tuple[str, ...]:
    """Return the given arguments whose value HQ does not have."""
    return tuple(k for k in MANAGED if k in inputs and not same(k, inputs[k], live.get(k)))


def import_row(inputs: Values, role_ids: Sequence[str]) -> dict[str, Any]:
    """Return a row of an import: what was given, and never an empty company."""
    row: dict[str, Any] = {"email": inputs["email"], "services": _services({}, inputs)}
    if inputs.get("company_id"):
        row["company_id"] = inputs["company_id"]
    if role_ids:
        row["industry_roles"] = list(role_ids)
    return row


def patch_body(
    live: Values, inputs: Values, wanted: Collection[str], role_ids: Sequence[str]
) -> dict[str, Any]:
    """Return the body of a PATCH: the wanted fields; services only if one of them is wanted."""
    body: dict[str, Any] = {}
    if "company_id" in wanted:
        body["company_id"] = inputs["company_id"]
    if "industry_roles" in wanted:
        body["industry_roles"] = list(role_ids)
    if set(SERVICES) & set(wanted):
        body["services"] = _services(live, inputs)
    return body


def services_warnings(called: str, changed: Collection[str]) -> tuple[str, ...]:
    """Return what people should know before access is changed; nothing if none is.

    https://aps.autodesk.com/blog/bim360-hq-patch-project-user
    """
    services = [name for name in SERVICES if name in changed]
    if not services:
        return ()
    words = (
        f"BIM 360: {called}: {' and '.join(services)} changes, and HQ then drops access to all "
        "modules that it cannot name here, such as Cost, Field or Design Collaboration; give it "
        "again in Project Admin."
    )
    return (words,)


def _services(live: Values, inputs: Values) -> dict[str, Any]:
    """Return the access that a member is to have: declared, else what there is."""
    access = {name: inputs.get(name, live.get(name)) for name in SERVICES}
    return {name: {"access_level": level} for name, level in access.items() if level}
