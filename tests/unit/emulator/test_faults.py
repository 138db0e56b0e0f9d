"""Fault rules: their matches, their counts and their effects."""

import json
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import (
    CLIENT_ID,
    Emulator,
    SeedError,
    parse_rules,
    read_rules,
)
from bim360_provider.emulator.control.routes import ControlError
from tests.support.emulator import Call

Project = dict[str, Any]
LIST = "/hq/v1/accounts/:account_id/projects"
UNWELL = {"then": {"status": 503}}


def test_a_fault_replaces_the_reply_of_hq(
    emulator: Emulator, send_request: Call, project_body: Project
) -> None:
    """With a status HQ does not act, and the body is the usual error."""
    emulator.call_control_plane("POST", "/faults", UNWELL | {"times": 1})

    refused, created = (
        send_request("POST", "projects", project_body),
        send_request("POST", "projects", project_body),
    )

    assert (refused.status, created.status) == (503, 201)
    assert refused.parse_content()["errorCode"] == "ERR-003"


def test_hq_can_act_and_reply_504(
    emulator: Emulator, send_request: Call, project_body: Project
) -> None:
    """Observed: a create of more than 10 s ends with a 504, and the project exists."""
    then = {"status": 504, "act": True, "advance": 10}
    emulator.call_control_plane(
        "POST", "/faults", {"match": {"method": "post"}, "times": 1, "then": then}
    )
    before = emulator.clock.now()

    reply = send_request("POST", "projects", project_body)

    assert reply.status == 504
    assert emulator.clock.now() - before == 10
    assert [row["name"] for row in send_request("GET", "projects").parse_content()] == ["Tower A"]


@pytest.mark.parametrize(("drop", "created"), [("before", 0), ("after", 1)])
def test_a_reply_can_be_dropped_before_or_after_acting(
    emulator: Emulator, send_request: Call, project_body: Project, drop: str, created: int
) -> None:
    """The journal has the status 0 and the number of the fault."""
    emulator.call_control_plane("POST", "/faults", {"times": 1, "then": {"drop": drop}})

    reply = send_request("POST", "projects", project_body)

    entry = [*emulator.journal.find_entries()][-1]
    assert reply.delivery.drop
    assert (entry.status, entry.fault) == (0, 1)
    assert len(send_request("GET", "projects").parse_content()) == created


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({}, True),
        ({"method": "GET"}, False),
        ({"path": LIST}, True),
        ({"path": "/hq/v1/accounts/*/projects"}, True),
        ({"path": "/hq/v1/accounts/:account_id/jobs/:job_id"}, False),
        ({"body": {"name": "Tower A"}}, True),
        ({"body": {"name": "Tower B"}}, False),
        ({"query": {"limit": "1"}}, False),
    ],
)
def test_a_rule_triggers_only_for_matching_requests(
    emulator: Emulator, send_request: Call, project_body: Project, match: Any, *, hit: bool
) -> None:
    """By method, by route template or path, by query and by body."""
    emulator.call_control_plane("POST", "/faults", UNWELL | {"match": match})

    reply = send_request("POST", "projects", project_body)

    assert (reply.status == 503) == hit


def test_a_query_can_be_matched(emulator: Emulator, send_request: Call) -> None:
    """For example only the second page."""
    emulator.call_control_plane("POST", "/faults", UNWELL | {"match": {"query": {"offset": "10"}}})

    statuses = [
        send_request("GET", "projects", query=f"offset={offset}").status for offset in (0, 10, 20)
    ]

    assert statuses == [200, 503, 200]


def test_a_rule_for_a_body_field_ignores_other_bodies(
    emulator: Emulator, send_request: Call
) -> None:
    """A list or no body has no fields."""
    emulator.call_control_plane("POST", "/faults", UNWELL | {"match": {"body": {"name": "A"}}})

    statuses = [
        send_request("GET", "projects").status,
        send_request("POST", "projects", ["A"]).status,
    ]

    assert statuses == [200, 400]


def test_times_and_after_count_matching_requests(emulator: Emulator, send_request: Call) -> None:
    """Skip two, trigger twice, then stop."""
    emulator.call_control_plane("POST", "/faults", UNWELL | {"after": 2, "times": 2})

    statuses = [send_request("GET", "projects").status for _ in range(6)]

    assert statuses == [200, 200, 503, 503, 200, 200]


def test_a_probability_is_repeatable(emulator: Emulator, send_request: Call) -> None:
    """The seed determines the sequence; a reset restarts it."""

    def run(seed: int) -> list[int]:
        emulator.call_control_plane("POST", "/reset")
        emulator.call_control_plane("POST", "/faults", UNWELL | {"probability": 0.5, "seed": seed})
        return [send_request("GET", "projects").status for _ in range(30)]

    first, second, other = run(7), run(7), run(8)

    assert first == second != other
    assert {200, 503} == {*first}


