"""A run without processes: a provider in memory, and goals made short."""

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
    """Return the URN of a resource of the bench's stack."""
    return resource.build_urn("demo", "shop", "", type_, name)


def build_registration(name: str, inputs: Properties | None = None, **options: Any) -> Goal:
    """Return what a program asks for when it makes an item."""
    return Goal(urn=build_urn(name), type=ITEM_TYPE, custom=True, inputs=inputs or {}, **options)


class MemoryProvider(ProviderClient):
    """A provider that replaces on ``kind``, refuses ``bad`` inputs, and notes every call."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.objects: dict[str, Properties] = {}
        self.failing_calls: set[str] = set()
        self.delete_first = False

    def _record_call(self, call: str, about: str) -> None:
        self.calls.append(f"{call} {resource.get_name(about)}")
        if self.calls[-1] in self.failing_calls:
            msg = f"{self.calls[-1]} went wrong"
            raise HostError(msg)

    def check(self, urn: str, _olds: Properties, news: Properties) -> CheckResponse:
        """Find every property whose value is ``bad``."""
        self._record_call("check", urn)
        bad = tuple((key, "must be better") for key, value in news.items() if value == "bad")
        return CheckResponse(dict(news), bad)

    def diff(
        self, urn: str, old: Resource, news: Properties, _ignore: tuple[str, ...]
    ) -> DiffResponse:
        """Leave the question to the engine, but for ``kind``."""
        self._record_call("diff", urn)
        replaces = ("kind",) if old.outputs.get("kind") != news.get("kind") else ()
        return DiffResponse(None, replaces, self.delete_first)

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Keep the inputs under a new id."""
        self._record_call("create", urn)
        assert not has_unknown(inputs)
        id_ = f"{resource.get_name(urn)}-{len(self.objects) + 1}"
        self.objects[id_] = dict(inputs)
        return id_, {**inputs, "serial": len(self.objects)}

    def update(self, urn: str, old: Resource, news: Properties) -> Properties:
        """Keep the new inputs."""
        self._record_call("update", urn)
        self.objects[old.id] = dict(news)
        return {**news, "serial": 0}

    def read(self, known: Resource) -> ReadResponse:
        """Return what is there."""
        self._record_call("read", known.urn)
        found = self.objects.get(known.id)
        if found is None:
            return ReadResponse("", {}, None)
        outputs = mark_secrets(found, known.outputs)
        return ReadResponse(known.id, outputs, mark_secrets(found, known.inputs))

    def delete(self, doomed: Resource) -> None:
        """Forget it."""
        self._record_call("delete", doomed.urn)
        self.objects.pop(doomed.id, None)


class FakeHosts(HostRegistry):
    """Hosts that are all the same provider; ``closed`` are those not configurable yet."""

    def __init__(self, shelf: MemoryProvider) -> None:
        self.provider = shelf
        self.unconfigured: set[str] = set()
        self.configs: dict[str, Properties] = {}

    def get_host(self, _reference: str) -> ProviderClient:
        """Return the one provider."""
        return self.provider

    def is_configurable(self, reference: str) -> bool:
        """Tell whether a reference was declared closed."""
        return reference not in self.unconfigured

    def set_config(self, urn: str, config: Properties) -> None:
        """Note the configuration."""
        self.configs[urn] = config


@dataclass
class EngineFixture:
    """A stack that lives from one run to the next."""

    provider: MemoryProvider = field(default_factory=MemoryProvider)
    snapshots: list[list[Resource]] = field(default_factory=list)
    hosts: "FakeHosts" = field(init=False)
    keyring: SecretStore = field(default_factory=lambda: SecretStore(b"salt"))

    def __post_init__(self) -> None:
        self.hosts = FakeHosts(self.provider)

    @property
    def resources(self) -> list[Resource]:
        """What was saved last."""
        return self.snapshots[-1] if self.snapshots else []

    def reload_state(self) -> None:
        """Save and load the state as a later process would: with digests in place of secrets."""
        with TemporaryDirectory() as folder:
            file = StateFile(Path(folder, "state.json"), "demo", "shop")
            file.save(self.resources, self.keyring)
            resources, self.keyring = file.load()
        self.snapshots.append(resources)

    def begin_run(self, *, dry_run: bool = False) -> EngineRun:
        """Begin a run on what was saved last."""
        save = None if dry_run else self.snapshots.append
        return EngineRun(
            stack="demo",
            project="shop",
            dry_run=dry_run,
            state=StackState(self.resources, self.keyring, save),
            hosts=self.hosts,
            secret_store=self.keyring,
            recorder=Recorder(None),
            step_slots=threading.Semaphore(4),
        )

    def run_up(self, *goals: Goal) -> EngineRun:
        """Register goals, one after the other, in a run of their own."""
        run = self.begin_run()
        registrar = StepGenerator(run)
        for each in goals:
            registrar.register_resource(each)
        return run


def list_steps(run: EngineRun) -> list[str]:
    """Return the steps of a run, each as two words."""
    return [f"{step.op} {step.name}" for step in run.recorder.steps]


def list_errors(run: EngineRun) -> list[str]:
    """Return the errors of a run."""
    return [each.text for each in run.recorder.messages if each.severity == "error"]
