"""Who and what the tests of project members play with."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.settings import Settings
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.emulator.seed.database import ADMIN_EMAIL, ADMIN_ID, ADMIN_UID, COMPANY_ID
from bim360_provider.hq import HqClient
from tests.support.hq import Stage, settings

__all__ = [
    "ADA",
    "ADMIN_EMAIL",
    "ADMIN_ID",
    "ADMIN_UID",
    "COMPANY_ID",
    "PLACE",
    "PROJECT_ID",
    "acting",
    "crew",
    "project",
    "team",
]

PLACE: Mapping[str, Any] = {"account_id": ACCOUNT_ID, "region": "US"}
PROJECT_ID = "7e7dacfa-4623-5032-ad59-cec7c622f766"
"""Some project, for tests in which nobody looks for it."""

ADA: Mapping[str, Any] = {
    "project_id": PROJECT_ID,
    "email": "ada@example.com",
    "industry_roles": ["Architect", "BIM Manager"],
    "document_management": "user",
    **PLACE,
}
"""A member, as check returns the arguments."""


def acting(**changes: str) -> Settings:
    """Return the settings of a stack that names an acting user."""
    return settings(actingUser=ADMIN_EMAIL, **changes)


def crew(stage: Stage, **changes: Any) -> HqClient:
    """Return a client with an acting user, at an HQ that invites whom it does not know."""
    stage.hq.ask("PATCH", "/options", {"import_strangers": "create"})
    return stage.client(**{"acting_user": ADMIN_EMAIL, **changes})


def project(stage: Stage, **changes: Any) -> str:
    """Return the id of an active project with three services; nothing is noted."""
    services = {"service_types": "doc_manager,pm,cost"}
    return str(stage.project(**{**services, **changes})["id"])


def team(count: int, **changes: Any) -> dict[str, dict[str, Any]]:
    """Return members by e-mail, as check returns them."""
    member = {"document_management": "user", "industry_roles": ["Engineer"], **changes}
    return {f"m{number:03}@example.com": dict(member) for number in range(count)}
