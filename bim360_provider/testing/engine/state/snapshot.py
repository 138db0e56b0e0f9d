"""The resources of a stack in memory, and the state file that keeps them."""

import json
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from bim360_provider.files import replace_file, write_draft
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state.marshal import SECRET_SIGNATURE, SIGNATURE_KEY
from bim360_provider.testing.engine.state.resource import Resource
from bim360_provider.testing.engine.state.secrets import SecretStore, is_class_reference
from bim360_provider.testing.engine.state.values import (
    PROVIDER_KEY,
    Properties,
    Secret,
    SecretDigest,
    Value,
)

FORMAT: Final = "bim360_provider local engine, version 1"

SALT_BYTES: Final = 16  # the least RFC 8018 recommends is 8; 16 costs nothing

_REQUIRED_FIELDS: Final = frozenset({"urn", "type", "custom", "inputs", "outputs"})


class StateFile:
    """One stack's state file."""

    def __init__(self, path: Path, stack: str, project: str) -> None:
        self.path = path
        self._stack = stack
        self._project = project
        self._serialized_resources: dict[int, tuple[Resource, bytes]] = {}

    def load(self) -> tuple[list[Resource], SecretStore]:
        """Read the resources and make the keyring their secrets are sealed with.

        Raises:
            LocalEngineError: The file is not a state of this engine, or is another stack's.
        """
        if not self.path.exists():
            return [], SecretStore(secrets.token_bytes(SALT_BYTES))
        document = self._read_document()
        resources = [_parse_resource(entry) for entry in document["resources"]]
        return resources, SecretStore(bytes.fromhex(document["salt"]))

    def _read_document(self) -> dict[str, Any]:
        try:
            document = json.loads(self.path.read_text("utf-8"))
        except ValueError as error:
            msg = f"{self.path} is not JSON ({error}): name another file with --state"
            raise LocalEngineError(msg) from None
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            msg = f"{self.path} is not a state of the local engine: name another file with --state"
            raise LocalEngineError(msg)
        owner = (document["project"], document["stack"])
        if owner != (self._project, self._stack):
            msg = f"{self.path} is the state of {'/'.join(owner)}: name another file with --state"
            raise LocalEngineError(msg)
        return document

    def save(self, resources: list[Resource], keyring: SecretStore) -> None:
        """Replace the file as a whole, so that a crash leaves the old one or the new one."""
        entries = b",\n".join([self._serialize_resource(item, keyring) for item in resources])
        head = {"format": FORMAT, "project": self._project, "stack": self._stack}
        head["salt"] = keyring.salt.hex()
        opening = json.dumps(head, indent=1)[:-2] + ',\n "resources": [\n'
        _replace_file(self.path, b"".join((opening.encode(), entries, b"\n ]\n}\n")))

    def _serialize_resource(self, resource: Resource, keyring: SecretStore) -> bytes:
        """Return a resource as JSON; kept, because a save after each step writes all of them."""
        known = self._serialized_resources.get(id(resource))
        if known is not None and known[0] is resource:
            return known[1]
        text = json.dumps(_build_entry(resource, keyring), indent=1, sort_keys=True)
        content = ("  " + text.replace("\n", "\n  ")).encode()
        self._serialized_resources[id(resource)] = (resource, content)
        return content


