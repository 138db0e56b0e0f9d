"""The actions of users in the browser, which have no API: change, archive, add, remove."""

from dataclasses import dataclass, field
from sqlite3 import IntegrityError
from typing import Any
from uuid import uuid5

from pydantic import BaseModel, JsonValue, ValidationError

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.seed.models import (
    SeedCompany,
    SeedError,
    SeedProject,
    SeedUser,
    format_first_problem,
)
from bim360_provider.emulator.storage.database import ID_NAMESPACE, Row
from bim360_provider.emulator.storage.rows import update_columns
from bim360_provider.emulator.storage.schema import PROJECT_TABLES

UID_LENGTH = 12
"""Characters of an Autodesk ID, as in published responses (observed)."""


@dataclass(frozen=True, slots=True)
class EntityKind:
    """A kind of entity: its table, its fields, and the fields that are not columns."""

    table: str
    model: type[BaseModel]
    nested_fields: frozenset[str] = field(default_factory=frozenset)
    unique_field: str = "id"
    """The field that is unique in an account."""

    @property
    def columns(self) -> list[str]:
        """The fields that are columns."""
        return [name for name in self.model.model_fields if name not in self.nested_fields]


PROJECT_KIND = EntityKind(
    "projects", SeedProject, frozenset({"companies", "users", "image"}), "name"
)
COMPANY_KIND = EntityKind("companies", SeedCompany, frozenset({"image"}))
USER_KIND = EntityKind("users", SeedUser, unique_field="email")


def update_entity(
    backend: Backend, kind: EntityKind, entity_id: str, fields: dict[str, JsonValue]
) -> Row | None:
    """Set fields of an entity without HQ's rules, and return its row; None if there is none.

    Raises:
        SeedError: A field is invalid or unknown, or its value must be unique and is in use.
    """
    before = _find_row(backend, kind, entity_id)
    if before is None:
        return None
    fields = {"updated_at": format_timestamp(backend.clock.now()), **fields}
    row = _build_columns(kind, {**{name: before[name] for name in kind.columns}, **fields})
    if kind is PROJECT_KIND and before["status"] == "pending" and row["status"] == "active":
        # In the browser too, the first admin activates a project and its services.
        row["active_services"] = row["active_services"] or row["service_types"]
    try:
        update_columns(backend.store, kind.table, before["seq"], row)
    except IntegrityError:
        msg = f"{kind.unique_field}: {row[kind.unique_field]!r} is in use in the account"
        raise SeedError(msg) from None
    return row


def delete_entity(backend: Backend, kind: EntityKind, entity_id: str) -> bool:
    """Delete an entity and return whether it existed."""
    existed = _find_row(backend, kind, entity_id) is not None
    backend.store.execute(f"DELETE FROM {kind.table} WHERE id = ?", [entity_id])  # noqa: S608 - table names are constants
    if kind is PROJECT_KIND:
        for table in PROJECT_TABLES:
            backend.store.execute(f"DELETE FROM {table} WHERE project_id = ?", [entity_id])  # noqa: S608 - the same
    if kind is USER_KIND:
        backend.store.execute("DELETE FROM members WHERE user_id = ?", [entity_id])
    return existed


def sign_in_user(backend: Backend, user_id: str) -> Row | None:
    """Let a user sign in, who becomes active with an Autodesk ID; None if there is no such user.

    Inference from the names of the states: ``not_invited``, ``pending``, ``active``.
    """
    user = _find_row(backend, USER_KIND, user_id)
    if user is None:
        return None
    fields: dict[str, JsonValue] = {
        "status": "active",
        "uid": user["uid"] or _build_uid(str(user["email"])),
        "last_sign_in": format_timestamp(backend.clock.now()),
    }
    return update_entity(backend, USER_KIND, user_id, fields)


def _build_uid(email: str) -> str:
    """Return the Autodesk ID of an e-mail, the same in every account."""
    return uuid5(ID_NAMESPACE, email.lower()).hex[:UID_LENGTH].upper()


def _build_columns(kind: EntityKind, fields: dict[str, Any]) -> Row:
    misplaced = sorted(fields.keys() & kind.nested_fields)
    if misplaced:
        msg = f"{misplaced[0]}: it is not a field of one row; change it with PUT /_emulator/state"
        raise SeedError(msg)
    try:
        after = kind.model.model_validate(fields).model_dump(
            mode="json", exclude={*kind.nested_fields}
        )
    except ValidationError as error:
        raise SeedError(format_first_problem(error, kind.model)) from None
    return {
        name: ",".join(value) if isinstance(value, list) else value for name, value in after.items()
    }


def _find_row(backend: Backend, kind: EntityKind, entity_id: str) -> Row | None:
    sql = f"SELECT * FROM {kind.table} WHERE id = ?"  # noqa: S608 - table names are constants
    return backend.store.fetch_one(sql, [entity_id])
