"""The calls that Pulumi's engine makes for replacements, in its order, without an engine.

https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import pytest

from bim360_provider.core.replacements import Replacements
from bim360_provider.core.run import Archives, Owners
from bim360_provider.dynamic import calls
from bim360_provider.dynamic.calls import Calls, ProjectCalls
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET
from bim360_provider.hq import HqClient
from tests.support.full_stack import ENTITIES, NEEDS, Whole
from tests.support.members import ADMIN_EMAIL

Way = Literal["changed", "triggered", "targeted"]

Moment = Literal["", "deleted", "created"]

WAYS: Final[tuple[Way, ...]] = ("changed", "triggered", "targeted")
"""``replace_on_changes``; ``replacement_trigger`` and its like; ``--replace`` and taint."""


class Killed(Exception):  # noqa: N818 - it is the test that ends the run
    """The run ends here: what was not saved is lost."""


@dataclass(frozen=True)
class Entry:
    """A resource in the state.

    Attributes:
        doomed: Its replacement exists, and it is still to be deleted.
        pending: It was deleted, and its replacement is still to be created.
    """

    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    doomed: bool = False
    pending: bool = False


@dataclass
class Replay:
    """A stack with one of each entity, and what one run after the other does to it."""

    whole: Whole
    patch: pytest.MonkeyPatch
    said: list[str] = field(default_factory=list)
    forgets_pending: bool = False
    """The engine takes what is pending for new, as some of its versions do."""
    hides_state: bool = False
    """The provider cannot read the stack's state."""

    def __post_init__(self) -> None:
        """Begin after the first up."""
        made = self.whole.made.items()
        self.news = dict(self.whole.inputs)
        self.entries = {name: [Entry(id_, self.news[name], outs)] for name, (id_, outs) in made}
        self._creating = ""
        self.whole.stage.hq.asked.clear()

    def up(
        self,
        name: str = "",
        way: Way = "changed",
        *,
        first: bool = False,
        killed: Moment = "",
    ) -> list[str]:
        """Run the program; return the requests.

        Args:
            name: The resource that is to be replaced.
            way: How that is asked for.
            first: It is deleted before its replacement is created.
            killed: When the run ends: once the old one is deleted, or the new one created.
        """
        self._begin()
        for each in NEEDS:
            self._register(each, way if each == name else None, first, killed)
        for each in NEEDS:
            self._drop(each, [entry for entry in self.entries[each] if entry.doomed])
        return self._asked()

    def destroy(self) -> list[str]:
        """Destroy the stack; return the requests."""
        self._begin()
        for each in reversed(list(NEEDS)):
            self._drop(each, [entry for entry in self.entries[each] if not entry.pending])
        return self._asked()

    def _begin(self) -> None:
        client = self.whole.client()
        self.whole.stage.hq.asked.clear()
        fresh = Owners(had=self._had)

        def client_for(_connection: Any) -> HqClient:
            return client

        self.patch.setattr(calls, "client_for", client_for)
        self.patch.setattr(calls, "replacements", Replacements())
        self.patch.setattr(calls, "notify", lambda text, **_: self.said.append(text))
        self.patch.setattr(calls, "archives", Archives())
        for module in (calls, calls):
            self.patch.setattr(module, "owners", fresh)

    def _asked(self) -> list[str]:
        return [each for each in self.whole.stage.hq.asked if "token" not in each]

    def _had(self, entity_id: str) -> Mapping[str, Any] | None:
        """Return what the state holds of the resource that is being created."""
        if self.hides_state:
            return None
        found = [e.outputs for e in self.entries[self._creating] if e.id == entity_id]
        return found[0] if found else None

    def _calls(self, name: str) -> Calls:
        entity = ENTITIES[name]
        return ProjectCalls(entity, None) if name == "project" else Calls(entity, None)

    def _register(self, name: str, way: Way | None, first: bool, killed: Moment) -> None:
        door, news = self._calls(name), dict(self.news[name])
        (old,) = (entry for entry in self.entries[name] if not entry.doomed)
        is_new = way == "targeted" or (old.pending and self.forgets_pending)
        checked = door.check({} if is_new else dict(old.inputs), news)
        assert checked.failures == []
        if not is_new and way != "triggered":
            difference = door.diff(old.id, dict(old.outputs), checked.inputs)
            if way is None and not old.pending:
                if difference.changes is not False:
                    outs = door.update(old.id, dict(old.outputs), checked.inputs).outs or {}
                    doomed = [entry for entry in self.entries[name] if entry.doomed]
                    self.entries[name] = [Entry(old.id, checked.inputs, outs), *doomed]
                return
        if not is_new:
            checked = door.check({}, news)
        if first and not old.pending:
            door.delete(old.id, dict(old.outputs))
            old = replace(old, pending=True)
            self.entries[name] = [old]
            if killed == "deleted":
                raise Killed
        self._creating = name
        created = door.create(dict(checked.inputs))
        new = Entry(created.id, checked.inputs, created.outs or {})
        self.entries[name] = [new] if old.pending else [new, replace(old, doomed=True)]
        if killed == "created":
            raise Killed

    def _drop(self, name: str, entries: list[Entry]) -> None:
        for entry in entries:
            self._calls(name).delete(entry.id, dict(entry.outputs))
            self.entries[name].remove(entry)


def environment(stage_url: str) -> dict[str, str]:
    """Return the environment of the host."""
    return {
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": stage_url,
        "BIM360_ACTING_USER": ADMIN_EMAIL,
    }
