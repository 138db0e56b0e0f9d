"""The resources of a stack in memory, and the file they are saved in after every step."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from bim360_provider.testing.engine.resources import Resource
from bim360_provider.testing.engine.sealing import Keyring

_Key: TypeAlias = tuple[str, bool, str]


class State:
    """All resources of a stack, safe to change from several threads at once."""

    def __init__(
        self,
        resources: Iterable[Resource],
        keyring: Keyring,
        save: Callable[[list[Resource]], None] | None,
    ) -> None:
        """Take over what was loaded.

        Args:
            resources: What the state file holds.
            keyring: Opens secrets this run knows.
            save: Writes the file; None in a preview, which must leave no trace.
        """
        self._resources: dict[_Key, Resource] = {_key(item): item for item in resources}
        self._keyring = keyring
        self._save = save
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._changes = 0
        self._saved = 0

    def live(self) -> dict[str, Resource]:
        """Return the resources by URN, without those only waiting to be deleted."""
        with self._lock:
            return {item.urn: item for item in self._resources.values() if not item.condemned}

    def all(self) -> list[Resource]:
        """Return every resource, also those waiting to be deleted, in a fixed order."""
        with self._lock:
            return [self._resources[key] for key in sorted(self._resources)]

    def opened(self, resource: Resource) -> Resource:
        """Return a resource with the secrets this run knows whole again."""
        inputs, outputs = self._keyring.open(resource.inputs), self._keyring.open(resource.outputs)
        return replace(resource, inputs=inputs, outputs=outputs)

    def put(self, resource: Resource, *, instead_of: Resource | None = None) -> None:
        """Record what a step left behind, in place of what was there, and save if it differs."""
        with self._lock:
            if resource == instead_of == self._resources.get(_key(resource)):
                return
            if instead_of is not None:
                self._resources.pop(_key(instead_of), None)
            self._resources[_key(resource)] = resource
            self._changes += 1
        self._write()

    def put_all(self, resources: Iterable[Resource]) -> None:
        """Record many at once, and save once."""
        with self._lock:
            self._resources |= {_key(item): item for item in resources}
            self._changes += 1
        self._write()

    def condemn(self, resource: Resource) -> None:
        """Mark a resource that was replaced as one still to be deleted; the next `put` saves it."""
        with self._lock:
            self._resources.pop(_key(resource), None)
            doomed = replace(resource, condemned=True)
            self._resources[_key(doomed)] = doomed
            self._changes += 1

    def drop(self, resource: Resource) -> None:
        """Forget a resource, and save."""
        with self._lock:
            self._resources.pop(_key(resource), None)
            self._changes += 1
        self._write()

    def _write(self) -> None:
        """Save, unless a save that began after this thread's change has already done it."""
        if self._save is None:
            return
        wanted = self._changes
        with self._writing:
            if self._saved >= wanted:
                return
            with self._lock:
                snapshot = [self._resources[key] for key in sorted(self._resources)]
                version = self._changes
            self._save(snapshot)
            self._saved = version


def _key(resource: Resource) -> _Key:
    return resource.urn, resource.condemned, resource.id if resource.condemned else ""