def test_the_first_rule_that_triggers_applies(emulator: Emulator, send_request: Call) -> None:
    """The second rule does not count the request."""
    rules: Any = [{"times": 1, "then": {"status": 500}}, {"times": 1, "then": {"status": 502}}]
    emulator.call_control_plane("POST", "/faults", rules)

    statuses = [send_request("GET", "projects").status for _ in range(3)]

    assert statuses == [500, 502, 200]


def test_faults_are_listed_counted_and_removed(emulator: Emulator, send_request: Call) -> None:
    """One by one, or all."""
    ids = emulator.call_control_plane("POST", "/faults", [UNWELL | {"after": 1}, UNWELL])
    send_request("GET", "projects")

    rules = emulator.call_control_plane("GET", "/faults")
    emulator.call_control_plane("DELETE", f"/faults/{ids['ids'][0]}")
    left = emulator.call_control_plane("GET", "/faults")
    emulator.call_control_plane("DELETE", "/faults")

    assert [(each["matched"], each["fired"]) for each in rules] == [(1, 0), (1, 1)]
    assert [each["id"] for each in left] == [2]
    assert send_request("GET", "projects").status == 200


@pytest.mark.parametrize(
    ("status", "key", "code"),
    [
        (401, "errorCode", "AUTH-006"),
        (403, "errorCode", "AUTH-010"),
        (429, "errorCode", "ERR-001"),
        (500, "errorCode", "ERR-003"),
        (504, "errorCode", "ERR-003"),
        (599, "errorCode", "ERR-003"),
        (404, "code", 9422),
        (409, "code", 9422),
    ],
)
def test_a_status_has_its_usual_body(
    emulator: Emulator, send_request: Call, status: int, key: str, code: object
) -> None:
    """The gateway's format or HQ's."""
    emulator.call_control_plane("POST", "/faults", {"then": {"status": status}})

    reply = send_request("GET", "projects")

    assert (reply.status, reply.parse_content()[key]) == (status, code)


@pytest.mark.parametrize("wait", [25, "Wed, 21 Oct 2026 07:28:00 GMT", "soon"])
def test_retry_after_may_be_any_text(
    emulator: Emulator, send_request: Call, wait: int | str
) -> None:
    """Seconds, a date, or invalid text."""
    emulator.call_control_plane("POST", "/faults", {"then": {"status": 429, "retry_after": wait}})

    assert send_request("GET", "projects").headers["retry-after"] == str(wait)


@pytest.mark.parametrize(
    ("then", "kind", "body"),
    [
        ({"html": True}, "text/html; charset=utf-8", b"<html>"),
        ({"text": ""}, "text/plain; charset=utf-8", b""),
        ({"text": "[{"}, "text/plain; charset=utf-8", b"[{"),
        ({"body": None}, "application/json", b"null"),
        ({"body": {"id": 7}}, "application/json", b'{"id":7}'),
    ],
)
def test_a_body_can_be_malformed(
    emulator: Emulator, send_request: Call, then: Any, kind: str, body: bytes
) -> None:
    """HTML, empty, truncated, or other JSON, with 200."""
    emulator.call_control_plane("POST", "/faults", {"then": then})

    reply = send_request("GET", "projects")

    assert (reply.status, reply.headers["content-type"]) == (200, kind)
    assert reply.body.startswith(body)


def test_headers_can_be_added_and_replaced(emulator: Emulator, send_request: Call) -> None:
    """Even the Date, to test clients with another clock."""
    headers = {"X-Odd": "1", "Date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    emulator.call_control_plane("POST", "/faults", {"then": {"headers": headers}})

    reply = send_request("GET", "projects")

    assert (reply.status, reply.headers["x-odd"]) == (200, "1")
    assert reply.headers["date"] == "Thu, 01 Jan 1970 00:00:00 GMT"


def test_a_body_can_be_a_megabyte(emulator: Emulator, send_request: Call) -> None:
    """Clients must not print it."""
    emulator.call_control_plane("POST", "/faults", {"then": {"status": 500, "size": 1_000_000}})

    assert len(send_request("GET", "projects").body) == 1_000_000


def test_fields_of_the_real_reply_can_be_overwritten(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """In one project and in each row of a list; HQ acts."""
    emulator.call_control_plane(
        "POST", "/faults", {"then": {"change": {"value": "lots", "status": None}}}
    )

    current = send_request("GET", f"projects/{created_project['id']}").parse_content()
    rows = send_request("GET", "projects").parse_content()

    assert (current["value"], current["status"], current["name"]) == ("lots", None, "Tower A")
    assert [row["value"] for row in rows] == ["lots"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "Odd"}, {"business_units": [{"name": "Odd"}]}),
        ({"business_units": []}, {"business_units": []}),
    ],
)
def test_a_change_applies_to_the_rows_of_a_wrapped_list(
    emulator: Emulator, send_request: Call, change: Project, expected: Project
) -> None:
    """Or to the envelope, if it has such a field."""
    emulator.call_control_plane("POST", "/faults", {"then": {"change": change}})

    content = send_request("GET", "business_units_structure").parse_content()

    names = [{"name": unit["name"]} for unit in content["business_units"]]
    assert {"business_units": names} == expected


