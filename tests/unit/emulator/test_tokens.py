"""The token endpoint: who gets a token, what it looks like, and how long it is good."""

import base64
import json
from collections.abc import Callable

import pytest

from bim360_provider.emulator import CLIENT_ID, CLIENT_SECRET, Emulator, Reply, Request
from bim360_provider.emulator.http.auth import sign_claims

Call = Callable[..., Reply]
FORM = {"content-type": "application/x-www-form-urlencoded"}
ASK = "grant_type=client_credentials&scope=account%3Aread"


def basic(client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> dict[str, str]:
    encoded = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return FORM | {"authorization": f"Basic {encoded}"}


def ask(emulator: Emulator, form: str = ASK, headers: dict[str, str] | None = None) -> Reply:
    sent = basic() if headers is None else headers
    return emulator.handle(Request("POST", "/authentication/v2/token", "", sent, form.encode()))


def test_a_token_is_a_bearer_token_for_an_hour(emulator: Emulator) -> None:
    """Documented: 60 minutes."""
    answer = ask(emulator)

    content = answer.parse_content()
    assert answer.status == 200
    assert content["token_type"] == "Bearer"
    assert content["expires_in"] == 3600


def test_a_token_names_the_client_and_keeps_its_secret(emulator: Emulator) -> None:
    """A token that leaks in a log says whose it is and gives nothing away."""
    token = ask(emulator).parse_content()["access_token"]

    claims = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    assert json.loads(claims)["client_id"] == CLIENT_ID
    assert CLIENT_SECRET not in claims


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        (basic(secret="wrong"), 401, "AUTH-003"),
        (basic(client_id="nobody"), 401, "AUTH-003"),
        (FORM | {"authorization": "Basic ***"}, 401, "AUTH-003"),
        (FORM, 401, "AUTH-003"),
        ({"authorization": basic()["authorization"]}, 400, "AUTH-007"),
    ],
)
def test_without_credentials_in_a_basic_header_there_is_no_token(
    emulator: Emulator, headers: dict[str, str], status: int, code: str
) -> None:
    """Wrong, missing and unreadable credentials are 401; a body that is no form is 400."""
    answer = ask(emulator, headers=headers)

    assert (answer.status, answer.parse_content()["errorCode"]) == (status, code)


@pytest.mark.parametrize(
    ("form", "code", "words"),
    [
        ("scope=account%3Aread", "AUTH-008", "grant_type is missing"),
        ("grant_type=authorization_code", "EMU-400", "only client_credentials"),
        ("grant_type=client_credentials&scope=account%3Areed", "EMU-400", "is account:read"),
    ],
)
def test_a_malformed_form_is_400(emulator: Emulator, form: str, code: str, words: str) -> None:
    """The message says what is wrong, and names the scope that was probably meant."""
    answer = ask(emulator, form)

    assert (answer.status, answer.parse_content()["errorCode"]) == (400, code)
    assert words in answer.parse_content()["developerMessage"]


def test_credentials_in_the_form_are_an_option(emulator: Emulator) -> None:
    """OAuth v1 took them there; whether v2 does is not known, so it is off by default."""
    form = f"{ASK}&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}"
    before = ask(emulator, form, FORM)
    emulator.call_control_plane("PATCH", "/options", {"credentials_in_body": "accept"})

    after = ask(emulator, form, FORM)

    assert (before.status, after.status) == (401, 200)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer a.b.c", "Basic abc", "Bearer "])
def test_a_foreign_token_is_401(send_request: Call, header: str) -> None:
    """AUTH-006 is the gateway's code for it."""
    answer = send_request("GET", "projects", authorization=header)

    assert (answer.status, answer.parse_content()["errorCode"]) == (401, "AUTH-006")


def test_a_token_that_says_nothing_is_401(send_request: Call) -> None:
    """Signed or not: the key is no secret."""
    answer = send_request(
        "GET", "projects", authorization=f"Bearer {sign_claims({'client_id': 7})}"
    )

    assert answer.status == 401


def test_a_token_expires_on_the_emulators_clock(emulator: Emulator, send_request: Call) -> None:
    """An hour passes in no time."""
    emulator.call_control_plane("POST", "/clock", {"advance": 3599})
    before = send_request("GET", "projects")
    emulator.call_control_plane("POST", "/clock", {"advance": 1})

    after = send_request("GET", "projects")

    assert (before.status, after.status) == (200, 401)


def test_tokens_can_be_revoked_all_at_once(emulator: Emulator, send_request: Call) -> None:
    """That is how a test makes a client fetch a second token."""
    emulator.call_control_plane("DELETE", "/tokens")

    old = send_request("GET", "projects")

    assert old.status == 401
    assert ask(emulator).status == 200


def test_a_gateway_error_has_the_four_documented_keys(send_request: Call) -> None:
    """The guide spells ``more info`` with a space."""
    answer = send_request("GET", "projects", authorization="")

    assert [*answer.parse_content()] == [
        "developerMessage",
        "userMessage",
        "errorCode",
        "more info",
    ]


def test_token_requests_have_a_quota_of_their_own(emulator: Emulator) -> None:
    """Documented: 500 calls a minute."""
    statuses = [ask(emulator).status for _ in range(501)]

    assert statuses.count(200) == 500
    assert statuses[-1] == 429
