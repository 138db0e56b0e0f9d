"""Headers: which are sent with each request, and which are never sent."""

from typing import Any

import pytest
import requests

from bim360_provider.emulator import CLIENT_SECRET, EMEA_ACCOUNT_ID
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import HqClient
from bim360_provider.hq.transport.http import CONNECT_TIMEOUT, READ_TIMEOUT
from tests.support.hq import PROJECT_BODY, Fault, HqFixture, build_reply


def test_only_the_token_request_carries_the_secret(hq: HqFixture, client: HqClient) -> None:
    """All other requests carry the token."""
    client.projects.list_page(0)

    token, listing = hq.emulator.requests
    assert token.get_header("authorization").startswith("Basic ")
    assert token.parse_form() == {
        "grant_type": "client_credentials",
        "scope": "account:read account:write",
    }
    assert listing.get_header("authorization").startswith("Bearer ")
    assert listing.get_header("user-agent").startswith("bim360-provider")
    assert CLIENT_SECRET not in str(listing)


def test_every_hq_request_has_the_region_header(hq: HqFixture) -> None:
    """Without it HQ assumes a US account."""
    client = hq.create_client(account_id=EMEA_ACCOUNT_ID, region="EMEA")

    assert list(client.projects.walk()) == []
    assert hq.emulator.requests[-1].get_header("region") == "EMEA"
    assert hq.emulator.requests[-1].path.startswith("/hq/v1/accounts/")


def test_the_legacy_path_replaces_the_region_header(hq: HqFixture) -> None:
    """Old gateways need the path; the client never sends both."""
    client = hq.create_client(account_id=EMEA_ACCOUNT_ID, region="EMEA", legacy_eu_path=True)

    assert list(client.projects.walk()) == []
    assert hq.emulator.requests[-1].get_header("region") == ""
    assert hq.emulator.requests[-1].path.startswith("/hq/v1/regions/eu/accounts/")


def test_every_request_has_timeouts_and_follows_no_redirect(
    client: HqClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pulumi has no deadline of its own, so a hanging request would block the whole deployment."""
    sent: list[dict[str, Any]] = []
    real = requests.Session.send

    def noting(*args: Any, **kwargs: Any) -> requests.Response:
        sent.append(kwargs)
        return real(*args, **kwargs)

    monkeypatch.setattr(requests.Session, "send", noting)
    project = client.projects.create(PROJECT_BODY)
    client.projects.get(project.id)
    client.projects.update(project.id, {"city": "Oslo"})
    client.projects.list_page(0)
    with pytest.raises(Bim360Error):
        client.jobs.get("no-such-job")

    assert len(sent) >= 6
    assert {each["timeout"] for each in sent} == {(CONNECT_TIMEOUT, READ_TIMEOUT)}
    assert {each["allow_redirects"] for each in sent} == {False}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_the_token_stays_with_hq(hq: HqFixture, status: int) -> None:
    """The target of the redirect does not matter."""
    redirect = build_reply(status, b"", location=f"{hq.url}/elsewhere")
    hq.emulator.faults.append(Fault("GET projects", redirect))

    with pytest.raises(Bim360Error, match=f"answered {status}.*redirects are not followed"):
        hq.create_client().projects.list_page(0)

    assert hq.emulator.request_log == ["token", "GET projects"]


def test_a_cookie_is_discarded(hq: HqFixture, client: HqClient) -> None:
    """Only the token identifies the client."""
    cookie = build_reply(200, [], set_cookie="who=me; Path=/")
    hq.emulator.faults.append(Fault("GET projects", cookie))
    client.projects.list_page(0)
    client.projects.list_page(0)

    assert hq.emulator.requests[-1].get_header("cookie") == ""
