"""Replay the calls that Pulumi's engine sends for a replacement, in its order, without an engine.

https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import pytest

from bim360_provider.core.replacements import ReplacementTracker
from bim360_provider.core.run import ArchiveLimit, Ownership, Run
from bim360_provider.core.settings import Settings
from bim360_provider.dynamic import calls
from bim360_provider.dynamic.calls import EntityCalls
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET
from tests.support.full_stack import DEPENDENCIES, ENTITIES, FullStack
from tests.support.hq import build_run
from tests.support.members import ADMIN_EMAIL, acting_settings

ReplacementTrigger = Literal["changed", "triggered", "targeted"]

KillMoment = Literal["", "deleted", "created"]

REPLACEMENT_TRIGGERS: Final[tuple[ReplacementTrigger, ...]] = ("changed", "triggered", "targeted")
"""Options: ``replace_on_changes``; ``replacement_trigger`` and similar; ``--replace`` and taint."""


class RunKilled(Exception):  # noqa: N818 - it is the test that ends the run
    """Ends the run; unsaved state is lost."""


@dataclass(frozen=True)
class StateEntry:
    """A resource in the state.

    Attributes:
        pending_delete: Its replacement exists, but the old resource is not deleted yet.
        pending_replacement: It is deleted, but its replacement does not exist yet.
    """

    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    pending_delete: bool = False
    pending_replacement: bool = False


@dataclass
class EngineReplay:
    """A stack with one resource of each entity, and the calls that each run sends for it."""

    stack: FullStack
    patch: pytest.MonkeyPatch
    notifications: list[str] = field(default_factory=list)
    forgets_pending_replacements: bool = False
    """Whether the engine treats a pending replacement as a new resource, as some versions do."""
    hides_state: bool = False
    """Whether the provider cannot read the stack's state."""

    def __post_init__(self) -> None:
        """Start with the state after the first up."""
        resources_after_up = self.stack.resources.items()
        self.inputs = dict(self.stack.inputs)
        self.entries = {
            name: [StateEntry(id_, self.inputs[name], outs)]
            for name, (id_, outs) in resources_after_up
        }
        self._creating = ""
        self.stack.hq.emulator.request_log.clear()

    def up(
        self,
        name: str = "",
        trigger: ReplacementTrigger = "changed",
        *,
        delete_first: bool = False,
        killed_at: KillMoment = "",
    ) -> list[str]:
        """Run the program; return the requests.

        Args:
            name: The resource to replace.
            trigger: The option that requests the replacement.
            delete_first: Whether the old resource is deleted before its replacement is created.
            killed_at: Whether the run is killed after the delete or after the create.
        """
        self._begin_run()
        for each in DEPENDENCIES:
            self._register_resource(
                each, trigger if each == name else None, delete_first, killed_at
            )
        for each in DEPENDENCIES:
            self._delete_entries(
                each, [entry for entry in self.entries[each] if entry.pending_delete]
            )
        return self._list_requests()

    def destroy(self) -> list[str]:
        """Destroy the stack; return the requests."""
        self._begin_run()
        for each in reversed(list(DEPENDENCIES)):
            self._delete_entries(
                each, [entry for entry in self.entries[each] if not entry.pending_replacement]
            )
        return self._list_requests()

    def _begin_run(self) -> None:
        client = self.stack.create_client()
        self.stack.hq.emulator.request_log.clear()
        ownership = Ownership(find_previous_state=self._find_outputs)
        run = build_run(
            client, acting_settings(), ownership=ownership, archive_limit=ArchiveLimit(20)
        )

        def get_run(_settings: Settings, _account_id: str | None, _region: str | None) -> Run:
            return run

        self.patch.setattr(calls, "get_run", get_run)
        self.patch.setattr(calls, "replacements", ReplacementTracker())
        self.patch.setattr(calls, "notify", lambda text, **_: self.notifications.append(text))
        self.patch.setattr(calls, "owners", ownership)

    def _list_requests(self) -> list[str]:
        return [each for each in self.stack.hq.emulator.request_log if "token" not in each]

    def _find_outputs(self, entity_id: str) -> Mapping[str, Any] | None:
        """Return the outputs that the state holds for the resource being created."""
        if self.hides_state:
            return None
        found = [e.outputs for e in self.entries[self._creating] if e.id == entity_id]
        return found[0] if found else None

    def _create_calls(self, name: str) -> EntityCalls:
        return EntityCalls(ENTITIES[name], None)

    def _register_resource(
        self,
        name: str,
        trigger: ReplacementTrigger | None,
        delete_first: bool,
        killed_at: KillMoment,
    ) -> None:
        entity_calls, news = self._create_calls(name), dict(self.inputs[name])
        (old,) = (entry for entry in self.entries[name] if not entry.pending_delete)
        is_new = trigger == "targeted" or (
            old.pending_replacement and self.forgets_pending_replacements
        )
        checked = entity_calls.check({} if is_new else dict(old.inputs), news)
        assert checked.failures == []
        if not is_new and trigger != "triggered":
            difference = entity_calls.diff(old.id, dict(old.outputs), checked.inputs)
            if trigger is None and not old.pending_replacement:
                if difference.changes is not False:
                    outs = entity_calls.update(old.id, dict(old.outputs), checked.inputs).outs or {}
                    pending_deletes = [
                        entry for entry in self.entries[name] if entry.pending_delete
                    ]
                    self.entries[name] = [
                        StateEntry(old.id, checked.inputs, outs),
                        *pending_deletes,
                    ]
                return
        if not is_new:
            checked = entity_calls.check({}, news)
        if delete_first and not old.pending_replacement:
            entity_calls.delete(old.id, dict(old.outputs))
            old = replace(old, pending_replacement=True)
            self.entries[name] = [old]
            if killed_at == "deleted":
                raise RunKilled
        self._creating = name
        created = entity_calls.create(dict(checked.inputs))
        new = StateEntry(created.id, checked.inputs, created.outs or {})
        self.entries[name] = (
            [new] if old.pending_replacement else [new, replace(old, pending_delete=True)]
        )
        if killed_at == "created":
            raise RunKilled

    def _delete_entries(self, name: str, entries: list[StateEntry]) -> None:
        for entry in entries:
            self._create_calls(name).delete(entry.id, dict(entry.outputs))
            self.entries[name].remove(entry)


def build_environment(url: str) -> dict[str, str]:
    """Return the environment variables of the host."""
    return {
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": url,
        "BIM360_ACTING_USER": ADMIN_EMAIL,
    }