def test_a_change_ignores_a_reply_that_is_not_an_object(
    emulator: Emulator, send_request: Call
) -> None:
    """Null stays null."""
    emulator.call_control_plane(
        "POST", "/faults", {"then": {"drop": "before", "change": {"value": 1}}}
    )

    assert send_request("GET", "projects").body == b"null"


def test_a_request_can_be_redirected_to_another_host(
    emulator: Emulator, send_request: Call
) -> None:
    """A client must not carry its token there."""
    emulator.call_control_plane(
        "POST", "/faults", {"then": {"redirect": "http://127.0.0.1:9/elsewhere"}}
    )

    reply = send_request("GET", "projects")

    assert (reply.status, reply.headers["location"]) == (307, "http://127.0.0.1:9/elsewhere")


def test_a_success_can_have_another_status(
    emulator: Emulator, send_request: Call, project_body: Project
) -> None:
    """With ``act`` it has the real body, without it an empty object."""
    rules: Any = [
        {"times": 1, "then": {"status": 202}},
        {"times": 1, "then": {"status": 200, "act": True}},
    ]
    emulator.call_control_plane("POST", "/faults", rules)

    empty, whole = (
        send_request("POST", "projects", project_body),
        send_request("POST", "projects", project_body),
    )

    assert (empty.status, empty.parse_content()) == (202, {})
    assert (whole.status, whole.parse_content()["name"]) == (200, "Tower A")


def test_the_token_endpoint_can_fail_too(emulator: Emulator, send_request: Call) -> None:
    """A rule for its path does not affect HQ."""
    match = {"path": "/authentication/v2/token", "body": {"client_id": CLIENT_ID}}
    emulator.call_control_plane("POST", "/faults", UNWELL | {"match": match})

    assert send_request("GET", "projects").status == 200


def test_faults_do_not_affect_the_control_plane(emulator: Emulator) -> None:
    """Otherwise a fault could not be removed."""
    emulator.call_control_plane("POST", "/faults", UNWELL)

    health = emulator.call_control_plane("GET", "/health")

    assert health["status"] == "ok"


def test_a_reset_restores_the_initial_faults() -> None:
    """Faults added later are removed."""
    emulator = Emulator(faults=parse_rules([UNWELL | {"times": 1}]))
    emulator.call_control_plane("POST", "/faults", UNWELL)

    emulator.call_control_plane("POST", "/reset")

    rules = emulator.call_control_plane("GET", "/faults")
    emulator.close()
    assert [each["rule"] for each in rules] == [UNWELL | {"times": 1}]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, "faults[0].then: Field required"),
        ([UNWELL, {"than": {}}], "faults[1].than: unknown key; the nearest known one is"),
        ({"then": {"status": 100}}, "faults[0].then.status: "),
        ({"then": {"drop": "during"}}, "faults[0].then.drop: "),
        ({"probability": 2, "then": {}}, "faults[0].probability: "),
        ("x", "faults[0].the document: "),
    ],
)
def test_an_invalid_rule_raises_a_one_line_error(
    emulator: Emulator, rule: Any, message: str
) -> None:
    """It names the place."""
    with pytest.raises(ControlError) as caught:
        emulator.call_control_plane("POST", "/faults", rule)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_fault_cannot_be_removed(emulator: Emulator) -> None:
    """The error has the number."""
    with pytest.raises(ControlError, match="there is no fault 9"):
        emulator.call_control_plane("DELETE", "/faults/9")


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    """An error names an invalid file."""
    path, wrong = tmp_path / "faults.json", tmp_path / "wrong.json"
    path.write_text(json.dumps([UNWELL]))
    wrong.write_text("[{}]")

    assert read_rules(path) == parse_rules(UNWELL)
    for broken in (wrong, tmp_path / "missing.json"):
        with pytest.raises(SeedError, match=broken.name):
            read_rules(broken)
