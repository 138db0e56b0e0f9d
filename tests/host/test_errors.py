"""Errors as the engine receives them, and the precedence of the configuration."""

from pathlib import Path
from typing import Any

import grpc
import pytest

from bim360_provider.core.settings import EXPLICIT_KEY
from bim360_provider.emulator import CLIENT_ID, CLIENT_SECRET, RunningEmulator, serve
from tests.host.conftest import build_config
from tests.host.dynamic_host import DynamicHost, get_error_message, start_host, to_inputs
from tests.support.hq import PROJECT_BODY, PROJECT_INPUTS, Fault, FaultyEmulator, build_reply
from tests.support.sdk import needs_sdk

keeps_traceback = needs_sdk(260, "tracebacks of the host")


def failure(host: DynamicHost, bag: Any) -> str:
    """Return the error message of a failing create."""
    with pytest.raises(grpc.RpcError) as caught:
        host.create(to_inputs(bag))
    return get_error_message(caught.value)


@pytest.fixture
def own_emulator() -> Any:
    """Return an HQ for one test."""
    with serve(FaultyEmulator()) as running_emulator:
        yield running_emulator


def test_an_error_is_one_line_without_frames(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """It contains the request, HQ's response and the next step; no traceback and no secret."""
    emulator.faults.append(Fault("POST projects", build_reply(400, {"code": 1, "message": "no"})))

    assert failure(host, PROJECT_INPUTS) == (
        "BIM 360: could not create project 'Tower A': HQ answered 400 Bad Request "
        '(code 1): "no". Correct the value and run it again.'
    )


@keeps_traceback
def test_a_bug_of_ours_keeps_its_traceback(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """This also holds right after an error that was shortened to one line."""
    emulator.faults.append(Fault("POST projects", build_reply(422, {"message": "no"})))
    failure(host, PROJECT_INPUTS)
    nameless = {k: v for k, v in PROJECT_INPUTS.items() if k != "name"}
    emulator.faults.append(Fault("POST projects", build_reply(504)))

    assert "Traceback (most recent call last)" in failure(host, nameless)


@keeps_traceback
def test_debugging_keeps_the_frames(tmp_path: Path, own_emulator: RunningEmulator) -> None:
    """BIM360_DEBUG=1 keeps them, still without the secret."""
    wrong = {**build_config(own_emulator.url), "bim360:clientSecret": "wrong-secret-1234"}
    with start_host(tmp_path, wrong, {"BIM360_DEBUG": "1"}) as host:
        message = failure(host, PROJECT_INPUTS)

    assert "Traceback (most recent call last)" in message
    assert "Check APS_CLIENT_ID and APS_CLIENT_SECRET." in message
    assert "wrong-secret-1234" not in message


def test_missing_configuration_is_reported_with_its_commands(tmp_path: Path) -> None:
    """Check works without credentials; the first request needs them."""
    with start_host(tmp_path, {}) as host:
        checked = host.check({**PROJECT_BODY, "account_id": PROJECT_INPUTS["account_id"]})
        message = failure(host, PROJECT_INPUTS)

    assert list(checked.failures) == []
    assert message == (
        "BIM 360: not configured yet: set APS_CLIENT_ID, or run `pulumi config set "
        "bim360:clientId …`; set APS_CLIENT_SECRET, or run `pulumi config set --secret "
        "bim360:clientSecret …`."
    )


def test_missing_credentials_are_one_warning_of_a_preview(tmp_path: Path) -> None:
    """They are not an error, as a preview of a fork has none; one warning covers all resources."""
    with start_host(tmp_path, {}) as host:
        for name in ("A", "B"):
            checked = host.check(
                {**PROJECT_BODY, "name": name, "account_id": PROJECT_INPUTS["account_id"]}
            )
            assert list(checked.failures) == []
        (line,) = host.output_file.read_text().splitlines()

    assert line.startswith("BIM 360: no credentials: set APS_CLIENT_ID, or run")
    assert line.endswith("A preview needs none, but `pulumi up` does.")


def test_an_unknown_configuration_key_is_one_warning(
    tmp_path: Path, own_emulator: RunningEmulator
) -> None:
    """It suggests the nearest key; keys of other namespaces are ignored."""
    odd = {"bim360:clientid": "x", "bim360:zzz": "x", "demo:clientid": "x"}
    with start_host(tmp_path, {**build_config(own_emulator.url), **odd}) as host:
        for name in ("A", "B"):
            host.check({**PROJECT_BODY, "name": name})
        lines = host.output_file.read_text().splitlines()

    message = "is not a configuration key and has no effect"
    assert lines == [
        f"BIM 360: bim360:clientid {message}; did you mean bim360:clientId?",
        f"BIM 360: bim360:zzz {message}.",
    ]


def test_the_environment_overrides_a_stacks_configuration(
    tmp_path: Path, own_emulator: RunningEmulator
) -> None:
    """Refresh and destroy see the configuration of the last up, which may be outdated."""
    outdated = {**build_config(own_emulator.url), "bim360:clientSecret": "outdated-secret"}
    with start_host(tmp_path, outdated, {"APS_CLIENT_SECRET": CLIENT_SECRET}) as host:
        created = host.check_and_create(PROJECT_BODY)

    assert created.id


def test_an_explicit_provider_overrides_the_environment(
    tmp_path: Path, own_emulator: RunningEmulator
) -> None:
    """It applies to its own account, not the one in the environment."""
    config = {**build_config(own_emulator.url), EXPLICIT_KEY: "true"}
    foreign = {
        "APS_CLIENT_ID": "other-client",
        "APS_CLIENT_SECRET": "other-secret",
        "BIM360_REGION": "AUS",
    }
    with start_host(tmp_path, {**config, "bim360:region": "US"}, foreign) as host:
        created = host.check_and_create(PROJECT_BODY)

    assert created.id
    entries = list(own_emulator.emulator.journal.find_entries(method="POST", path="*/projects"))
    assert [entry.client_id for entry in entries] == [CLIENT_ID]


def test_without_an_engine_messages_are_printed(
    tmp_path: Path, own_emulator: RunningEmulator
) -> None:
    """They go to standard error and contain no secret."""
    with start_host(tmp_path, build_config(own_emulator.url)) as host:
        created = host.check_and_create({**PROJECT_BODY, "on_destroy": "retain"})
        host.delete(created.id, created.properties)
        printed = host.output_file.read_text()

    assert printed == "BIM 360: project 'Tower A' is left as it is (retain).\n"
