"""Failures: each error is one line with the request, the response and the next step."""

import json
import logging
import pickle
from typing import Any

import pytest

from bim360_provider.core.project import create
from bim360_provider.emulator import CLIENT_SECRET, EMEA_ACCOUNT_ID
from bim360_provider.errors import (
    Bim360Error,
    HqError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorizedError,
    UnavailableError,
)
from tests.support.hq import (
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)

HTML = b"<html><head><title>502 Bad Gateway</title></head></html>"
UNKNOWN_ACCOUNT = "a1d5e9b2-0000-4000-8000-00000000000f"
PROVISION = (
    "an account admin must add the app's client id under Account Admin > Settings > "
    "Custom Integrations, with Account Administration ticked"
)


def get_refusal(hq: HqFixture, **changes: Any) -> Bim360Error:
    """Return the error of listing the projects over a connection with these changes."""
    with pytest.raises(Bim360Error) as caught:
        hq.create_client(**changes).projects.list_page(0)
    return caught.value


def test_a_wrong_secret_is_reported_without_the_secret(hq: HqFixture) -> None:
    """The message names the variables to check and does not quote the secret."""
    error = get_refusal(hq, client_secret="wrong-secret-1234")

    assert isinstance(error, UnauthorizedError)
    assert str(error) == (
        "BIM 360: could not get a token: HQ answered 401 Unauthorized (code AUTH-003): "
        '"The client_id (application key)/client_secret are not valid". '
        "Check APS_CLIENT_ID and APS_CLIENT_SECRET."
    )


@pytest.mark.parametrize(
    "changes", [{"account_id": UNKNOWN_ACCOUNT}, {"account_id": EMEA_ACCOUNT_ID}, {"region": "AUS"}]
)
def test_a_hidden_account_error_lists_all_three_causes(
    hq: HqFixture, changes: dict[str, str]
) -> None:
    """HQ sends the same response for a wrong id, a wrong region and a missing permission."""
    error = get_refusal(hq, **changes)

    assert isinstance(error, NotFoundError)
    assert str(error) == (
        "BIM 360: could not list the projects: HQ answered 404 Not Found (code 1004): "
        '"this account doesn\'t exist". Check the account id and its region (bim360:region); '
        f"if both are right: {PROVISION}."
    )


def test_a_missing_scope_is_reported(hq: HqFixture) -> None:
    """The gateway's error code identifies this case."""
    body = {"developerMessage": "Token does not have the privilege", "errorCode": "AUTH-010"}
    hq.emulator.faults.append(Fault("GET projects", build_reply(403, body)))

    error = get_refusal(hq)

    assert isinstance(error, UnauthorizedError)
    assert str(error).endswith(
        'HQ answered 403 Forbidden (code AUTH-010): "Token does not have the privilege". '
        "The app's token lacks a scope: it needs account:read and account:write."
    )


def test_an_app_without_account_administration_gets_setup_advice(hq: HqFixture) -> None:
    """This is the most common setup mistake."""
    hq.emulator.faults.append(
        Fault("GET projects", build_reply(403, {"code": 9403, "message": "no"}))
    )

    assert PROVISION in str(get_refusal(hq))


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (
            build_reply(400, {"code": 1, "message": "a\n  b"}),
            RejectedError,
            '(code 1): "a b". Correct',
        ),
        (build_reply(404, HTML), RejectedError, "The response is not from HQ: check the base URL"),
        (build_reply(407, b""), RejectedError, "The proxy requires a login: set HTTPS_PROXY"),
        (build_reply(409, {"message": "taken"}), HqError, "The name is in use"),
        (build_reply(418, {}), RejectedError, "answered 418"),
        (
            build_reply(500, {"message": "oh"}),
            UnavailableError,
            "HQ failed on all attempts",
        ),
        (build_reply(502, HTML), UnavailableError, "no message (56 bytes of text/html)"),
        (build_reply(503, {"detail": "x" * 999}), UnavailableError, "xxx…"),
        (build_reply(599, b""), UnavailableError, "HQ answered 599"),
        (build_reply(403, {"error": "e", "error_description": "d"}), UnauthorizedError, '"d"'),
        (
            build_reply(403, [1]),
            UnauthorizedError,
            "no message (3 bytes of application/json)",
        ),
    ],
)
def test_any_error_response_becomes_one_line(
    hq: HqFixture, reply: Any, kind: type[Exception], message: str
) -> None:
    """The line quotes HQ, the gateway or the proxy if there is a message, and gives advice."""
    hq.emulator.faults.append(Fault("GET projects", reply, times=99))

    error = get_refusal(hq)

    assert isinstance(error, kind)
    assert str(error).startswith("BIM 360: could not list the projects: HQ answered ")
    assert message in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 700


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("3600", "HQ requires a wait of 3600 s, which is too long; run it again later."),
        (
            "Fri, 01 Jan 2100 00:00:00 GMT",
            "a wait of more than a year, which is too long; run it again later.",
        ),
        ("7", "Run it again later, and check who else uses this client id."),
        ("soon", "Run it again later, and check who else uses this client id."),
        (None, "Run it again later, and check who else uses this client id."),
    ],
)
def test_a_rate_limit_error_states_the_requested_wait(
    hq: HqFixture, header: str | None, message: str
) -> None:
    """Only a wait that is longer than the limit is quoted."""
    headers = {} if header is None else {"retry_after": header}
    hq.emulator.faults.append(Fault("GET projects", build_reply(429, **headers), times=99))

    error = get_refusal(hq)

    assert isinstance(error, RateLimitedError)
    assert str(error).endswith(message)


