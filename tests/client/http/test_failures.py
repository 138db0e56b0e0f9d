"""Failures: each one line that says what was asked, what was answered and what to do."""

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
from tests.support.hq import TOWER, Fault, Stage, says, settings

HTML = b"<html><head><title>502 Bad Gateway</title></head></html>"
STRANGE_ACCOUNT = "a1d5e9b2-0000-4000-8000-00000000000f"
PROVISION = (
    "an account admin must add the app's client id under Account Admin > Settings > "
    "Custom Integrations, with Account Administration ticked"
)


def refusal(stage: Stage, **changes: Any) -> Bim360Error:
    """Return the error of listing the projects over a connection changed like this."""
    with pytest.raises(Bim360Error) as caught:
        stage.client(**changes).projects.page(0)
    return caught.value


def test_a_wrong_secret_is_told_as_such(stage: Stage) -> None:
    """And never shown."""
    error = refusal(stage, client_secret="wrong-secret-1234")

    assert isinstance(error, UnauthorizedError)
    assert str(error) == (
        "BIM 360: could not get a token: HQ answered 401 Unauthorized (code AUTH-003): "
        '"The client_id (application key)/client_secret are not valid". '
        "Check APS_CLIENT_ID and APS_CLIENT_SECRET."
    )


@pytest.mark.parametrize(
    "changes", [{"account_id": STRANGE_ACCOUNT}, {"account_id": EMEA_ACCOUNT_ID}, {"region": "AUS"}]
)
def test_an_account_out_of_sight_has_three_reasons_and_all_are_told(
    stage: Stage, changes: dict[str, str]
) -> None:
    """HQ answers a wrong id, a wrong region and a missing permission alike."""
    error = refusal(stage, **changes)

    assert isinstance(error, NotFoundError)
    assert str(error) == (
        "BIM 360: could not list the projects: HQ answered 404 Not Found (code 1004): "
        '"this account doesn\'t exist". Check the account id and its region (bim360:region); '
        f"if both are right: {PROVISION}."
    )


def test_a_missing_scope_is_told_as_such(stage: Stage) -> None:
    """The gateway's own code says it."""
    body = {"developerMessage": "Token does not have the privilege", "errorCode": "AUTH-010"}
    stage.hq.faults.append(Fault("GET projects", says(403, body)))

    error = refusal(stage)

    assert isinstance(error, UnauthorizedError)
    assert str(error).endswith(
        'HQ answered 403 Forbidden (code AUTH-010): "Token does not have the privilege". '
        "The app's token lacks a scope: it needs account:read and account:write."
    )


def test_an_app_without_administration_is_told_where_to_tick_it(stage: Stage) -> None:
    """The most common mistake in setting up an app."""
    stage.hq.faults.append(Fault("GET projects", says(403, {"code": 9403, "message": "no"})))

    assert PROVISION in str(refusal(stage))


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (says(400, {"code": 1, "message": "a\n  b"}), RejectedError, '(code 1): "a b". Correct'),
        (says(404, HTML), RejectedError, "not HQ's own answer: check the base URL"),
        (says(407, b""), RejectedError, "The proxy wants a login: set HTTPS_PROXY"),
        (says(409, {"message": "taken"}), HqError, "Something of that name exists already"),
        (says(418, {}), RejectedError, "answered 418"),
        (says(500, {"message": "oh"}), UnavailableError, "HQ failed and still did after several"),
        (says(502, HTML), UnavailableError, "no words of its own (56 bytes of text/html)"),
        (says(503, {"detail": "x" * 999}), UnavailableError, "xxx…"),
        (says(599, b""), UnavailableError, "HQ answered 599"),
        (says(403, {"error": "e", "error_description": "d"}), UnauthorizedError, '"d"'),
        (says(403, [1]), UnauthorizedError, "no words of its own (3 bytes of application/json)"),
    ],
)
def test_any_answer_that_says_no_becomes_one_line(
    stage: Stage, reply: Any, kind: type[Exception], words: str
) -> None:
    """In HQ's words, the gateway's, a proxy's, or none; with what to do."""
    stage.hq.faults.append(Fault("GET projects", reply, times=99))

    error = refusal(stage)

    assert isinstance(error, kind)
    assert str(error).startswith("BIM 360: could not list the projects: HQ answered ")
    assert words in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 700


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("3600", "HQ asks to wait 3600 s, longer than we do."),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "wait more than a year, longer than we do."),
        ("7", "Run it again later, or ask who else uses this client id."),
        ("soon", "Run it again later, or ask who else uses this client id."),
        (None, "Run it again later, or ask who else uses this client id."),
    ],
)
def test_a_busy_hq_is_told_with_the_time_it_asked_for(
    stage: Stage, header: str | None, words: str
) -> None:
    """A wait that is too long is named; one that was obeyed in vain is not blamed."""
    headers = {} if header is None else {"retry_after": header}
    stage.hq.faults.append(Fault("GET projects", says(429, **headers), times=99))

    error = refusal(stage)

    assert isinstance(error, RateLimitedError)
    assert str(error).endswith(words)


