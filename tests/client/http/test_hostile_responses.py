"""Hostile answers to every request: each one line, never a secret, never "gone", never two."""

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
from tests.support.hq import BODY, HANGS_UP, TOWER, Fault, Stage, says, settings

ELSEWHERE = "https://evil.example/steal"
MEGABYTE = 2**20
LONGEST = 700
"""Characters of an error: two lines of a wide terminal are read, a page is not."""

TOO_MANY = 429
NULLS = dict.fromkeys(
    ["id", "name", "status", "start_date", "access_token", "expires_in", "code", "message"]
)


def zipped(size: int) -> Reply:
    """Return an answer that is small on the way and large when it is unpacked."""
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    return Reply(200, headers, gzip.compress(b'"' + b"x" * size + b'"'))


def cut(reply: Reply) -> Reply:
    """Return an answer of which half a body comes."""
    return Reply(reply.status, reply.headers, reply.body, Delivery(cut_after=len(reply.body) // 2))


HOSTILE: Mapping[str, Reply] = {
    "html": says(200, b"<html><body>Please log in</body></html>"),
    "html said to be json": says(200, b"<html>", content_type="application/json"),
    "empty": says(200, b""),
    "no content": Reply(204, {}, b""),
    "blanks": says(200, b" \r\n"),
    "null": says(200, b"null"),
    "text": says(200, "welcome"),
    "a number": says(200, 7),
    "a list": says(200, [[1], None]),
    "nulls everywhere": says(200, NULLS),
    "nulls in a list": says(200, [NULLS]),
    "wrong types": says(200, {"id": {}, "name": [], "status": 7, "access_token": 5}),
    "wrong types in a list": says(200, [{"id": {}, "name": []}]),
    "half a body": cut(says(200, {"id": "x" * 99, "name": "y", "status": "z"})),
    "nothing": HANGS_UP,
    "not utf-8": says(200, b'{"id": "\xff\xfe"}'),
    "deep": says(200, b"[" * 100_000),
    "a bomb": zipped(3 * MEGABYTE),
    "not zipped": Reply(200, {"content-encoding": "gzip"}, b"plain"),
    "a megabyte of words": says(403, {"message": "no " * (MEGABYTE // 3)}),
    "a megabyte of html": says(502, b"<p>" * (MEGABYTE // 3)),
    "many lines": says(400, {"message": "one\ntwo\r\nthree\x1b[31m\u2028four"}),
    "codes of other types": says(400, {"code": {"a": [1]}, "message": ["no", {"b": 2}]}),
    "a megabyte of a code": says(400, {"code": "\x1b[2J" * (MEGABYTE // 4), "message": "no"}),
    "elsewhere": says(307, b"", location=ELSEWHERE),
    "moved": says(301, b"", location=ELSEWHERE),
    "see other": says(303, b"", location=ELSEWHERE),
    "not modified": Reply(304, {}, b""),
    "a page that is not there": says(404, b"<html>no such page</html>"),
    "a proxy": says(407, b"<html>log in</html>", proxy_authenticate="Basic"),
    "a strange status": says(599, b""),
    "a strange retry-after": says(429, {}, retry_after="NaN"),
    "retry-after of the past": says(429, {}, retry_after="Thu, 01 Jan 1970 00:00:00 GMT"),
    "retry-after below nothing": says(429, {}, retry_after="-5"),
    "retry-after without end": says(429, {}, retry_after="inf"),
    "a strange type": says(200, b"\x00\x01", content_type="application/json; charset=klingon"),
    "the secret repeated": says(403, {"message": f"{CLIENT_SECRET} is no good"}),
}

Ask = Callable[[HqClient, str], object]

REQUESTS: Mapping[str, Ask] = {
    "token": lambda client, _: client.transport.now(),
    "POST projects": lambda client, _: client.projects.create(BODY),
    "GET projects": lambda client, _: client.projects.page(0),
    "GET project": lambda client, made: client.projects.get(made),
    "PATCH project": lambda client, made: client.projects.update(made, {"city": "Oslo"}),
    "GET job": lambda client, made: client.jobs.get(made),
}


@pytest.fixture(autouse=True)
def _small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an answer be too large at two megabytes: to unpack more takes its time."""
    monkeypatch.setattr(http, "ANSWER_LIMIT", 2 * MEGABYTE)


def refused(ask: Callable[..., object], *words: Any) -> Bim360Error | None:
    """Return the error that comes of asking, if one does."""
    try:
        ask(*words)
    except Bim360Error as error:
        return error
    return None


class GoneError(Bim360Error):
    """A refresh would drop the project from the state."""


def look(client: HqClient, made: str) -> None:
    """Read a project as a refresh does."""
    if read(client, made, {"account_id": "known"}) is None:
        raise GoneError


def flaws(told: str, shown: str) -> list[str]:
    """Return what is wrong with an error that a person reads, and with all else that is shown."""
    return [
        flaw
        for flaw, found in {
            "does not say who speaks": not told.startswith("BIM 360: "),
            "is more than a printed line": not told.isprintable(),
            "is too long": len(told) >= LONGEST,
            "shows the secret": CLIENT_SECRET in told + shown,
            "shows the token": "eyJ" in told + shown,
        }.items()
        if found
    ]


@pytest.mark.parametrize("what", REQUESTS)
def test_a_hostile_answer_is_one_line(stage: Stage, what: str) -> None:
    """Asked at most five times, a POST of a project once, and told without secrets."""
    made = stage.project()["id"]
    found: dict[str, list[str]] = {}
    for name, reply in HOSTILE.items():
        client = stage.client()
        stage.hq.asked.clear()
        stage.hq.faults[:] = [Fault(what, reply, times=99)]
        error = refused(REQUESTS[what], client, made)
        found[name] = flaws(str(error), str(stage.told)) if error else []
        most = 1 if what == "POST projects" and reply.status != TOO_MANY else 5
        found[name] += ["is asked too often"] if stage.hq.asked.count(what) > most else []

    assert {name: each for name, each in found.items() if each} == {}


def test_a_hostile_answer_is_never_mistaken_for_gone(stage: Stage) -> None:
    """A refresh that took it so would drop the project from the state."""
    made = stage.project()["id"]
    client = stage.client()
    gone = []
    for name, reply in HOSTILE.items():
        stage.hq.faults[:] = [Fault("GET project", reply, times=99)]
        error = refused(look, client, made)
        gone += [name] if isinstance(error, (NotFoundError, GoneError)) else []

    assert gone == []


@pytest.mark.parametrize("acts", [True, False], ids=["acted", "refused"])
def test_a_hostile_answer_makes_no_second_project(stage: Stage, acts: bool) -> None:
    """Whether HQ acted on the POST or not; what it made is found, then or by the next run."""
    for name, reply in HOSTILE.items():
        stage.hq.faults[:] = [Fault("POST projects", reply, acts=acts)]
        for client in (stage.client(), stage.client()):
            refused(create, client, {**TOWER, "name": name}, settings())
            stage.clock.sleep(60)

    assert sorted(stage.names()) == sorted(HOSTILE)


def test_a_hostile_answer_to_a_change_is_settled_by_the_next_up(stage: Stage) -> None:
    """Whatever the first PATCH was answered, HQ has the value in the end, after two at most."""
    made = stage.project()["id"]
    client = stage.client()
    state = {"account_id": "known", "name": "Tower A", **TOWER}
    stage.hq.asked.clear()
    for name, reply in HOSTILE.items():
        stage.hq.faults[:] = [Fault("PATCH project", reply, acts=True)]
        change = {**TOWER, "city": name}
        if refused(update, client, made, state, change):
            update(client, made, state, change)

        assert client.projects.get(made).city == name

    assert stage.hq.asked.count("PATCH project") <= 2 * len(HOSTILE)


@pytest.mark.parametrize("what", REQUESTS)
def test_no_redirect_is_followed(stage: Stage, what: str) -> None:
    """Not even one to HQ's own address: the token stays where it was meant to go."""
    made = stage.project()["id"]
    for status in (301, 302, 303, 307, 308):
        client = stage.client()
        home = says(status, b"", location=f"{stage.url}/stolen")
        stage.hq.faults[:] = [Fault(what, home, times=99)]

        with pytest.raises(Bim360Error, match="redirects are not followed"):
            REQUESTS[what](client, made)

    assert not any("stolen" in request.path for request in stage.hq.requests)


def test_fields_that_nobody_knows_are_let_through(stage: Stage) -> None:
    """HQ may learn something new; nothing of it is in the state."""
    made = stage.project()["id"]
    client = stage.client()
    row = json.loads(json.dumps(stage.project(name="Other")))
    news = {**row, "id": made, "colour": "red", "nested": {"a": [None]}, "n": 1e300}
    stage.hq.faults.append(Fault("GET project", says(200, news)))

    live = read(client, made, {"account_id": "known"})

    assert live is not None
    assert not {"colour", "nested", "n"} & set(live.outputs)


def test_headers_of_all_kinds_do_no_harm(stage: Stage) -> None:
    """A date that is none, a cookie for everybody, names in any case, a hundred more."""
    made = stage.project()["id"]
    client = stage.client()
    strange: Any = {f"x-{number}": "y" * 200 for number in range(90)}
    strange |= {"set-cookie": "token=mine; Domain=.example", "Server": "\xe9\xe8"}
    stage.hq.faults.append(Fault("GET project", says(200, {"id": made, "name": "T"}, **strange)))

    project = client.projects.get(made)
    client.projects.get(made)

    assert project.name == "T"
    assert stage.hq.requests[-1].header("cookie") == ""