@pytest.mark.parametrize("status", [408, 499, 504, 520, 522, 524, 527, 598])
def test_a_create_that_times_out_at_a_gateway_is_searched_for(hq: HqFixture, status: int) -> None:
    """HQ may have created the project; a second POST would get a conflict with its name."""
    page = build_reply(status, b"<html>timeout</html>")
    hq.emulator.faults.append(Fault("POST projects", page, acts_on_request=True))

    create(build_run(hq.create_client()), PROJECT_INPUTS)

    assert hq.list_project_names().count(PROJECT_INPUTS["name"]) == 1
    assert hq.emulator.request_log.count("POST projects") == 1


@pytest.mark.parametrize("status", [408, 499, 520, 524, 530, 599])
def test_a_temporary_gateway_error_is_retried(hq: HqFixture, status: int) -> None:
    """The client retries it as it retries a 503 of HQ."""
    hq.emulator.faults.append(
        Fault("GET projects", build_reply(status, b"<html>oh</html>"), times=2)
    )

    assert hq.create_client().projects.list_page(0) == []
    assert hq.emulator.request_log.count("GET projects") == 3


def test_an_error_names_method_and_path_but_no_query_and_no_secret(hq: HqFixture) -> None:
    """Programs can read these attributes of the error."""
    hq.emulator.faults.append(Fault("GET projects", build_reply(403, {"message": "no"})))
    error = get_refusal(hq)

    assert isinstance(error, HqError)
    assert error.request == f"GET /hq/v1/accounts/{hq.build_connection().account_id}/projects"
    assert (error.status, error.hq_message) == (403, "no")


def test_secrets_are_in_no_output_error_log_or_representation(
    hq: HqFixture, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Secrets are redacted even if HQ's response repeats them."""
    caplog.set_level(logging.DEBUG)
    client = hq.create_client()
    project_id, outs = create(build_run(client), PROJECT_INPUTS)
    bearer = hq.emulator.requests[-1].get_header("authorization").removeprefix("Bearer ")
    echo = build_reply(403, {"message": f"no access with {CLIENT_SECRET}, token {bearer}"})
    hq.emulator.faults += [Fault("GET project", echo), Fault("token", echo)]
    exposed: list[Any] = [
        project_id,
        outs,
        hq.notifications,
        client.__dict__,
        client.transport.__dict__,
    ]
    for sender in (client, hq.create_client()):
        with pytest.raises(HqError) as caught:
            sender.projects.get(project_id)
        exposed += [
            str(caught.value),
            repr(caught.value),
            caught.value.hq_message,
            vars(caught.value),
        ]
    exposed += [hq.build_connection(), build_settings(clientSecret=CLIENT_SECRET)]

    output = f"{exposed!r}{caplog.text}{capfd.readouterr()}{json.dumps(outs)}"
    assert CLIENT_SECRET not in output
    assert bearer[:20] not in output
    assert CLIENT_SECRET.encode() not in pickle.dumps(outs)
