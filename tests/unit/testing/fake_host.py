"""Runs the engine without processes, on a provider in memory."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bim360_provider.testing.engine.deployment.run import EngineRun
from bim360_provider.testing.engine.deployment.step_generator import StepGenerator
from bim360_provider.testing.engine.plugin.host import HostRegistry
from bim360_provider.testing.engine.plugin.provider_client import (
    CheckResponse,
    DiffResponse,
    HostError,
    ProviderClient,
    ReadResponse,
)
from bim360_provider.testing.engine.results import Recorder
from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.resource import Goal, Resource
from bim360_provider.testing.engine.state.secrets import SecretStore
from bim360_provider.testing.engine.state.snapshot import StackState, StateFile
from bim360_provider.testing.engine.state.values import Properties, has_unknown, mark_secrets

ITEM_TYPE = "pulumi-python:dynamic/shelf:Item"


def build_urn(name: str, type_: str = ITEM_TYPE) -> str:
    """Return the URN of a resource of the fake stack."""
    return resource.build_urn("demo", "shop", "", type_, name)


def build_registration(name: str, inputs: Properties | None = None, **options: Any) -> Goal:
    """Return the registration of an item."""
    return Goal(urn=build_urn(name), type=ITEM_TYPE, custom=True, inputs=inputs or {}, **options)


class MemoryProvider(ProviderClient):
    """A provider that replaces on ``kind``, rejects ``bad`` inputs and records every call."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.objects: dict[str, Properties] = {}
        self.failing_calls: set[str] = set()
        self.delete_first = False

    def _record_call(self, call: str, urn: str) -> None:
        self.calls.append(f"{call} {resource.get_name(urn)}")
        if self.calls[-1] in self.failing_calls:
            msg = f"{self.calls[-1]} failed"
            raise HostError(msg)

    def check(self, urn: str, _olds: Properties, news: Properties) -> CheckResponse:
        """Reject every property with the value ``bad``."""
        self._record_call("check", urn)
        bad = tuple((key, "must be better") for key, value in news.items() if value == "bad")
        return CheckResponse(dict(news), bad)

    def diff(
        self, urn: str, old: Resource, news: Properties, _ignore: tuple[str, ...]
    ) -> DiffResponse:
        """Let the engine compare, except ``kind``."""
        self._record_call("diff", urn)
        replaces = ("kind",) if old.outputs.get("kind") != news.get("kind") else ()
        return DiffResponse(None, replaces, self.delete_first)

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Store the inputs under a new id."""
        self._record_call("create", urn)
        assert not has_unknown(inputs)
        id_ = f"{resource.get_name(urn)}-{len(self.objects) + 1}"
        self.objects[id_] = dict(inputs)
        return id_, {**inputs, "serial": len(self.objects)}

    def update(self, urn: str, old: Resource, news: Properties) -> Properties:
        """Store the new inputs."""
        self._record_call("update", urn)
        self.objects[old.id] = dict(news)
        return {**news, "serial": 0}

    def read(self, known: Resource) -> ReadResponse:
        """Return the stored object."""
        self._record_call("read", known.urn)
        properties = self.objects.get(known.id)
        if properties is None:
            return ReadResponse("", {}, None)
        outputs = mark_secrets(properties, known.outputs)
        return ReadResponse(known.id, outputs, mark_secrets(properties, known.inputs))

    def delete(self, old: Resource) -> None:
        """Remove the object."""
        self._record_call("delete", old.urn)
        self.objects.pop(old.id, None)


class FakeHosts(HostRegistry):
    """Hosts that share one provider; those in ``unconfigured`` cannot be configured yet."""

    def __init__(self, provider: MemoryProvider) -> None:
        self.provider = provider
        self.unconfigured: set[str] = set()
        self.configs: dict[str, Properties] = {}

    def get_host(self, _reference: str) -> ProviderClient:
        """Return the provider."""
        return self.provider

    def is_configurable(self, reference: str) -> bool:
        """Return whether a provider can be configured."""
        return reference not in self.unconfigured

    def set_config(self, urn: str, config: Properties) -> None:
        """Record the configuration."""
        self.configs[urn] = config


@dataclass
class EngineFixture:
    """A stack whose state is kept between runs."""

    provider: MemoryProvider = field(default_factory=MemoryProvider)
    snapshots: list[list[Resource]] = field(default_factory=list)
    hosts: "FakeHosts" = field(init=False)
    secret_store: SecretStore = field(default_factory=lambda: SecretStore(b"salt"))

    def __post_init__(self) -> None:
        self.hosts = FakeHosts(self.provider)

    @property
    def resources(self) -> list[Resource]:
        """The resources that were saved last."""
        return self.snapshots[-1] if self.snapshots else []

    def reload_state(self) -> None:
        """Save and load the state as another process: with digests in place of secrets."""
        with TemporaryDirectory() as folder:
            file = StateFile(Path(folder, "state.json"), "demo", "shop")
            file.save(self.resources, self.secret_store)
            resources, self.secret_store = file.load()
        self.snapshots.append(resources)

    def begin_run(self, *, dry_run: bool = False) -> EngineRun:
        """Start a run on the last saved state."""
        save = None if dry_run else self.snapshots.append
        return EngineRun(
            stack="demo",
            project="shop",
            dry_run=dry_run,
            state=StackState(self.resources, self.secret_store, save),
            hosts=self.hosts,
            secret_store=self.secret_store,
            recorder=Recorder(None),
            step_slots=threading.Semaphore(4),
        )

    def run_up(self, *goals: Goal) -> EngineRun:
        """Register goals sequentially in a new run."""
        run = self.begin_run()
        step_generator = StepGenerator(run)
        for each in goals:
            step_generator.register_resource(each)
        return run


def list_steps(run: EngineRun) -> list[str]:
    """Return the steps of a run as "operation name"."""
    return [f"{step.op} {step.name}" for step in run.recorder.steps]


def list_errors(run: EngineRun) -> list[str]:
    """Return the errors of a run."""
    return [each.text for each in run.recorder.messages if each.severity == "error"]
