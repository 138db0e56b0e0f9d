"""From an admin to the state."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.entity import DECLARED

__all__ = ["outputs"]

Values = Mapping[str, Any]


def outputs(project_id: str, admin: Values, inputs: Values) -> dict[str, Any]:
    """Return what goes into the state: the arguments, and the admin as HQ has them."""
    is_admin = admin.get("project_administration") == "admin"
    return {
        **inputs,
        "project_id": project_id,
        "email": admin["email"],
        "user_id": admin["user_id"],
        "role": "project_admin" if is_admin else "project_user",
        "status": admin.get("status"),
        DECLARED: [],
    }
