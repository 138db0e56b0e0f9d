"""A project's fields between stack and HQ: when two values are the same, and what is sent."""

from collections.abc import Collection, Mapping
from typing import Any

from bim360_provider.core.arguments import is_unknown
from bim360_provider.core.shape import same_text
from bim360_provider.models.enums import UNASKED_SERVICES
from bim360_provider.models.project import CREATE_ONLY, PATCHABLE

__all__ = ["create_body", "differing", "patch_body", "same"]

Values = Mapping[str, Any]


def same(name: str, declared: Any, live: Any) -> bool:
    """Return whether a declared value and HQ's mean the same."""
    if is_unknown(declared):
        return False
    if name == "service_types":
        # HQ does not tell them when a project is made: not known yet is not none.
        return live is not None and _asked(declared) == _asked(live)
    if name == "status" and live == "pending":
        # Only the first project admin makes a project active; until then nothing is left to do.
        return bool(declared == "active")
    if name == "business_unit_id":
        return bool((declared or "") == (live or "").lower())
    return same_text(declared, live) if isinstance(declared, str) else bool(declared == live)


def _asked(services: Collection[str]) -> frozenset[str]:
    return frozenset(services) - UNASKED_SERVICES


def differing(live: Values, inputs: Values) -> tuple[str, ...]:
    """Return the given arguments whose value HQ does not have.

    A project that somebody archived counts as differing even where no status is
    declared: what a stack declares is meant to be there.
    """
    changed = [k for k in PATCHABLE if k in inputs and not same(k, inputs[k], live.get(k))]
    if "status" not in inputs and live.get("status") == "archived":
        changed.append("status")
    return tuple(changed)


def create_body(inputs: Values) -> dict[str, Any]:
    """Return the body of a POST: what was given, without status and without empty texts."""
    names = [name for name in (*PATCHABLE, *CREATE_ONLY) if name != "status"]
    return {
        name: _sent(name, inputs[name], ())
        for name in names
        if name in inputs and inputs[name] != ""
    }


def patch_body(live: Values, inputs: Values, wanted: Collection[str]) -> dict[str, Any]:
    """Return the body of a PATCH: the wanted fields and no others."""
    body = {
        name: _sent(name, inputs[name], live.get(name) or ())
        for name in PATCHABLE
        if name in wanted and name in inputs
    }
    if "status" in wanted and "status" not in inputs:
        body["status"] = "active"
    return body


def _sent(name: str, value: Any, live: Collection[str]) -> Any:
    if name != "service_types":
        return value
    # A service that HQ added by itself stays: a PATCH may replace the whole list.
    kept = {"admin"} & set(live)
    return ",".join(sorted({*value, *kept}))
