"""The real host, from check to delete."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from bim360_provider.emulator import CLIENT_SECRET
from tests.host.dynamic_host import PROVIDER, UNKNOWN, Host, inputs, plain, refusal, struct
from tests.support.hq import BODY, NO_PROJECT, TOWER, Actor, Fault

DiffResponse = provider_pb2.DiffResponse

TEN_MINUTES = 600.0
"""Seconds after which a 404 is believed at once, and the token is still good."""


def test_a_project_lives_from_check_to_delete(host: Host, hq: Actor) -> None:
    """Six calls of the engine, four requests to HQ."""
    checked = host.check(BODY)
    made = host.create(checked.inputs)
    read = host.read(made.id, made.properties, checked.inputs)
    same = host.diff(made.id, read.properties, checked.inputs)
    wanted = host.check({**BODY, "city": "Oslo"}, plain(checked.inputs)).inputs
    other = host.diff(made.id, read.properties, wanted)
    changed = host.update(made.id, read.properties, wanted)
    host.delete(made.id, changed.properties)

    assert plain(checked.inputs) == TOWER
    assert plain(read.inputs) == TOWER
    assert read.id == made.id
    assert (same.changes, other.changes) == (DiffResponse.DIFF_NONE, DiffResponse.DIFF_UNKNOWN)
    assert plain(changed.properties)["city"] == "Oslo"
    assert [each for each in hq.asked if each != "token"] == [
        "POST projects",
        "GET project",
        "PATCH project",
        "PATCH project",
    ]


def test_a_refused_name_is_not_looked_for(host: Host, hq: Actor) -> None:
    """HQ would refuse the search as well; the delete archives the project that the state has."""
    made = host.made(BODY)
    refused = host.check({**BODY, "name": "x" * 256}, plain(host.check(BODY).inputs))
    sent = len(hq.asked)
    host.delete(made.id, made.properties)

    assert [failure.reason for failure in refused.failures]
    assert hq.asked[sent:] == ["PATCH project"]


def test_numbers_arrive_as_numbers_whatever_they_were(host: Host, hq: Actor) -> None:
    """Pulumi makes every number a double; HQ gets an amount, and text stays text."""
    made = host.made({**BODY, "value": 3, "job_number": "007", "copy_timeout": 5})

    assert plain(made.properties)["value"] == 3.0
    assert plain(made.properties)["job_number"] == "007"
    assert (
        host.diff(made.id, made.properties, host.check({**BODY, "value": "3"}).inputs).changes
        == DiffResponse.DIFF_NONE
    )
    assert hq.asked.count("POST projects") == 1


def test_unknown_values_survive_check_and_diff(host: Host, hq: Actor) -> None:
    """They come and go as Pulumi's own mark; nothing is sent."""
    news = {**BODY, "name": UNKNOWN, "service_types": ["pm", UNKNOWN], "city": "Oslo"}

    checked = host.check(news)
    verdict = host.diff("p1", inputs({**TOWER, "name": "Tower A"}), checked.inputs)

    assert list(checked.failures) == []
    assert plain(checked.inputs)["name"] == UNKNOWN
    assert plain(checked.inputs)["service_types"] == ["pm", UNKNOWN]
    assert verdict.changes == DiffResponse.DIFF_UNKNOWN
    assert hq.asked == []


def test_all_mistakes_come_at_once(host: Host, hq: Actor) -> None:
    """Each a sentence that names its argument; nothing is sent."""
    checked = host.check({**BODY, "name": "a/b", "currency": "EURO", "end_date": "2020-01-01"})

    assert [each.property for each in checked.failures] == ["", "", ""]
    assert [each.reason.split()[0] for each in checked.failures] == ["name", "currency", "end_date"]
    assert hq.asked == []


def test_sixty_four_creates_at_once_make_sixty_four_projects(host: Host, hq: Actor) -> None:
    """As many ids, as many POSTs, and at most one token."""
    hq.ask("DELETE", "/tokens")

    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda n: host.made({**BODY, "name": f"T{n}"}).id, range(64)))

    names = [entry.body for entry in hq.journal.entries(method="POST", path="*/projects")]
    assert len(set(made)) == 64
    assert len([each for each in names if each]) == len(names)
    assert hq.asked.count("token") == 1
    statuses = [entry.status for entry in hq.journal.entries(method="POST", path="*/projects")]
    assert statuses.count(201) == 64
    assert len(statuses) <= 64 + 4  # each of four threads may have met the old token


def test_a_project_that_hq_does_not_know_is_an_empty_answer(host: Host, hq: Actor) -> None:
    """An empty id is what the engine takes for gone."""
    made, other = host.made(BODY), host.made({**BODY, "name": "Other"})
    hq.clock.advance(TEN_MINUTES)
    host.read(other.id, other.properties, inputs(TOWER))  # tells the host the time
    hq.ask("DELETE", f"/projects/{made.id}")

    read = host.read(made.id, made.properties, inputs(TOWER))

    assert read.id == ""
    assert plain(read.properties) == {}


def test_a_look_up_by_id_needs_no_state(host: Host, hq: Actor) -> None:
    """What ``.get()`` sends: the reference to the provider and nothing else."""
    made = host.made(BODY)

    read = host.read(made.id, struct({}), struct({"__provider": PROVIDER}))

    assert read.id == made.id
    assert plain(read.inputs).items() >= TOWER.items()

    hq.faults.append(Fault("GET project", NO_PROJECT))
    with pytest.raises(grpc.RpcError) as caught:
        host.read("p1", struct({}), struct({"__provider": PROVIDER}))
    assert refusal(caught.value).startswith("BIM 360: could not read project p1: HQ answered 404")


def test_another_account_is_another_project(host: Host, hq: Actor) -> None:
    """Account and region are the only arguments that replace; deleting asks the old account."""
    made = host.made(BODY)
    moved = {**TOWER, "account_id": "a1d5e9b2-0000-4000-8000-000000000002", "region": "EMEA"}

    verdict = host.diff(made.id, made.properties, inputs(moved))
    fresh = host.create(inputs(moved))
    hq.requests.clear()
    host.delete(made.id, made.properties)

    assert list(verdict.replaces) == ["account_id", "region"]
    assert plain(fresh.properties)["region"] == "EMEA"
    assert f"/accounts/{TOWER['account_id']}/" in hq.requests[-1].path
    assert hq.requests[-1].header("region") == ""


def test_nothing_secret_is_printed_or_returned(host: Host, hq: Actor) -> None:
    """By no call of this module, and by no answer."""
    made: Any = host.made(BODY)
    bearer = hq.requests[-1].header("authorization").removeprefix("Bearer ")
    shown = host.printed.read_text() + str(made)

    assert CLIENT_SECRET not in shown
    assert bearer[:20] not in shown