def _replace_file(path: Path, content: bytes) -> None:
    """Replace the state file, for its owner alone.

    Raises:
        LocalEngineError: It cannot be written; the state is that of the step before.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(write_draft(path, content, keep_mode=False), path)
    except OSError as error:
        msg = (
            f"could not save the state {path}: {error.strerror}; it is that of the step before. "
            "Free some space or correct the permissions, then run `refresh` and `up` again"
        )
        raise LocalEngineError(msg) from None


def _build_entry(resource: Resource, keyring: SecretStore) -> dict[str, Any]:
    entry = {item.name: getattr(resource, item.name) for item in fields(Resource)}
    entry = {key: value for key, value in entry.items() if value or key in _REQUIRED_FIELDS}
    for bag in ("inputs", "outputs"):
        entry[bag] = {
            key: _serialize_value(key, value, keyring)
            for key, value in getattr(resource, bag).items()
        }
    return entry


def _serialize_value(key: str, value: Value, keyring: SecretStore) -> Any:
    if isinstance(value, dict):
        return {name: _serialize_value(name, item, keyring) for name, item in value.items()}
    if isinstance(value, list):
        return [_serialize_value("", item, keyring) for item in value]
    if isinstance(value, (Secret, SecretDigest)):
        mark: dict[str, Value] = {SIGNATURE_KEY: SECRET_SIGNATURE}
        value = value if isinstance(value, Secret) else Secret(value)
        if key == PROVIDER_KEY and isinstance(value.value, str) and is_class_reference(value.value):
            return {**mark, "name": value.value}
        return {**mark, "digest": keyring.digest_secret(value).digest}
    if isinstance(value, str) and key != PROVIDER_KEY and keyring.has_secret_in(value):
        return _serialize_value(key, Secret(value), keyring)
    return value


def _parse_resource(entry: dict[str, Any]) -> Resource:
    fields_: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    for bag in ("inputs", "outputs"):
        fields_[bag] = _parse_properties(entry.get(bag, {}))
    by_property = entry.get("property_dependencies", {})
    fields_["property_dependencies"] = {key: tuple(urns) for key, urns in by_property.items()}
    return Resource(**fields_)


def _parse_properties(bag: dict[str, Any]) -> Properties:
    return {key: _parse_value(value) for key, value in bag.items()}


def _parse_value(value: Any) -> Value:
    if isinstance(value, list):
        return [_parse_value(item) for item in value]
    if not isinstance(value, dict):
        return value  # type: ignore[no-any-return]  # JSON's scalars are ours
    if value.get(SIGNATURE_KEY) != SECRET_SIGNATURE:
        return _parse_properties(value)
    return Secret(value["name"] if "name" in value else SecretDigest(value["digest"]))


_ResourceKey: TypeAlias = tuple[str, bool, str]


class StackState:
    """All resources of a stack, safe to change from several threads at once."""

    def __init__(
        self,
        resources: Iterable[Resource],
        keyring: SecretStore,
        save: Callable[[list[Resource]], None] | None,
    ) -> None:
        """Take over what was loaded.

        Args:
            resources: What the state file holds.
            keyring: Opens secrets this run knows.
            save: Writes the file; None in a preview, which must leave no trace.
        """
        self._resources: dict[_ResourceKey, Resource] = {
            _build_key(item): item for item in resources
        }
        self._secret_store = keyring
        self._save = save
        self._lock = threading.Lock()
        self._save_lock = threading.Lock()
        self._change_count = 0
        self._saved_change_count = 0

    def get_live_resources(self) -> dict[str, Resource]:
        """Return the resources by URN, without those only waiting to be deleted."""
        with self._lock:
            return {item.urn: item for item in self._resources.values() if not item.condemned}

    def list_resources(self) -> list[Resource]:
        """Return every resource, also those waiting to be deleted, in a fixed order."""
        with self._lock:
            return [self._resources[key] for key in sorted(self._resources)]

    def restore_secrets(self, resource: Resource) -> Resource:
        """Return a resource with the secrets this run knows whole again."""
        inputs, outputs = (
            self._secret_store.restore_secrets(resource.inputs),
            self._secret_store.restore_secrets(resource.outputs),
        )
        return replace(resource, inputs=inputs, outputs=outputs)

    def put(self, resource: Resource, *, previous: Resource | None = None) -> None:
        """Record what a step left behind, in place of what was there, and save if it differs."""
        with self._lock:
            if resource == previous == self._resources.get(_build_key(resource)):
                return
            if previous is not None:
                self._resources.pop(_build_key(previous), None)
            self._resources[_build_key(resource)] = resource
            self._change_count += 1
        self._save_changes()

    def put_all(self, resources: Iterable[Resource]) -> None:
        """Record many at once, and save once."""
        with self._lock:
            self._resources |= {_build_key(item): item for item in resources}
            self._change_count += 1
        self._save_changes()

    def mark_for_deletion(self, resource: Resource) -> None:
        """Mark a resource that was replaced as one still to be deleted; the next `put` saves it."""
        with self._lock:
            self._resources.pop(_build_key(resource), None)
            doomed = replace(resource, condemned=True)
            self._resources[_build_key(doomed)] = doomed
            self._change_count += 1

    def remove(self, resource: Resource) -> None:
        """Forget a resource, and save."""
        with self._lock:
            self._resources.pop(_build_key(resource), None)
            self._change_count += 1
        self._save_changes()

    def _save_changes(self) -> None:
        """Save, unless a save that began after this thread's change has already done it."""
        if self._save is None:
            return
        wanted = self._change_count
        with self._save_lock:
            if self._saved_change_count >= wanted:
                return
            with self._lock:
                snapshot = [self._resources[key] for key in sorted(self._resources)]
                version = self._change_count
            self._save(snapshot)
            self._saved_change_count = version


def _build_key(resource: Resource) -> _ResourceKey:
    return resource.urn, resource.condemned, resource.id if resource.condemned else ""
