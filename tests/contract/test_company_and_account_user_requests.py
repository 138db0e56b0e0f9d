"""The client's requests for companies and account users match the vendor's OpenAPI file."""

from typing import Any

from bim360_provider.core import account_user, company
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.hq import HqClient
from tests.contract.openapi import get_validator, needs_openapi_file
from tests.support.hq import HqFixture, build_run

pytestmark = needs_openapi_file

PLACE = {"account_id": ACCOUNT_ID, "region": "US"}
TEXTS = ("address_line_1", "address_line_2", "city", "state_or_province", "postal_code", "country")
PROFILE = (*TEXTS, "nickname", "first_name", "last_name", "phone", "company", "job_title")
VOLT = {"name": "Volt", "trade": "Electrical", **dict.fromkeys(TEXTS, "x"), **PLACE}
MORE = {**VOLT, "phone": "1", "website_url": "x", "description": "x", "erp_id": "1", "tax_id": "2"}
ADA: dict[str, Any] = {"email": "ada@example.com", **dict.fromkeys(PROFILE, "x"), **PLACE}


def problems(hq: HqFixture) -> list[str]:
    """Return the validator's problems with all requests."""
    found: list[str] = []
    for each in hq.emulator.requests:
        if each.path.startswith("/hq/"):
            path = f"{each.path}?{each.query}"
            found += get_validator().validate_request(
                each.method, path, dict(each.headers), each.body
            )
    return found


def test_company_requests_match_the_openapi_file(hq: HqFixture, client: HqClient) -> None:
    """Create, find, read, change, list."""
    company_id, state = company.create(build_run(client), MORE)
    company.create(build_run(client), {**MORE, "city": "Oslo"})
    company.read(build_run(client), company_id, state)
    company.update(build_run(client), company_id, state, {**MORE, "name": "Volt Nord", "phone": ""})
    list(client.companies.walk())

    assert problems(hq) == []
    assert len(hq.emulator.requests) >= 7


def test_account_user_requests_match_the_openapi_file(hq: HqFixture, client: HqClient) -> None:
    """Add, find, read, change, deactivate, list."""
    company_id, _ = company.create(build_run(client), VOLT)
    user_id, state = account_user.create(build_run(client), {**ADA, "company_id": company_id})
    hq.emulator.call_control_plane("POST", f"/users/{user_id}/sign-in")
    account_user.create(build_run(client), ADA)
    account_user.read(build_run(client), user_id, state)
    changed = {**ADA, "company_id": "", "default_role": "Architect", "status": "inactive"}
    account_user.update(build_run(client), user_id, {**state, "status": "active"}, changed)
    account_user.delete(build_run(client), user_id, state)
    list(client.account_users.walk())

    assert problems(hq) == []
    assert len(hq.emulator.requests) >= 8
