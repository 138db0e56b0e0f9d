"""Who may see what: scopes, provisioning, regions and the quota."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, EMEA_ACCOUNT_ID, Emulator, Reply, Request

Call = Callable[..., Reply]
NO_ACCOUNT = {"code": 1004, "message": "this account doesn't exist."}
ME = {"client_id": "emulator-client", "client_secret": "emulator-secret"}
ACCOUNT = {"id": ACCOUNT_ID, "name": "Halvorsen"}


def test_reading_is_not_writing(emulator: Emulator) -> None:
    """A token with account:read alone gets 403 AUTH-010 for a POST (documented)."""
    headers = {
        "authorization": "Basic ZW11bGF0b3ItY2xpZW50OmVtdWxhdG9yLXNlY3JldA==",
        "content-type": "application/x-www-form-urlencoded",
    }
    form = b"grant_type=client_credentials&scope=account%3Aread"
    granted = emulator.handle(
        Request("POST", "/authentication/v2/token", "", headers, form)
    ).parse_content()
    bearer = {"authorization": f"Bearer {granted['access_token']}"}
    path = f"/hq/v1/accounts/{ACCOUNT_ID}/projects"

    read = emulator.handle(Request("GET", path, "", bearer))
    write = emulator.handle(Request("POST", path, "", bearer, b"{}"))

    refused = write.parse_content()
    assert (read.status, write.status, refused["errorCode"]) == (200, 403, "AUTH-010")


@pytest.mark.parametrize("account", ["nowhere", "b.nowhere", EMEA_ACCOUNT_ID])
def test_an_account_out_of_sight_is_404(send_request: Call, account: str) -> None:
    """Observed: a wrong id and a wrong region look alike."""
    answer = send_request("GET", "projects", account=account)

    assert (answer.status, answer.parse_content()) == (404, NO_ACCOUNT)


def test_an_account_that_did_not_let_the_client_in_is_404(
    emulator: Emulator, send_request: Call
) -> None:
    """Observed: a missing custom integration does not look like 403."""
    emulator.call_control_plane("POST", "/seed", {"clients": [{**ME}], "accounts": [{**ACCOUNT}]})

    answer = send_request("GET", "projects")

    assert (answer.status, answer.parse_content()) == (404, NO_ACCOUNT)


def test_without_account_administration_it_is_403(emulator: Emulator, send_request: Call) -> None:
    """Documented: 403 "Unauthorized"."""
    client: Any = ME | {"accounts": [ACCOUNT_ID], "account_administration": False}
    emulator.call_control_plane("POST", "/seed", {"clients": [client], "accounts": [{**ACCOUNT}]})

    answer = send_request("GET", "projects")

    assert (answer.status, answer.parse_content()) == (
        403,
        {"code": 9403, "message": "Unauthorized"},
    )


def test_the_region_header_opens_an_emea_account(send_request: Call) -> None:
    """Documented: ``Region: EMEA``."""
    answer = send_request("GET", "projects", account=EMEA_ACCOUNT_ID, region="EMEA")

    assert answer.status == 200


def test_the_legacy_path_opens_an_emea_account(send_request: Call) -> None:
    """Documented as legacy: ``/regions/eu`` in the path."""
    answer = send_request(
        "GET", "projects", account=EMEA_ACCOUNT_ID, prefix="/hq/v1/regions/eu/accounts"
    )

    assert answer.status == 200


def test_a_us_account_is_not_in_emea(send_request: Call) -> None:
    """A region is a place, not a preference."""
    answer = send_request("GET", "projects", region="EMEA")

    assert (answer.status, answer.parse_content()) == (404, NO_ACCOUNT)


def test_a_region_that_does_not_exist_is_400(send_request: Call) -> None:
    """The message lists the regions there are."""
    answer = send_request("GET", "projects", region="EU")

    content = answer.parse_content()
    assert answer.status == 400
    assert "US, EMEA" in content["message"]


def test_the_hundred_and_first_request_in_a_minute_is_429(
    emulator: Emulator, send_request: Call
) -> None:
    """Documented: 100 a minute over all endpoints; Retry-After says when the first one leaves."""
    for _ in range(100):
        send_request("GET", "projects")
    emulator.clock.advance(18)

    answer = send_request("GET", "projects")

    content = answer.parse_content()
    assert (answer.status, content["errorCode"]) == (429, "ERR-001")
    assert answer.headers["retry-after"] == "42"


def test_who_waits_as_long_as_told_gets_in(emulator: Emulator, send_request: Call) -> None:
    """Refused requests do not prolong the wait."""
    statuses = [send_request("GET", "projects").status for _ in range(103)]
    emulator.clock.advance(60)

    assert statuses.count(429) == 3
    assert send_request("GET", "projects").status == 200


def test_the_quota_can_be_switched_off(emulator: Emulator, send_request: Call) -> None:
    """rate_limit_per_minute 0 is no limit."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 0})

    statuses = {send_request("GET", "projects").status for _ in range(150)}

    assert statuses == {200}
