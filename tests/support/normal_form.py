"""States and plans of the local engine and of the Pulumi CLI in one normal form.

Both are compared without ids and times that HQ sets, without empty values and hidden properties,
and with secrets and unknown values masked. Steps that change nothing are not compared in a plan:
the CLI's JSON omits them, and the reported steps have them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

SECRET_KEY: Final = "4dabf18193072939515e22adb298388d"
"""Marks a secret: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go"""

STATE_FIELDS: Final = (
    *("id", "inputs", "outputs", "parent", "dependencies", "property_dependencies", "protect"),
    *("external", "retain_on_delete", "deleted_with", "pending_delete"),
)
PLAN_FIELDS: Final = ("id", "inputs", "outputs", "parent", "protect", "external")

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's mark of an unknown value."""

FOLDER: Final = re.compile(r'"/[^"]+/project/')
"""The folder of the program, which is another one for each engine."""

TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z?")


def normalize_state(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the resources of a state, without providers: their ids are random."""
    return sorted(
        _serialize({"name": get_name(row), **_select(row, STATE_FIELDS)})
        for row in rows
        if not row["type"].startswith("pulumi:providers:")
    )


def normalize_plan(steps: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the changes of a preview's JSON, without those of providers."""
    return sorted(
        _serialize(
            {
                "step": f"{step['op']} {get_name(step)}",
                "old": _select(step.get("oldState"), PLAN_FIELDS),
                "new": _select(step.get("newState"), PLAN_FIELDS),
                "reasons": step.get("replaceReasons") or [],
                "diff": step.get("detailedDiff") or {},
            }
        )
        for step in steps
        if "::pulumi:providers:" not in step["urn"] and step["op"] != "same"
    )


def get_name(row: Mapping[str, Any]) -> str:
    """Return the name in a URN."""
    return str(row["urn"]).rsplit("::", 1)[-1]


def mask_random_values(text: str) -> str:
    """Return a text without the ids and times that HQ sets, and without the program's folder."""
    text = FOLDER.sub('"', text)
    return TIME.sub("[time]", UUID.sub("*", text.replace(UNKNOWN, "[unknown]")))


def _serialize(value: Any) -> str:
    return mask_random_values(json.dumps(value, sort_keys=True))


def _select(row: Mapping[str, Any] | None, names: Iterable[str]) -> Any:
    """Return fields of a resource in snake case, with secrets masked and without empty values."""
    values = {re.sub("([A-Z])", r"_\1", k).lower(): v for k, v in (row or {}).items()}
    values["pending_delete"] = values.pop("delete", None) or values.get("pending_delete")
    return _mask({name: values.get(name) for name in names})


def _mask(value: Any) -> Any:
    if isinstance(value, Mapping):
        if SECRET_KEY in value:
            return "[secret]"
        masked = {k: _mask(v) for k, v in value.items() if not k.startswith("__")}
        return {k: v for k, v in masked.items() if not _is_empty(v)}
    if isinstance(value, list):
        masked_list = [_mask(each) for each in value]
        return sorted(masked_list) if _are_urns(value) else masked_list
    return value


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})


def _are_urns(values: list[Any]) -> bool:
    return all(isinstance(each, str) and each.startswith("urn:") for each in values)
