"""``Bim360Project``: the arguments reach the provider in Pulumi's types."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, set_mocks

from bim360_provider import Bim360Project, Bim360Provider
from bim360_provider.errors import ConfigError
from tests.support.hq import PROJECT_BODY
from tests.support.sdk import needs_sdk

TOKEN = "pulumi-python:dynamic/bim360:Project"


class Engine(mocks.Mocks):
    """Records each resource and returns its inputs as outputs."""

    def __init__(self) -> None:
        self.seen: list[mocks.MockResourceArgs] = []

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        """Refuse all calls; no program of these tests calls a function."""
        return args.args, None

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Record the resource; its outputs are its inputs."""
        self.seen.append(args)
        return f"{args.name}-id", args.inputs


@pytest.fixture
def engine() -> Engine:
    """Return an engine that registers all resources."""
    return Engine()


def registered(engine: Engine, declare: Callable[[], pulumi.Resource]) -> mocks.MockResourceArgs:
    """Return what the engine sees of the last resource that a program declares.

    The program has a thread of its own: Pulumi leaves event loops behind in those it uses.
    """
    with Threads(1) as thread:
        thread.submit(_run, engine, declare).result()
    return engine.seen[-1]


class Threads(ThreadPoolExecutor):
    """Threads whose every task has an event loop that is closed afterwards."""

    def submit(self, task: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Run a task on a fresh event loop."""
        return super().submit(self._on_a_loop, task, *args, **kwargs)

    @staticmethod
    def _on_a_loop(task: Any, *args: Any) -> Any:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            return task(*args)
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def _run(engine: Engine, declare: Callable[[], pulumi.Resource]) -> None:
    run: Any = mocks.test
    with Threads(4) as workers:
        asyncio.get_event_loop().set_default_executor(workers)
        set_mocks(engine, project="demo", stack="test", preview=False)
        run(lambda: declare().urn)()


@pytest.mark.parametrize(
    ("name", "written", "carried"),
    [
        ("start_date", date(2027, 1, 2), "2027-01-02"),
        ("start_date", datetime(2027, 1, 2, 9, tzinfo=timezone.utc), "2027-01-02"),
        ("value", Decimal("3000.50"), 3000.5),
        ("value", 3000, 3000),
        ("service_types", ("pm", "cost"), ["pm", "cost"]),
        ("service_types", {"pm"}, ["pm"]),
        ("service_types", frozenset({"pm"}), ["pm"]),
        ("city", "", ""),
        ("include_locations", False, False),
    ],
)
def test_python_values_are_converted_to_json(
    engine: Engine, name: str, written: Any, carried: Any
) -> None:
    """These are dates, decimals, sets and tuples, also in outputs of another resource."""
    plain = registered(engine, lambda: Bim360Project("tower", **{**PROJECT_BODY, name: written}))
    as_output = registered(
        engine,
        lambda: Bim360Project("tower", **{**PROJECT_BODY, name: pulumi.Output.from_input(written)}),
    )

    assert plain.inputs[name] == carried
    assert as_output.inputs[name] == carried


@needs_sdk(200, "stack traces")
def test_pulumi_saves_the_line_of_the_declaration(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the program's line, not one of this package."""
    places: list[str] = []
    register: Any = mocks.MockMonitor.RegisterResource

    def record(monitor: Any, request: Any) -> Any:
        places.append(request.sourcePosition.uri)
        return register(monitor, request)

    monkeypatch.setattr(mocks.MockMonitor, "RegisterResource", record)

    registered(engine, lambda: Bim360Project("tower", **PROJECT_BODY))

    assert places[-1] == Path(__file__).as_uri()


def test_the_client_secret_of_an_explicit_provider_is_a_secret(engine: Engine) -> None:
    """A plain text becomes a secret too."""
    given: dict[str, Any] = {"account_id": "a1", "client_secret": "hush", "region": "EMEA"}

    seen = registered(engine, lambda: Bim360Provider("europe", **given))

    assert seen.typ == "pulumi:providers:pulumi-python"
    assert seen.inputs["bim360:explicit"] == "true"
    assert seen.inputs["bim360:region"] == "EMEA"
    marked = seen.inputs["bim360:clientSecret"]
    assert marked["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    assert marked["value"] == "hush"


def test_the_store_of_an_explicit_provider_is_a_secret(engine: Engine) -> None:
    """This includes a secret of the stack's configuration."""
    store = "redis://:hush@host"

    def declare() -> Bim360Provider:
        pulumi.runtime.set_all_config({"bim360:rateLimitStore": store}, ["bim360:rateLimitStore"])
        return Bim360Provider("europe", account_id="a1")

    given = registered(engine, lambda: Bim360Provider("a", account_id="a1", rate_limit_store=store))
    configured = registered(engine, declare)

    for seen in (given, configured):
        marked = seen.inputs["bim360:rateLimitStore"]
        assert marked["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
        assert marked["value"] == store


@pytest.mark.parametrize(
    "given",
    [
        {"base_url": "https://me:hush@hq.example"},
        {"base_url": "http://me:hush@[::1"},
        {"rate_limit_store": "mysql://me:hush@host"},
    ],
)
def test_an_explicit_provider_refuses_a_url_before_it_enters_the_state(
    engine: Engine, given: dict[str, Any]
) -> None:
    """The message is one line, without the password."""
    with pytest.raises(ConfigError, match=f"^BIM 360: {next(iter(given))} ") as caught:
        registered(engine, lambda: Bim360Provider("europe", account_id="a1", **given))

    assert "hush" not in str(caught.value)
    assert engine.seen == []


def test_an_explicit_provider_takes_the_rest_from_the_stack(engine: Engine) -> None:
    """Missing arguments come from the stack's configuration; unset keys are omitted."""
    config = {"bim360:clientId": "app", "bim360:clientSecret": "hush"}

    def declare() -> Bim360Provider:
        pulumi.runtime.set_all_config(config, ["bim360:clientSecret"])
        return Bim360Provider("europe", account_id="a1")

    seen = registered(engine, declare)

    given = {k: v for k, v in seen.inputs.items() if v is not None}
    assert given.pop("bim360:clientSecret")["value"] == "hush"
    assert given == {
        "bim360:explicit": "true",
        "bim360:accountId": "a1",
        "bim360:clientId": "app",
    }
