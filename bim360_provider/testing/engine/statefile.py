"""The state file: deterministic JSON, replaced in one piece, never a secret in the clear."""

import json
import secrets
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from bim360_provider.files import draft, put_in_place
from bim360_provider.testing.engine.errors import LocalEngineError
from bim360_provider.testing.engine.resources import Resource
from bim360_provider.testing.engine.sealing import Keyring, is_only_a_name
from bim360_provider.testing.engine.values import PROVIDER_KEY, Properties, Sealed, Secret, Value
from bim360_provider.testing.engine.wire import SECRET_SIGNATURE, SIGNATURE_KEY

FORMAT: Final = "bim360_provider local engine, version 1"
SALT_BYTES: Final = 16  # the least RFC 8018 recommends is 8; 16 costs nothing
_ALWAYS: Final = frozenset({"urn", "type", "custom", "inputs", "outputs"})


class StateFile:
    """One stack's state file."""

    def __init__(self, path: Path, stack: str, project: str) -> None:
        self.path = path
        self._stack = stack
        self._project = project
        self._texts: dict[int, tuple[Resource, bytes]] = {}

    def load(self) -> tuple[list[Resource], Keyring]:
        """Read the resources and make the keyring their secrets are sealed with.

        Raises:
            LocalEngineError: The file is not a state of this engine, or is another stack's.
        """
        if not self.path.exists():
            return [], Keyring(secrets.token_bytes(SALT_BYTES))
        document = self._document()
        resources = [_resource(entry) for entry in document["resources"]]
        return resources, Keyring(bytes.fromhex(document["salt"]))

    def _document(self) -> dict[str, Any]:
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

    def save(self, resources: list[Resource], keyring: Keyring) -> None:
        """Replace the file as a whole, so that a crash leaves the old one or the new one."""
        entries = b",\n".join([self._text(item, keyring) for item in resources])
        head = {"format": FORMAT, "project": self._project, "stack": self._stack}
        head["salt"] = keyring.salt.hex()
        opening = json.dumps(head, indent=1)[:-2] + ',\n "resources": [\n'
        _replace(self.path, b"".join((opening.encode(), entries, b"\n ]\n}\n")))

    def _text(self, resource: Resource, keyring: Keyring) -> bytes:
        """Return a resource as JSON; kept, because a save after each step writes all of them."""
        known = self._texts.get(id(resource))
        if known is not None and known[0] is resource:
            return known[1]
        text = json.dumps(_entry(resource, keyring), indent=1, sort_keys=True)
        content = ("  " + text.replace("\n", "\n  ")).encode()
        self._texts[id(resource)] = (resource, content)
        return content


def _replace(path: Path, content: bytes) -> None:
    """Replace the state file, for its owner alone.

    Raises:
        LocalEngineError: It cannot be written; the state is that of the step before.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(draft(path, content, keep_mode=False), path)
    except OSError as error:
        msg = (
            f"could not save the state {path}: {error.strerror}; it is that of the step before. "
            "Free some space or correct the permissions, then run `refresh` and `up` again"
        )
        raise LocalEngineError(msg) from None


def _entry(resource: Resource, keyring: Keyring) -> dict[str, Any]:
    entry = {item.name: getattr(resource, item.name) for item in fields(Resource)}
    entry = {key: value for key, value in entry.items() if value or key in _ALWAYS}
    for bag in ("inputs", "outputs"):
        entry[bag] = {
            key: _stored(key, value, keyring) for key, value in getattr(resource, bag).items()
        }
    return entry


def _stored(key: str, value: Value, keyring: Keyring) -> Any:
    if isinstance(value, dict):
        return {name: _stored(name, item, keyring) for name, item in value.items()}
    if isinstance(value, list):
        return [_stored("", item, keyring) for item in value]
    if isinstance(value, (Secret, Sealed)):
        mark: dict[str, Value] = {SIGNATURE_KEY: SECRET_SIGNATURE}
        value = value if isinstance(value, Secret) else Secret(value)
        if key == PROVIDER_KEY and isinstance(value.value, str) and is_only_a_name(value.value):
            return {**mark, "name": value.value}
        return {**mark, "digest": keyring.seal(value).digest}
    if isinstance(value, str) and key != PROVIDER_KEY and keyring.gives_away(value):
        return _stored(key, Secret(value), keyring)
    return value


def _resource(entry: dict[str, Any]) -> Resource:
    fields_: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    for bag in ("inputs", "outputs"):
        fields_[bag] = _restored_bag(entry.get(bag, {}))
    by_property = entry.get("property_dependencies", {})
    fields_["property_dependencies"] = {key: tuple(urns) for key, urns in by_property.items()}
    return Resource(**fields_)


def _restored_bag(bag: dict[str, Any]) -> Properties:
    return {key: _restored(value) for key, value in bag.items()}


def _restored(value: Any) -> Value:
    if isinstance(value, list):
        return [_restored(item) for item in value]
    if not isinstance(value, dict):
        return value  # type: ignore[no-any-return]  # JSON's scalars are ours
    if value.get(SIGNATURE_KEY) != SECRET_SIGNATURE:
        return _restored_bag(value)
    return Secret(value["name"] if "name" in value else Sealed(value["digest"]))
