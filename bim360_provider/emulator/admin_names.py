"""What construction/admin calls the things of HQ."""

PRODUCT_KEYS = {
    "field": "field",
    "glue": "glue",
    "plan": "plan",
    "doc_manager": "documentManagement",
    "admin": "projectAdministration",
    "pm": "projectManagement",
    "fng": "fieldManagement",
    "collab": "designCollaboration",
    "cost": "costManagement",
    "gng": "modelCoordination",
    "insight": "insight",
}
"""Services and the keys of products (documented keys; which is which is partly an inference).

Documented: https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml)
"""


def camel(name: str) -> str:
    """Return ``address_line_1`` as ``addressLine1``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
