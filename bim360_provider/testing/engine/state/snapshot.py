"""Holds the resources of a stack in memory, and loads and saves the state file."""

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
SALT_BYTES: Final = 16
"""RFC 8018 recommends at least 8."""
_REQUIRED_FIELDS: Final = frozenset({"urn", "type", "custom", "inputs", "outputs"})
_ResourceKey: TypeAlias = tuple[str, bool, str]


class StateFile:
    """Loads and saves the state file of a stack."""

    def __init__(self, path: Path, stack: str, project: str) -> None:
        self.path = path
        self._stack = stack
        self._project = project
        self._serialized_resources: dict[int, tuple[Resource, bytes]] = {}

    def load(self) -> tuple[list[Resource], SecretStore]:
        """Return the resources and the store for their secrets.

        Raises:
            LocalEngineError: The file is not a state of this engine or belongs to another stack.
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
            msg = f"{self.path} is not JSON ({error}): use another file with --state"
            raise LocalEngineError(msg) from None
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            msg = f"{self.path} is not a state of the local engine: use another file with --state"
            raise LocalEngineError(msg)
        owner = (document["project"], document["stack"])
        if owner != (self._project, self._stack):
            msg = f"{self.path} is the state of {'/'.join(owner)}: use another file with --state"
            raise LocalEngineError(msg)
        return document

    def save(self, resources: list[Resource], secret_store: SecretStore) -> None:
        """Replace the file atomically: a crash leaves the old or the new one."""
        entries = b",\n".join([self._serialize_resource(item, secret_store) for item in resources])
        head = {"format": FORMAT, "project": self._project, "stack": self._stack}
        head["salt"] = secret_store.salt.hex()
        opening = json.dumps(head, indent=1)[:-2] + ',\n "resources": [\n'
        _replace_file(self.path, b"".join((opening.encode(), entries, b"\n ]\n}\n")))

    def _serialize_resource(self, resource: Resource, secret_store: SecretStore) -> bytes:
        """Return a resource as JSON; cached, because each save writes all resources."""
        cached = self._serialized_resources.get(id(resource))
        if cached is not None and cached[0] is resource:
            return cached[1]
        text = json.dumps(_build_entry(resource, secret_store), indent=1, sort_keys=True)
        content = ("  " + text.replace("\n", "\n  ")).encode()
        self._serialized_resources[id(resource)] = (resource, content)
        return content


class StackState:
    """The resources of a stack; all methods are thread-safe."""

    def __init__(
        self,
        resources: Iterable[Resource],
        secret_store: SecretStore,
        save: Callable[[list[Resource]], None] | None,
    ) -> None:
        """Initialize the state from the loaded resources.

        Args:
            resources: The resources of the state file.
            secret_store: Restores the secrets of this run.
            save: Writes the file; None in a preview, which saves nothing.
        """
        self._resources: dict[_ResourceKey, Resource] = {
            _build_key(item): item for item in resources
        }
        self._secret_store = secret_store
        self._save = save
        self._lock = threading.Lock()
        self._save_lock = threading.Lock()
        self._change_count = 0
        self._saved_change_count = 0

    def get_live_resources(self) -> dict[str, Resource]:
        """Return the resources by URN, without those that are pending deletion."""
        with self._lock:
            return {item.urn: item for item in self._resources.values() if not item.pending_delete}

    def list_resources(self) -> list[Resource]:
        """Return all resources in a fixed order, including those that are pending deletion."""
        with self._lock:
            return [self._resources[key] for key in sorted(self._resources)]

    def restore_secrets(self, resource: Resource) -> Resource:
        """Return a resource with the known secrets restored."""
        inputs, outputs = (
            self._secret_store.restore_secrets(resource.inputs),
            self._secret_store.restore_secrets(resource.outputs),
        )
        return replace(resource, inputs=inputs, outputs=outputs)

    def put(self, resource: Resource, *, previous: Resource | None = None) -> None:
        """Store a resource after a step, in place of ``previous``; save if it differs."""
        with self._lock:
            if resource == previous == self._resources.get(_build_key(resource)):
                return
            if previous is not None:
                self._resources.pop(_build_key(previous), None)
            self._resources[_build_key(resource)] = resource
            self._change_count += 1
        self._save_changes()

    def put_all(self, resources: Iterable[Resource]) -> None:
        """Store several resources and save once."""
        with self._lock:
            self._resources |= {_build_key(item): item for item in resources}
            self._change_count += 1
        self._save_changes()

    def mark_for_deletion(self, resource: Resource) -> None:
        """Mark a replaced resource as pending deletion; the next `put` saves it."""
        with self._lock:
            self._resources.pop(_build_key(resource), None)
            marked = replace(resource, pending_delete=True)
            self._resources[_build_key(marked)] = marked
            self._change_count += 1

    def remove(self, resource: Resource) -> None:
        """Remove a resource and save."""
        with self._lock:
            self._resources.pop(_build_key(resource), None)
            self._change_count += 1
        self._save_changes()

    def _save_changes(self) -> None:
        """Save, unless a later save already included the change of this thread."""
        if self._save is None:
            return
        change_count = self._change_count
        with self._save_lock:
            if self._saved_change_count >= change_count:
                return
            with self._lock:
                snapshot = [self._resources[key] for key in sorted(self._resources)]
                version = self._change_count
            self._save(snapshot)
            self._saved_change_count = version


def _replace_file(path: Path, content: bytes) -> None:
    """Replace the state file, readable only for its owner.

    Raises:
        LocalEngineError: The file cannot be written; it still has the previous step.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(write_draft(path, content, keep_mode=False), path)
    except OSError as error:
        msg = (
            f"could not save the state {path}: {error.strerror}; it still has the previous step. "
            "Free disk space or correct the permissions, then run `refresh` and `up` again"
        )
        raise LocalEngineError(msg) from None


def _build_entry(resource: Resource, secret_store: SecretStore) -> dict[str, Any]:
    entry = {item.name: getattr(resource, item.name) for item in fields(Resource)}
    entry = {key: value for key, value in entry.items() if value or key in _REQUIRED_FIELDS}
    for bag in ("inputs", "outputs"):
        entry[bag] = {
            key: _serialize_value(key, value, secret_store)
            for key, value in getattr(resource, bag).items()
        }
    return entry


def _serialize_value(key: str, value: Value, secret_store: SecretStore) -> Any:
    if isinstance(value, dict):
        return {name: _serialize_value(name, item, secret_store) for name, item in value.items()}
    if isinstance(value, list):
        return [_serialize_value("", item, secret_store) for item in value]
    if isinstance(value, (Secret, SecretDigest)):
        mark: dict[str, Value] = {SIGNATURE_KEY: SECRET_SIGNATURE}
        value = value if isinstance(value, Secret) else Secret(value)
        if key == PROVIDER_KEY and isinstance(value.value, str) and is_class_reference(value.value):
            return {**mark, "name": value.value}
        return {**mark, "digest": secret_store.digest_secret(value).digest}
    if isinstance(value, str) and key != PROVIDER_KEY and secret_store.has_secret_in(value):
        return _serialize_value(key, Secret(value), secret_store)
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


def _build_key(resource: Resource) -> _ResourceKey:
    return resource.urn, resource.pending_delete, resource.id if resource.pending_delete else ""
