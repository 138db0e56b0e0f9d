"""Hostile responses to each request: one line, no secret, no project dropped or duplicated."""

import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bim360_provider.core.project import create, read, update
from bim360_provider.emulator import CLIENT_SECRET, Delivery, Reply
from bim360_provider.errors import Bim360Error, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.hq.transport import http
from tests.support.hq import (
    DROPS_CONNECTION,
    PROJECT_BODY,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

FOREIGN_URL = "https://evil.example/steal"
MEGABYTE = 2**20
MAX_MESSAGE_LENGTH = 700
"""Characters of an error message: about as much as a user reads."""

TOO_MANY_REQUESTS = 429
NULLS = dict.fromkeys(
    ["id", "name", "status", "start_date", "access_token", "expires_in", "code", "message"]
)


def build_compressed_reply(size: int) -> Reply:
    """Return a small compressed response with a large body."""
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    return Reply(200, headers, gzip.compress(b'"' + b"x" * size + b'"'))


def truncate_reply(reply: Reply) -> Reply:
    """Return a response whose body breaks off in the middle."""
    return Reply(reply.status, reply.headers, reply.body, Delivery(cut_after=len(reply.body) // 2))


HOSTILE_REPLIES: Mapping[str, Reply] = {
    "html": build_reply(200, b"<html><body>Please log in</body></html>"),
    "html said to be json": build_reply(200, b"<html>", content_type="application/json"),
    "empty": build_reply(200, b""),
    "no content": Reply(204, {}, b""),
    "blanks": build_reply(200, b" \r\n"),
    "null": build_reply(200, b"null"),
    "text": build_reply(200, "welcome"),
    "a number": build_reply(200, 7),
    "a list": build_reply(200, [[1], None]),
    "nulls everywhere": build_reply(200, NULLS),
    "nulls in a list": build_reply(200, [NULLS]),
    "wrong types": build_reply(200, {"id": {}, "name": [], "status": 7, "access_token": 5}),
    "wrong types in a list": build_reply(200, [{"id": {}, "name": []}]),
    "half a body": truncate_reply(build_reply(200, {"id": "x" * 99, "name": "y", "status": "z"})),
    "nothing": DROPS_CONNECTION,
    "not utf-8": build_reply(200, b'{"id": "\xff\xfe"}'),
    "deep": build_reply(200, b"[" * 100_000),
    "a bomb": build_compressed_reply(3 * MEGABYTE),
    "not zipped": Reply(200, {"content-encoding": "gzip"}, b"plain"),
    "a megabyte of text": build_reply(403, {"message": "no " * (MEGABYTE // 3)}),
    "a megabyte of html": build_reply(502, b"<p>" * (MEGABYTE // 3)),
    "many lines": build_reply(400, {"message": "one\ntwo\r\nthree\x1b[31m\u2028four"}),
    "codes of other types": build_reply(400, {"code": {"a": [1]}, "message": ["no", {"b": 2}]}),
    "a megabyte of a code": build_reply(
        400, {"code": "\x1b[2J" * (MEGABYTE // 4), "message": "no"}
    ),
    "elsewhere": build_reply(307, b"", location=FOREIGN_URL),
    "moved": build_reply(301, b"", location=FOREIGN_URL),
    "see other": build_reply(303, b"", location=FOREIGN_URL),
    "not modified": Reply(304, {}, b""),
    "a page that is not there": build_reply(404, b"<html>no such page</html>"),
    "a proxy": build_reply(407, b"<html>log in</html>", proxy_authenticate="Basic"),
    "a strange status": build_reply(599, b""),
    "a strange retry-after": build_reply(429, {}, retry_after="NaN"),
    "retry-after of the past": build_reply(429, {}, retry_after="Thu, 01 Jan 1970 00:00:00 GMT"),
    "retry-after below nothing": build_reply(429, {}, retry_after="-5"),
    "retry-after without end": build_reply(429, {}, retry_after="inf"),
    "a strange type": build_reply(
        200, b"\x00\x01", content_type="application/json; charset=klingon"
    ),
    "the secret repeated": build_reply(403, {"message": f"{CLIENT_SECRET} is wrong"}),
}

SendRequest = Callable[[HqClient, str], object]

REQUESTS: Mapping[str, SendRequest] = {
    "token": lambda client, _: client.transport.get_server_time(),
    "POST projects": lambda client, _: client.projects.create(PROJECT_BODY),
    "GET projects": lambda client, _: client.projects.list_page(0),
    "GET project": lambda client, project_id: client.projects.get(project_id),
    "PATCH project": lambda client, project_id: client.projects.update(
        project_id, {"city": "Oslo"}
    ),
    "GET job": lambda client, project_id: client.jobs.get(project_id),
}


@pytest.fixture(autouse=True)
def _lower_body_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit responses to two megabytes, because decompressing more takes long."""
    monkeypatch.setattr(http, "MAX_RESPONSE_SIZE", 2 * MEGABYTE)


def catch_error(call: Callable[..., object], *args: Any) -> Bim360Error | None:
    """Return the error that the call raises, if any."""
    try:
        call(*args)
    except Bim360Error as error:
        return error
    return None


class DroppedError(Bim360Error):
    """A refresh would drop the project from the state."""


def refresh_project(client: HqClient, project_id: str) -> None:
    """Read a project as a refresh does."""
    if read(build_run(client), project_id, {"account_id": "known"}) is None:
        raise DroppedError


def find_flaws(message: str, output: str) -> list[str]:
    """Return the flaws of an error message and of all other output."""
    return [
        flaw
        for flaw, found in {
            "does not say who speaks": not message.startswith("BIM 360: "),
            "is more than a printed line": not message.isprintable(),
            "is too long": len(message) >= MAX_MESSAGE_LENGTH,
            "shows the secret": CLIENT_SECRET in message + output,
            "shows the token": "eyJ" in message + output,
        }.items()
        if found
    ]


@pytest.mark.parametrize("route", REQUESTS)
def test_a_hostile_response_becomes_one_line(hq: HqFixture, route: str) -> None:
    """A request is sent at most five times, a POST of a project once; no secret is shown."""
    project_id = hq.create_project()["id"]
    found: dict[str, list[str]] = {}
    for name, reply in HOSTILE_REPLIES.items():
        client = hq.create_client()
        hq.emulator.request_log.clear()
        hq.emulator.faults[:] = [Fault(route, reply, times=99)]
        error = catch_error(REQUESTS[route], client, project_id)
        found[name] = find_flaws(str(error), str(hq.notifications)) if error else []
        limit = 1 if route == "POST projects" and reply.status != TOO_MANY_REQUESTS else 5
        found[name] += (
            ["is asked too often"] if hq.emulator.request_log.count(route) > limit else []
        )

    assert {name: each for name, each in found.items() if each} == {}


def test_a_hostile_response_never_drops_a_project(hq: HqFixture) -> None:
    """A refresh that read it as 'not found' would drop the project from the state."""
    project_id = hq.create_project()["id"]
    client = hq.create_client()
    dropped = []
    for name, reply in HOSTILE_REPLIES.items():
        hq.emulator.faults[:] = [Fault("GET project", reply, times=99)]
        error = catch_error(refresh_project, client, project_id)
        dropped += [name] if isinstance(error, (NotFoundError, DroppedError)) else []

    assert dropped == []


@pytest.mark.parametrize("acts", [True, False], ids=["acted", "refused"])
def test_a_hostile_response_never_duplicates_a_project(hq: HqFixture, acts: bool) -> None:
    """HQ may have acted on the POST or not; the same run or the next one finds the project."""
    for name, reply in HOSTILE_REPLIES.items():
        hq.emulator.faults[:] = [Fault("POST projects", reply, acts_on_request=acts)]
        for client in (hq.create_client(), hq.create_client()):
            catch_error(create, build_run(client), {**PROJECT_INPUTS, "name": name})
            hq.clock.sleep(60)

    assert sorted(hq.list_project_names()) == sorted(HOSTILE_REPLIES)


def test_the_next_up_settles_a_hostile_response_to_a_change(hq: HqFixture) -> None:
    """After at most two PATCH requests HQ has the declared value."""
    project_id = hq.create_project()["id"]
    client = hq.create_client()
    state = {"account_id": "known", "name": "Tower A", **PROJECT_INPUTS}
    hq.emulator.request_log.clear()
    for name, reply in HOSTILE_REPLIES.items():
        hq.emulator.faults[:] = [Fault("PATCH project", reply, acts_on_request=True)]
        change = {**PROJECT_INPUTS, "city": name}
        if catch_error(update, build_run(client), project_id, state, change):
            update(build_run(client), project_id, state, change)

        assert client.projects.get(project_id).city == name

    assert hq.emulator.request_log.count("PATCH project") <= 2 * len(HOSTILE_REPLIES)


@pytest.mark.parametrize("route", REQUESTS)
def test_no_redirect_is_followed(hq: HqFixture, route: str) -> None:
    """Not even a redirect within HQ: the token is only sent where it belongs."""
    project_id = hq.create_project()["id"]
    for status in (301, 302, 303, 307, 308):
        client = hq.create_client()
        redirect = build_reply(status, b"", location=f"{hq.url}/stolen")
        hq.emulator.faults[:] = [Fault(route, redirect, times=99)]

        with pytest.raises(Bim360Error, match="redirects are not followed"):
            REQUESTS[route](client, project_id)

    assert not any("stolen" in request.path for request in hq.emulator.requests)


def test_unknown_fields_are_ignored(hq: HqFixture) -> None:
    """HQ may add fields; they do not enter the state."""
    project_id = hq.create_project()["id"]
    client = hq.create_client()
    row = json.loads(json.dumps(hq.create_project(name="Other")))
    row_with_new_fields = {
        **row,
        "id": project_id,
        "colour": "red",
        "nested": {"a": [None]},
        "n": 1e300,
    }
    hq.emulator.faults.append(Fault("GET project", build_reply(200, row_with_new_fields)))

    live = read(build_run(client), project_id, {"account_id": "known"})

    assert live is not None
    assert not {"colour", "nested", "n"} & set(live.outputs)


def test_unusual_headers_are_ignored(hq: HqFixture) -> None:
    """For example a hundred unknown headers, a cookie and non-ASCII text."""
    project_id = hq.create_project()["id"]
    client = hq.create_client()
    unusual_headers: Any = {f"x-{number}": "y" * 200 for number in range(90)}
    unusual_headers |= {"set-cookie": "token=mine; Domain=.example", "Server": "\xe9\xe8"}
    hq.emulator.faults.append(
        Fault("GET project", build_reply(200, {"id": project_id, "name": "T"}, **unusual_headers))
    )

    project = client.projects.get(project_id)
    client.projects.get(project_id)

    assert project.name == "T"
    assert hq.emulator.requests[-1].get_header("cookie") == ""
