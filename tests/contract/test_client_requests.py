"""All requests of the client to paths of the vendor's file match the file."""

from collections.abc import Callable

import pytest

from bim360_provider.emulator import ADMIN_EMAIL, ADMIN_ID, ADMIN_UID, BUSINESS_UNIT_ID, COMPANY_ID
from bim360_provider.hq import HqClient
from tests.contract.openapi import get_validator, needs_openapi_file
from tests.support.hq import HqFixture

pytestmark = needs_openapi_file

ClientCall = Callable[[HqClient, str], object]
"""Sends a request; the text is the id of a project with the account's admin."""

COMPANY = {
    "name": "Nord Steel",
    "trade": "Metals",
    "city": "Oslo",
    "website_url": "",
    "erp_id": "1",
}
USER = {"email": "ada@example.com", "first_name": "Ada", "company_id": COMPANY_ID}
UNIT = {"id": BUSINESS_UNIT_ID, "name": "North America", "description": "All of it"}

CLIENT_CALLS: dict[str, tuple[ClientCall, ...]] = {
    "POST companies": (lambda client, _: client.companies.create(COMPANY),),
    "GET companies": (
        lambda client, _: [*client.companies.walk()],
        lambda client, _: client.companies.search_by_name("Nord & Steel"),
        lambda client, _: client.companies.get(COMPANY_ID),
    ),
    "PATCH company": (lambda client, _: client.companies.update(COMPANY_ID, {"phone": ""}),),
    "POST users": (lambda client, _: client.account_users.create(USER),),
    "GET users": (
        lambda client, _: [*client.account_users.walk()],
        lambda client, _: client.account_users.search_by_email(ADMIN_EMAIL),
        lambda client, _: client.account_users.get(ADMIN_ID),
    ),
    "PATCH user": (
        lambda client, _: client.account_users.update(
            ADMIN_ID, {"status": "active", "company_id": "", "default_role": "Architect"}
        ),
    ),
    "business units": (
        lambda client, _: client.business_units.get_structure(),
        lambda client, _: client.business_units.update_structure(
            [UNIT, {"name": "West", "parent_id": BUSINESS_UNIT_ID}]
        ),
    ),
    "PATCH image": (
        lambda client, project: client.project_images.update_image(project, b"PNG", "image/png"),
    ),
    "GET members": (
        lambda client, project: [*client.project_users.walk(project)],
        lambda client, project: client.project_users.search_by_email(project, ADMIN_EMAIL),
        lambda client, project: client.project_users.get(project, ADMIN_ID),
    ),
    "DELETE member": (
        lambda client, project: client.project_users.remove(project, ADMIN_ID, ADMIN_EMAIL),
    ),
}


@pytest.mark.parametrize("region", [None, "US"])
@pytest.mark.parametrize("what", CLIENT_CALLS)
def test_every_request_matches_the_openapi_file(
    hq: HqFixture, what: str, region: str | None
) -> None:
    """Path, query, headers and body have the fields and types of the file."""
    hq.emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
    project = hq.create_project()["id"]
    hq.emulator.call_control_plane("POST", f"/projects/{project}/users", {"email": ADMIN_EMAIL})
    client = hq.create_client(acting_user=ADMIN_UID, region=region)

    for send_request in CLIENT_CALLS[what]:
        send_request(client, project)

    judged = [
        each
        for each in hq.emulator.requests
        if get_validator().find_operation(each.method, each.path)
    ]
    assert len(judged) >= len(CLIENT_CALLS[what])
    for each in judged:
        path = f"{each.path}?{each.query}"
        assert get_validator().validate_request(each.method, path, each.headers, each.body) == []
