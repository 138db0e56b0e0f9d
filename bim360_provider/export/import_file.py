"""The file for ``pulumi import --file``: the state that a create would have left, for each thing.

With outputs in it Pulumi asks the provider for nothing: neither a GET for each project nor a
refresh afterwards is needed. https://www.pulumi.com/docs/iac/guides/migration/import/ has the
format.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.rpc import UNKNOWN

from bim360_provider.dynamic.bags import PROVIDER_KEY, to_pulumi
from bim360_provider.export.declaration import Declaration

__all__ = ["import_file", "names_in"]

SEAL: Final = "writtenBy"
"""A key that Pulumi passes over."""

EVER_NEW: Final = frozenset({"updated_at", "last_sign_in"})
"""Outputs that change when nobody changed anything: the first refresh fills them in."""


def import_file(declarations: Iterable[Declaration], seal: str) -> str:
    """Return the text of the file, a line for each thing."""
    rows = [row for each in declarations for row in _rows(each)]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{\n"{SEAL}": {json.dumps(seal)},\n"resources": [\n{lines}\n]\n}}\n'


def names_in(content: str) -> dict[tuple[str, str], str]:
    """Return the names that an import file gives, by type and id; none where it cannot be read."""
    try:
        rows = json.loads(content)["resources"]
        return {(row["type"], row["id"]): _name(row) for row in rows if "id" in row}
    except (ValueError, LookupError, TypeError):
        return {}


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("logicalName") or row["name"])


def _known(value: Any) -> Any:
    """Return a value without texts that Pulumi takes for unknown values: no import may hold one."""
    if isinstance(value, Mapping):
        return {key: _known(each) for key, each in value.items() if each != UNKNOWN}
    if isinstance(value, list):
        return [_known(each) for each in value if each != UNKNOWN]
    return value


def _rows(each: Declaration) -> Iterator[dict[str, Any]]:
    code: Any = serialize_provider(each.resource.PROVIDER())
    provider = {PROVIDER_KEY: code}
    outputs = {k: _known(v) for k, v in each.outputs.items() if k not in EVER_NEW and v != UNKNOWN}
    row = {"type": each.resource.type_token(), "name": each.name, "id": each.id}
    if each.component:
        # A name of its own, because a parent is named by it and a project may have the same.
        parent = f"{each.component.type} {each.name}"
        named = {"name": parent, "logicalName": each.name, "component": True}
        yield {"type": each.component.type, **named}
        row["parent"] = parent
    inputs, kept = to_pulumi(each.inputs), to_pulumi(outputs)
    yield {**row, "inputs": {**inputs, **provider}, "outputs": {**kept, **provider}}
