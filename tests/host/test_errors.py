"""What the engine is told when something fails, and which configuration counts."""

from pathlib import Path
from typing import Any

import grpc
import pytest

from bim360_provider.core.settings import EXPLICIT
from bim360_provider.emulator import CLIENT_ID, CLIENT_SECRET, RunningEmulator, serve
from tests.host.conftest import configuration
from tests.host.dynamic_host import Host, inputs, refusal, running
from tests.support.hq import BODY, TOWER, Actor, Fault, says


def failure(host: Host, bag: Any) -> str:
    """Return what the engine is told of a create that fails."""
    with pytest.raises(grpc.RpcError) as caught:
        host.create(inputs(bag))
    return refusal(caught.value)


@pytest.fixture
def emulator() -> Any:
    """Return an HQ of the test's own."""
    with serve(Actor()) as running_emulator:
        yield running_emulator


def test_an_error_is_one_line_without_frames(host: Host, hq: Actor) -> None:
    """What was asked, what HQ answered, what to do; no traceback and no secret."""
    hq.faults.append(Fault("POST projects", says(400, {"code": 1, "message": "no"})))

    assert failure(host, TOWER) == (
        "BIM 360: could not create project 'Tower A': HQ answered 400 Bad Request "
        '(code 1): "no". Correct the value and run it again.\n'
    )


def test_a_bug_of_ours_keeps_its_traceback(host: Host, hq: Actor) -> None:
    """Also right after an error that was cut to its line."""
    hq.faults.append(Fault("POST projects", says(422, {"message": "no"})))
    failure(host, TOWER)
    nameless = {k: v for k, v in TOWER.items() if k != "name"}
    hq.faults.append(Fault("POST projects", says(504)))

    assert "Traceback (most recent call last)" in failure(host, nameless)


def test_debugging_keeps_the_frames(tmp_path: Path, emulator: RunningEmulator) -> None:
    """With BIM360_DEBUG=1, and still without the secret."""
    wrong = {**configuration(emulator.url), "bim360:clientSecret": "wrong-secret-1234"}
    with running(tmp_path, wrong, {"BIM360_DEBUG": "1"}) as host:
        told = failure(host, TOWER)

    assert "Traceback (most recent call last)" in told
    assert "Check APS_CLIENT_ID and APS_CLIENT_SECRET." in told
    assert "wrong-secret-1234" not in told


def test_what_is_not_configured_is_told_with_its_commands(tmp_path: Path) -> None:
    """Check does without credentials; the first request cannot."""
    with running(tmp_path, {}) as host:
        checked = host.check({**BODY, "account_id": TOWER["account_id"]})
        told = failure(host, TOWER)

    assert list(checked.failures) == []
    assert told == (
        "BIM 360: not configured yet: set APS_CLIENT_ID, or run `pulumi config set "
        "bim360:clientId …`; set APS_CLIENT_SECRET, or run `pulumi config set --secret "
        "bim360:clientSecret …`.\n"
    )


def test_missing_credentials_are_one_warning_of_a_preview(tmp_path: Path) -> None:
    """Not an error: a preview of a fork has none. One for a run, however many resources."""
    with running(tmp_path, {}) as host:
        for name in ("A", "B"):
            checked = host.check({**BODY, "name": name, "account_id": TOWER["account_id"]})
            assert list(checked.failures) == []
        (line,) = host.printed.read_text().splitlines()

    assert line.startswith("BIM 360: no credentials: set APS_CLIENT_ID, or run")
    assert line.endswith("A preview needs none, but `pulumi up` does.")


def test_a_configuration_key_that_does_not_exist_is_one_warning(
    tmp_path: Path, emulator: RunningEmulator
) -> None:
    """With the nearest one; keys of other namespaces are not ours."""
    odd = {"bim360:clientid": "x", "bim360:zzz": "x", "demo:clientid": "x"}
    with running(tmp_path, {**configuration(emulator.url), **odd}) as host:
        for name in ("A", "B"):
            host.check({**BODY, "name": name})
        lines = host.printed.read_text().splitlines()

    words = "is not a configuration key and has no effect"
    assert lines == [
        f"BIM 360: bim360:clientid {words}; did you mean bim360:clientId?",
        f"BIM 360: bim360:zzz {words}.",
    ]


def test_the_environment_goes_before_a_stacks_configuration(
    tmp_path: Path, emulator: RunningEmulator
) -> None:
    """Refresh and destroy see the configuration of the last up, which may be outdated."""
    outdated = {**configuration(emulator.url), "bim360:clientSecret": "outdated-secret"}
    with running(tmp_path, outdated, {"APS_CLIENT_SECRET": CLIENT_SECRET}) as host:
        made = host.made(BODY)

    assert made.id


def test_an_explicit_provider_goes_before_the_environment(
    tmp_path: Path, emulator: RunningEmulator
) -> None:
    """It speaks for its own account, whatever the terminal is set to."""
    config = {**configuration(emulator.url), EXPLICIT: "true"}
    foreign = {"APS_CLIENT_ID": "somebody", "APS_CLIENT_SECRET": "else", "BIM360_REGION": "AUS"}
    with running(tmp_path, {**config, "bim360:region": "US"}, foreign) as host:
        made = host.made(BODY)

    assert made.id
    entries = list(emulator.emulator.journal.entries(method="POST", path="*/projects"))
    assert [entry.client_id for entry in entries] == [CLIENT_ID]


def test_without_an_engine_to_listen_lines_for_people_are_printed(
    tmp_path: Path, emulator: RunningEmulator
) -> None:
    """On standard error, and no secret among them."""
    with running(tmp_path, configuration(emulator.url)) as host:
        made = host.made({**BODY, "on_destroy": "retain"})
        host.delete(made.id, made.properties)
        printed = host.printed.read_text()

    assert printed == "BIM 360: project 'Tower A' is left as it is (retain).\n"