@pytest.mark.parametrize("status", [408, 499, 504, 520, 522, 524, 527, 598])
def test_a_create_that_a_gateway_gave_up_waiting_for_is_looked_for(
    stage: Stage, status: int
) -> None:
    """HQ may have acted on it: sent again, it would be refused as a name that is taken."""
    page = says(status, b"<html>timeout</html>")
    stage.hq.faults.append(Fault("POST projects", page, acts=True))

    create(stage.client(), TOWER, settings())

    assert stage.names().count(TOWER["name"]) == 1
    assert stage.hq.asked.count("POST projects") == 1


@pytest.mark.parametrize("status", [408, 499, 520, 524, 530, 599])
def test_what_a_gateway_answers_for_a_moment_is_tried_again(stage: Stage, status: int) -> None:
    """As HQ's own 503 is."""
    stage.hq.faults.append(Fault("GET projects", says(status, b"<html>oh</html>"), times=2))

    assert stage.client().projects.page(0) == []
    assert stage.hq.asked.count("GET projects") == 3


def test_an_error_names_method_and_path_but_no_query_and_no_secret(stage: Stage) -> None:
    """For whoever looks at it in a program."""
    stage.hq.faults.append(Fault("GET projects", says(403, {"message": "no"})))
    error = refusal(stage)

    assert isinstance(error, HqError)
    assert error.request == f"GET /hq/v1/accounts/{stage.connection().account_id}/projects"
    assert (error.status, error.words) == (403, "no")


def test_secrets_are_in_no_output_error_log_or_representation(
    stage: Stage, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not even when HQ's answer repeats them."""
    caplog.set_level(logging.DEBUG)
    client = stage.client()
    project_id, outs = create(client, TOWER, settings())
    bearer = stage.hq.requests[-1].header("authorization").removeprefix("Bearer ")
    echo = says(403, {"message": f"no access with {CLIENT_SECRET}, token {bearer}"})
    stage.hq.faults += [Fault("GET project", echo), Fault("token", echo)]
    told: list[Any] = [project_id, outs, stage.told, client.__dict__, client.transport.__dict__]
    for ask in (client, stage.client()):
        with pytest.raises(HqError) as caught:
            ask.projects.get(project_id)
        told += [str(caught.value), repr(caught.value), caught.value.words, vars(caught.value)]
    told += [stage.connection(), settings(clientSecret=CLIENT_SECRET)]

    shown = f"{told!r}{caplog.text}{capfd.readouterr()}{json.dumps(outs)}"
    assert CLIENT_SECRET not in shown
    assert bearer[:20] not in shown
    assert CLIENT_SECRET.encode() not in pickle.dumps(outs)
