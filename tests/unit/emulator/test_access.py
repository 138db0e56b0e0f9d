"""Access: scopes, provisioning, regions and the quota."""

from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, EMEA_ACCOUNT_ID, Emulator, IncomingRequest
from tests.support.emulator import READ_FORM, Call, get_bearer

NO_ACCOUNT = {"code": 1004, "message": "this account doesn't exist."}
ME = {"client_id": "emulator-client", "client_secret": "emulator-secret"}
ACCOUNT = {"id": ACCOUNT_ID, "name": "Halvorsen"}


def test_a_read_token_cannot_write(emulator: Emulator) -> None:
    """A token with only account:read gets 403 AUTH-010 for a POST (documented)."""
    bearer = {"authorization": get_bearer(emulator, READ_FORM)}
    path = f"/hq/v1/accounts/{ACCOUNT_ID}/projects"

    read = emulator.handle(IncomingRequest("GET", path, "", bearer))
    write = emulator.handle(IncomingRequest("POST", path, "", bearer, b"{}"))

    refused = write.parse_content()
    assert (read.status, write.status, refused["errorCode"]) == (200, 403, "AUTH-010")


@pytest.mark.parametrize("account", ["nowhere", "b.nowhere", EMEA_ACCOUNT_ID])
def test_an_invisible_account_is_404(send_request: Call, account: str) -> None:
    """Observed: a wrong id and a wrong region have the same reply."""
    reply = send_request("GET", "projects", account=account)

    assert (reply.status, reply.parse_content()) == (404, NO_ACCOUNT)


def test_an_account_without_the_client_is_404(emulator: Emulator, send_request: Call) -> None:
    """Observed: a missing custom integration is not a 403."""
    emulator.call_control_plane("POST", "/seed", {"clients": [{**ME}], "accounts": [{**ACCOUNT}]})

    reply = send_request("GET", "projects")

    assert (reply.status, reply.parse_content()) == (404, NO_ACCOUNT)


def test_a_client_without_account_administration_gets_403(
    emulator: Emulator, send_request: Call
) -> None:
    """Documented: 403 "Unauthorized"."""
    client: Any = ME | {"accounts": [ACCOUNT_ID], "account_administration": False}
    emulator.call_control_plane("POST", "/seed", {"clients": [client], "accounts": [{**ACCOUNT}]})

    reply = send_request("GET", "projects")

    assert (reply.status, reply.parse_content()) == (
        403,
        {"code": 9403, "message": "Unauthorized"},
    )


def test_the_region_header_opens_an_emea_account(send_request: Call) -> None:
    """Documented: ``Region: EMEA``."""
    reply = send_request("GET", "projects", account=EMEA_ACCOUNT_ID, region="EMEA")

    assert reply.status == 200


def test_the_legacy_path_opens_an_emea_account(send_request: Call) -> None:
    """Documented as legacy: ``/regions/eu`` in the path."""
    reply = send_request(
        "GET", "projects", account=EMEA_ACCOUNT_ID, prefix="/hq/v1/regions/eu/accounts"
    )

    assert reply.status == 200


def test_a_us_account_is_not_in_emea(send_request: Call) -> None:
    """An account is in one region."""
    reply = send_request("GET", "projects", region="EMEA")

    assert (reply.status, reply.parse_content()) == (404, NO_ACCOUNT)


def test_an_unknown_region_is_400(send_request: Call) -> None:
    """The message lists the valid regions."""
    reply = send_request("GET", "projects", region="EU")

    content = reply.parse_content()
    assert reply.status == 400
    assert "US, EMEA" in content["message"]


def test_the_hundred_and_first_request_in_a_minute_is_429(
    emulator: Emulator, send_request: Call
) -> None:
    """Documented: 100 a minute over all endpoints; Retry-After is when the first one expires."""
    for _ in range(100):
        send_request("GET", "projects")
    emulator.clock.advance(18)

    reply = send_request("GET", "projects")

    content = reply.parse_content()
    assert (reply.status, content["errorCode"]) == (429, "ERR-001")
    assert reply.headers["retry-after"] == "42"


def test_a_request_after_the_retry_after_succeeds(emulator: Emulator, send_request: Call) -> None:
    """Refused requests do not prolong the wait."""
    statuses = [send_request("GET", "projects").status for _ in range(103)]
    emulator.clock.advance(60)

    assert statuses.count(429) == 3
    assert send_request("GET", "projects").status == 200


def test_the_quota_can_be_switched_off(emulator: Emulator, send_request: Call) -> None:
    """With rate_limit_per_minute 0."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 0})

    statuses = {send_request("GET", "projects").status for _ in range(150)}

    assert statuses == {200}
