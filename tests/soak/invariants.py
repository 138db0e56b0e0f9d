"""Conditions that must hold after any faults: each finding is one line of evidence."""

import base64
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bim360_provider.emulator import CLIENT_ID
from tests.soak.forms import normalize_unicode
from tests.soak.stack import ResourceState

Row = Mapping[str, Any]

TOKEN: Final = re.compile(r"eyJ[\w-]{8,}\.[\w-]+|Bearer [\w-]{8,}|Basic [\w+/=]{8,}")
"""Matches a token, or a header with credentials."""

UNCOMPARED_ARGUMENTS: Final = frozenset(
    {"adopt", "on_destroy", "template_project_id", "status", "service_types"}
)
"""Arguments that are not fields of the account, or are compared in another way."""


def find_lost_ids(
    before: Mapping[str, ResourceState], after: Mapping[str, ResourceState], destroyed: bool
) -> Iterator[str]:
    """Find resources that a run has dropped, or given another id."""
    for name, old in before.items():
        new = after.get(name)
        if new is not None and new.id != old.id:
            yield f"lost id: {name} was {old.id} and is now {new.id}"
        if new is None and not destroyed:
            yield f"lost id: {name} ({old.id}) is declared, and has left the state"


def find_owned_twice(state: Mapping[str, ResourceState]) -> Iterator[str]:
    """Find projects that belong to two resources."""
    for project_id, times in Counter(each.id for each in state.values()).items():
        if times > 1:
            yield f"duplicate: {times} resources have project {project_id}"


def find_duplicates(rows: Sequence[Row]) -> Iterator[str]:
    """Find live projects with the same name."""
    live = Counter(normalize_unicode(row["name"]) for row in rows if row["status"] != "archived")
    for name, times in live.items():
        if times > 1:
            yield f"duplicate: {times} live projects are named '{name}'"


def find_orphans(
    rows: Sequence[Row], state: Mapping[str, ResourceState], let_go: set[str]
) -> Iterator[str]:
    """Find live projects without an owner: neither in the state nor released on purpose."""
    owned = {each.id for each in state.values()} | let_go
    for row in rows:
        if row["id"] not in owned and row["status"] != "archived":
            yield f"orphan: '{row['name']}' ({row['id']}) is {row['status']} and in no state"


def find_missing(rows: Sequence[Row], ever: set[str]) -> Iterator[str]:
    """Find ids that were in a state, and that HQ does not have."""
    for project_id in sorted(ever - {row["id"] for row in rows}):
        yield f"lost id: {project_id} was in the state, and HQ has no such project"


def find_drifted(
    declared: Mapping[str, Row], rows: Sequence[Row], state: Mapping[str, ResourceState]
) -> Iterator[str]:
    """Find declared projects that HQ does not have, or has with other values."""
    by_id = {row["id"]: row for row in rows}
    for name, arguments in declared.items():
        row = by_id.get(state[name].id) if name in state else None
        if row is None:
            yield f"unequal: {name} is declared, and the state has none"
            continue
        for field, (expected, present) in _compare_fields(arguments, row).items():
            yield f"unequal: {name}.{field} is declared {expected!r}, and HQ has {present!r}"
    for name in sorted(set(state) - set(declared)):
        yield f"unequal: {name} is in the state, and not declared"


def _compare_fields(arguments: Row, row: Row) -> dict[str, tuple[Any, Any]]:
    found = {
        field: (expected, row[field])
        for field, expected in arguments.items()
        if field not in UNCOMPARED_ARGUMENTS
        and normalize_unicode(expected) != normalize_unicode(row[field])
        and (expected or row[field])
    }
    status = arguments.get("status", "active")
    if (status == "archived") != (row["status"] == "archived"):
        found["status"] = (status, row["status"])
    services = {*str(row["service_types"] or "").split(",")}
    expected = arguments.get("service_types")
    if expected is not None and not {*expected} <= services <= {*expected, "admin", "insight"}:
        found["service_types"] = (expected, row["service_types"])
    return found


def find_changed_foreign(foreign: Sequence[Row], rows: Sequence[Row]) -> Iterator[str]:
    """Find projects of other people that have changed."""
    by_id = {row["id"]: row for row in rows}
    for row in foreign:
        if by_id.get(row["id"]) != row:
            yield f"touched: '{row['name']}' belongs to another user, and has changed"


def find_secrets(folder: Path, secret: str) -> Iterator[str]:
    """Find the client secret, or a token, in any file that the runs have written."""
    basic = base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = path.read_text("utf-8", "replace")
        if secret in text or basic in text or TOKEN.search(text):
            yield f"secret: {path} holds the client secret or a token"


def find_tracebacks(output: str, command: str) -> Iterator[str]:
    """Find a traceback: an error has to be one line."""
    if "Traceback (most recent call last)" in output:
        yield f"traceback: {command} printed one"
