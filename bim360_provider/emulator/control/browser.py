"""The actions of users in the browser, which have no API: change, archive, add, remove."""

from dataclasses import dataclass
from sqlite3 import IntegrityError
from typing import Any
from uuid import uuid5

from pydantic import BaseModel, JsonValue

from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.control.call import ControlCall, ControlRequestError
from bim360_provider.emulator.seed.database import build_member_row, dump_member
from bim360_provider.emulator.seed.models import (
    SeedCompany,
    SeedError,
    SeedMember,
    SeedProject,
    SeedUser,
    validate_document,
)
from bim360_provider.emulator.state import HqState
from bim360_provider.emulator.storage.database import ID_NAMESPACE, Row
from bim360_provider.emulator.storage.rows import update_columns
from bim360_provider.emulator.storage.schema import PROJECT_TABLES

UID_LENGTH = 12
"""Characters of an Autodesk ID, as in published responses (observed)."""


@dataclass(frozen=True, slots=True)
class EntityKind:
    """A kind of entity: its name in messages, its table, and its fields."""

    name: str
    table: str
    model: type[BaseModel]
    nested_fields: frozenset[str] = frozenset()
    """The fields that are not columns."""
    unique_field: str = "id"
    """The field that is unique in an account."""

    @property
    def columns(self) -> list[str]:
        """The fields that are columns."""
        return [name for name in self.model.model_fields if name not in self.nested_fields]


PROJECT_KIND = EntityKind(
    "project",
    "projects",
    SeedProject,
    frozenset({"companies", "users", "image", "folders"}),
    "name",
)
COMPANY_KIND = EntityKind("company", "companies", SeedCompany, frozenset({"image"}))
USER_KIND = EntityKind("user", "users", SeedUser, unique_field="email")


def update_entity(kind: EntityKind, call: ControlCall) -> JsonValue:
    """Set fields of an entity without HQ's rules, and return its row.

    Raises:
        ControlRequestError: There is no such entity.
        SeedError: A field is invalid or unknown, or its value must be unique and is in use.
    """
    fields = call.parse_fields()
    return _update_row(call.emulator.hq, kind, _get_row(call, kind, call.target_id), fields)


def delete_entity(kind: EntityKind, call: ControlCall) -> JsonValue:
    """Delete an entity and its rows in projects, which HQ itself cannot.

    Raises:
        ControlRequestError: There is no such entity.
    """
    store, entity_id = call.emulator.hq.store, str(_get_row(call, kind, call.target_id)["id"])
    store.execute(f"DELETE FROM {kind.table} WHERE id = ?", [entity_id])  # noqa: S608 - table names are constants
    if kind is PROJECT_KIND:
        for table in PROJECT_TABLES:
            store.execute(f"DELETE FROM {table} WHERE project_id = ?", [entity_id])  # noqa: S608 - the same
    if kind is USER_KIND:
        store.execute("DELETE FROM members WHERE user_id = ?", [entity_id])
    return {}


def sign_in_user(call: ControlCall) -> JsonValue:
    """Let a user sign in for the first time, or again: active, with an Autodesk ID.

    Inference from the names of the states: ``not_invited``, ``pending``, ``active``.
    """
    hq, user = call.emulator.hq, _get_row(call, USER_KIND, call.path_segments[1])
    fields: dict[str, JsonValue] = {
        "status": "active",
        "uid": user["uid"] or _build_uid(str(user["email"])),
        "last_sign_in": format_timestamp(hq.clock.now()),
    }
    return _update_row(hq, USER_KIND, user, fields)


def _build_uid(email: str) -> str:
    """Return the Autodesk ID of an e-mail, the same in every account."""
    return uuid5(ID_NAMESPACE, email.lower()).hex[:UID_LENGTH].upper()


def _update_row(
    hq: HqState, kind: EntityKind, before: Row, fields: dict[str, JsonValue]
) -> JsonValue:
    fields = {"updated_at": format_timestamp(hq.clock.now()), **fields}
    row = _build_columns(kind, {**{name: before[name] for name in kind.columns}, **fields})
    if kind is PROJECT_KIND and before["status"] == "pending" and row["status"] == "active":
        # In the browser too, the first admin activates a project and its services.
        row["active_services"] = row["active_services"] or row["service_types"]
    try:
        update_columns(hq.store, kind.table, before["seq"], row)
    except IntegrityError:
        msg = f"{kind.unique_field}: {row[kind.unique_field]!r} is in use in the account"
        raise SeedError(msg) from None
    return {**row}


def _build_columns(kind: EntityKind, fields: dict[str, Any]) -> Row:
    misplaced = sorted(fields.keys() & kind.nested_fields)
    if misplaced:
        msg = f"{misplaced[0]}: it is not a field of one row; change it with PUT /_emulator/state"
        raise SeedError(msg)
    valid = validate_document(kind.model, fields)
    after = valid.model_dump(mode="json", exclude={*kind.nested_fields})
    return {
        name: ",".join(value) if isinstance(value, list) else value for name, value in after.items()
    }


def add_member(call: ControlCall) -> JsonValue:
    """Add a user of the account to a project, without HQ's rules."""
    hq, project = call.emulator.hq, _get_row(call, PROJECT_KIND, call.path_segments[1])
    member = validate_document(SeedMember, call.parse_fields())
    sql = "SELECT * FROM users WHERE account_id = ? AND (id = ? OR email = ? COLLATE NOCASE)"
    found = [project["account_id"], member.user_id, member.email]
    reference = member.email or member.user_id or "without email or user_id"
    user = _require_row(hq.store.fetch_one(sql, found), "user", reference)
    row = build_member_row(hq, member, str(project["id"]), str(user["id"]))
    hq.store.execute(
        "DELETE FROM members WHERE project_id = ? AND user_id = ?", [project["id"], user["id"]]
    )
    hq.store.insert("members", row)
    return dump_member(row)


def update_member(call: ControlCall) -> JsonValue:
    """Change a user of a project, including the modules that HQ v2 does not support."""
    hq, before = call.emulator.hq, _get_member(call)
    member = validate_document(SeedMember, {**dump_member(before), **call.parse_fields()})
    row = build_member_row(hq, member, str(before["project_id"]), str(before["user_id"]))
    update_columns(hq.store, "members", before["seq"], row)
    return dump_member(row)


def remove_member(call: ControlCall) -> JsonValue:
    """Remove a user from a project, which HQ itself cannot for BIM 360."""
    seq = _get_member(call)["seq"]
    call.emulator.hq.store.execute("DELETE FROM members WHERE seq = ?", [seq])
    return {}


def _get_row(call: ControlCall, kind: EntityKind, entity_id: str) -> Row:
    sql = f"SELECT * FROM {kind.table} WHERE id = ?"  # noqa: S608 - table names are constants
    return _require_row(call.emulator.hq.store.fetch_one(sql, [entity_id]), kind.name, entity_id)


def _get_member(call: ControlCall) -> Row:
    project_id, user_id = call.path_segments[1], call.target_id
    sql = "SELECT * FROM members WHERE project_id = ? AND user_id = ?"
    row = call.emulator.hq.store.fetch_one(sql, [project_id, user_id])
    return _require_row(row, f"user in project {project_id}:", user_id)


def _require_row(row: Row | None, entity: str, entity_id: str) -> Row:
    if row is None:
        msg = f"there is no {entity} {entity_id}"
        raise ControlRequestError(msg)
    return row
