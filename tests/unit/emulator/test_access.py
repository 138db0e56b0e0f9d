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
    ).content()
    bearer = {"authorization": f"Bearer {granted['access_token']}"}
    path = f"/hq/v1/accounts/{ACCOUNT_ID}/projects"

    read = emulator.handle(Request("GET", path, "", bearer))
    write = emulator.handle(Request("POST", path, "", bearer, b"{}"))

    refused = write.content()
    assert (read.status, write.status, refused["errorCode"]) == (200, 403, "AUTH-010")


@pytest.mark.parametrize("account", ["nowhere", "b.nowhere", EMEA_ACCOUNT_ID])
def test_an_account_out_of_sight_is_404(call: Call, account: str) -> None:
    """Observed: a wrong id and a wrong region look alike."""
    answer = call("GET", "projects", account=account)

    assert (answer.status, answer.content()) == (404, NO_ACCOUNT)


def test_an_account_that_did_not_let_the_client_in_is_404(emulator: Emulator, call: Call) -> None:
    """Observed: a missing custom integration does not look like 403."""
    emulator.ask("POST", "/seed", {"clients": [{**ME}], "accounts": [{**ACCOUNT}]})

    answer = call("GET", "projects")

    assert (answer.status, answer.content()) == (404, NO_ACCOUNT)


def test_without_account_administration_it_is_403(emulator: Emulator, call: Call) -> None:
    """Documented: 403 "Unauthorized"."""
    client: Any = ME | {"accounts": [ACCOUNT_ID], "account_administration": False}
    emulator.ask("POST", "/seed", {"clients": [client], "accounts": [{**ACCOUNT}]})

    answer = call("GET", "projects")

    assert (answer.status, answer.content()) == (403, {"code": 9403, "message": "Unauthorized"})


def test_the_region_header_opens_an_emea_account(call: Call) -> None:
    """Documented: ``Region: EMEA``."""
    answer = call("GET", "projects", account=EMEA_ACCOUNT_ID, region="EMEA")

    assert answer.status == 200


def test_the_legacy_path_opens_an_emea_account(call: Call) -> None:
    """Documented as legacy: ``/regions/eu`` in the path."""
    answer = call("GET", "projects", account=EMEA_ACCOUNT_ID, prefix="/hq/v1/regions/eu/accounts")

    assert answer.status == 200


def test_a_us_account_is_not_in_emea(call: Call) -> None:
    """A region is a place, not a preference."""
    answer = call("GET", "projects", region="EMEA")

    assert (answer.status, answer.content()) == (404, NO_ACCOUNT)


def test_a_region_that_does_not_exist_is_400(call: Call) -> None:
    """The message lists the regions there are."""
    answer = call("GET", "projects", region="EU")

    content = answer.content()
    assert answer.status == 400
    assert "US, EMEA" in content["message"]


def test_the_hundred_and_first_request_in_a_minute_is_429(emulator: Emulator, call: Call) -> None:
    """Documented: 100 a minute over all endpoints; Retry-After says when the first one leaves."""
    for _ in range(100):
        call("GET", "projects")
    emulator.clock.advance(18)

    answer = call("GET", "projects")

    content = answer.content()
    assert (answer.status, content["errorCode"]) == (429, "ERR-001")
    assert answer.headers["retry-after"] == "42"


def test_who_waits_as_long_as_told_gets_in(emulator: Emulator, call: Call) -> None:
    """Refused requests do not prolong the wait."""
    statuses = [call("GET", "projects").status for _ in range(103)]
    emulator.clock.advance(60)

    assert statuses.count(429) == 3
    assert call("GET", "projects").status == 200


def test_the_quota_can_be_switched_off(emulator: Emulator, call: Call) -> None:
    """rate_limit_per_minute 0 is no limit."""
    emulator.ask("PATCH", "/options", {"rate_limit_per_minute": 0})

    statuses = {call("GET", "projects").status for _ in range(150)}

    assert statuses == {200}
