"""Inputs and clients for tests of project members."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.settings import Settings
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.emulator.seed.database import ADMIN_EMAIL, ADMIN_ID, ADMIN_UID, COMPANY_ID
from bim360_provider.hq import HqClient
from tests.support.hq import HqFixture, build_settings

__all__ = [
    "ACCOUNT_SCOPE",
    "ADMIN_EMAIL",
    "ADMIN_ID",
    "ADMIN_UID",
    "COMPANY_ID",
    "MEMBER_INPUTS",
    "PROJECT_ID",
    "acting_settings",
    "build_members",
    "create_acting_client",
    "create_active_project",
]

ACCOUNT_SCOPE: Mapping[str, Any] = {"account_id": ACCOUNT_ID, "region": "US"}
PROJECT_ID = "7e7dacfa-4623-5032-ad59-cec7c622f766"
"""Id of a project that does not exist."""

MEMBER_INPUTS: Mapping[str, Any] = {
    "project_id": PROJECT_ID,
    "email": "ada@example.com",
    "industry_roles": ["Architect", "BIM Manager"],
    "document_management": "user",
    **ACCOUNT_SCOPE,
}
"""The checked arguments of a member."""


def acting_settings(**changes: str) -> Settings:
    """Return the settings of a stack with an acting user."""
    return build_settings(actingUser=ADMIN_EMAIL, **changes)


def create_acting_client(hq: HqFixture, **changes: Any) -> HqClient:
    """Return a client with an acting user, at an HQ that invites unknown users."""
    hq.emulator.call_control_plane("PATCH", "/options", {"import_strangers": "create"})
    return hq.create_client(**{"acting_user": ADMIN_EMAIL, **changes})


def create_active_project(hq: HqFixture, **changes: Any) -> str:
    """Return the id of an active project with three services, without recording requests."""
    services = {"service_types": "doc_manager,pm,cost"}
    return str(hq.create_project(**{**services, **changes})["id"])


def build_members(count: int, **changes: Any) -> dict[str, dict[str, Any]]:
    """Return checked members by e-mail."""
    member = {"document_management": "user", "industry_roles": ["Engineer"], **changes}
    return {f"m{number:03}@example.com": dict(member) for number in range(count)}
