"""A run without processes: a provider in memory, and goals made short."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bim360_provider.testing.engine.deployment.run import Run
from bim360_provider.testing.engine.deployment.step_generator import Registrar
from bim360_provider.testing.engine.plugin.host import Hosts
from bim360_provider.testing.engine.plugin.provider_client import (
    Checked,
    Diffed,
    HostError,
    Provider,
    ReadBack,
)
from bim360_provider.testing.engine.results import Recorder
from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.resource import Goal, Resource
from bim360_provider.testing.engine.state.secrets import Keyring
from bim360_provider.testing.engine.state.snapshot import State, StateFile
from bim360_provider.testing.engine.state.values import Properties, has_unknown, mark_secrets

ITEM = "pulumi-python:dynamic/shelf:Item"


def urn(name: str, type_: str = ITEM) -> str:
    """Return the URN of a resource of the bench's stack."""
    return resource.make("demo", "shop", "", type_, name)


def goal(name: str, inputs: Properties | None = None, **options: Any) -> Goal:
    """Return what a program asks for when it makes an item."""
    return Goal(urn=urn(name), type=ITEM, custom=True, inputs=inputs or {}, **options)


class Shelf(Provider):
    """A provider that replaces on ``kind``, refuses ``bad`` inputs, and notes every call."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.things: dict[str, Properties] = {}
        self.broken: set[str] = set()
        self.delete_first = False

    def _note(self, call: str, about: str) -> None:
        self.calls.append(f"{call} {resource.name_of(about)}")
        if self.calls[-1] in self.broken:
            msg = f"{self.calls[-1]} went wrong"
            raise HostError(msg)

    def check(self, urn: str, _olds: Properties, news: Properties) -> Checked:
        """Find every property whose value is ``bad``."""
        self._note("check", urn)
        bad = tuple((key, "must be better") for key, value in news.items() if value == "bad")
        return Checked(dict(news), bad)

    def diff(self, urn: str, old: Resource, news: Properties, _ignore: tuple[str, ...]) -> Diffed:
        """Leave the question to the engine, but for ``kind``."""
        self._note("diff", urn)
        replaces = ("kind",) if old.outputs.get("kind") != news.get("kind") else ()
        return Diffed(None, replaces, self.delete_first)

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Keep the inputs under a new id."""
        self._note("create", urn)
        assert not has_unknown(inputs)
        id_ = f"{resource.name_of(urn)}-{len(self.things) + 1}"
        self.things[id_] = dict(inputs)
        return id_, {**inputs, "serial": len(self.things)}

    def update(self, urn: str, old: Resource, news: Properties) -> Properties:
        """Keep the new inputs."""
        self._note("update", urn)
        self.things[old.id] = dict(news)
        return {**news, "serial": 0}

    def read(self, known: Resource) -> ReadBack:
        """Return what is there."""
        self._note("read", known.urn)
        found = self.things.get(known.id)
        if found is None:
            return ReadBack("", {}, None)
        outputs = mark_secrets(found, known.outputs)
        return ReadBack(known.id, outputs, mark_secrets(found, known.inputs))

    def delete(self, doomed: Resource) -> None:
        """Forget it."""
        self._note("delete", doomed.urn)
        self.things.pop(doomed.id, None)


class OneHost(Hosts):
    """Hosts that are all the same provider; ``closed`` are those not configurable yet."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.closed: set[str] = set()
        self.declared: dict[str, Properties] = {}

    def of(self, _reference: str) -> Provider:
        """Return the one provider."""
        return self.shelf

    def is_open(self, reference: str) -> bool:
        """Tell whether a reference was declared closed."""
        return reference not in self.closed

    def declare(self, urn: str, config: Properties) -> None:
        """Note the configuration."""
        self.declared[urn] = config


@dataclass
class Bench:
    """A stack that lives from one run to the next."""

    shelf: Shelf = field(default_factory=Shelf)
    saves: list[list[Resource]] = field(default_factory=list)
    hosts: "OneHost" = field(init=False)
    keyring: Keyring = field(default_factory=lambda: Keyring(b"salt"))

    def __post_init__(self) -> None:
        self.hosts = OneHost(self.shelf)

    @property
    def resources(self) -> list[Resource]:
        """What was saved last."""
        return self.saves[-1] if self.saves else []

    def forget_secrets(self) -> None:
        """Save and load the state as a later process would: with digests in place of secrets."""
        with TemporaryDirectory() as folder:
            file = StateFile(Path(folder, "state.json"), "demo", "shop")
            file.save(self.resources, self.keyring)
            resources, self.keyring = file.load()
        self.saves.append(resources)

    def run(self, *, dry_run: bool = False) -> Run:
        """Begin a run on what was saved last."""
        save = None if dry_run else self.saves.append
        return Run(
            stack="demo",
            project="shop",
            dry_run=dry_run,
            state=State(self.resources, self.keyring, save),
            hosts=self.hosts,
            keyring=self.keyring,
            recorder=Recorder(None),
            slots=threading.Semaphore(4),
        )

    def up(self, *goals: Goal) -> Run:
        """Register goals, one after the other, in a run of their own."""
        run = self.run()
        registrar = Registrar(run)
        for each in goals:
            registrar.register(each)
        return run


def ops(run: Run) -> list[str]:
    """Return the steps of a run, each as two words."""
    return [f"{step.op} {step.name}" for step in run.recorder.steps]


def errors(run: Run) -> list[str]:
    """Return the errors of a run."""
    return [each.text for each in run.recorder.messages if each.severity == "error"]
