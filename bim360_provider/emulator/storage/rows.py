"""Read and write the rows of an account."""

from collections.abc import Sequence

from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.hq.listing import Page
from bim360_provider.emulator.http.errors import missing
from bim360_provider.emulator.http.routing import Call
from bim360_provider.emulator.storage.database import Row, Store, Value
from bim360_provider.emulator.storage.schema import PROJECT_FIELDS


def page(
    call: Call, table: str, page: Page, where: str = "1", values: Sequence[Value] = ()
) -> list[Row]:
    """Return one page of an account's rows."""
    # Tables and conditions are ours, and the order is made of column names that were looked up.
    sql = (
        f"SELECT * FROM {table} WHERE account_id = ? AND ({where}) "  # noqa: S608 - see above
        f"ORDER BY {page.order} LIMIT ? OFFSET ?"
    )
    return call.backend.store.rows(sql, [call.account.id, *values, page.limit, page.offset])


def find(call: Call, table: str, entity_id: Value) -> Row | None:
    """Return a row of the account by its id, None where there is none."""
    sql = f"SELECT * FROM {table} WHERE account_id = ? AND id = ?"  # noqa: S608 - tables are ours
    return call.backend.store.row(sql, [call.account.id, entity_id])


def one(call: Call, table: str, entity_id: Value, entity: str) -> Row:
    """Return a row of the account by its id.

    Raises:
        HqError: 404/1004.
    """
    row = find(call, table, entity_id)
    if row is None:
        raise missing(entity=entity)
    return row


def insert(call: Call, table: str, kind: str, values: Row) -> Row:
    """Insert a new entity with an id of its own and return its row."""
    now = stamp(call.backend.clock.now())
    row: Row = {
        **values,
        "id": str(call.backend.ids.make(kind)),
        "account_id": call.account.id,
        "created_at": now,
        "updated_at": now,
    }
    call.backend.store.insert(table, row)
    return row


def update(call: Call, table: str, before: Row, after: Row) -> Row:
    """Write what changed and return the row; ``updated_at`` moves only when something did."""
    changed = {name: value for name, value in after.items() if before[name] != value}
    if not changed:
        return before
    changed["updated_at"] = stamp(call.backend.clock.now())
    overwrite(call.backend.store, table, before["seq"], changed)
    return {**before, **changed}


def overwrite(store: Store, table: str, seq: Value, values: Row) -> None:
    """Set columns of one row."""
    marks = ", ".join(f"{name} = ?" for name in values)
    sql = f"UPDATE {table} SET {marks} WHERE seq = ?"  # noqa: S608 - names are ours
    store.run(sql, [*values.values(), seq])


COLUMNS = ", ".join(PROJECT_FIELDS)


def page_of_projects(call: Call, page: Page) -> list[Row]:
    """Return one page of the account's visible projects."""
    # The columns are ours, and the order is made of column names that were looked up.
    sql = (
        f"SELECT {COLUMNS} FROM projects WHERE account_id = ? AND visible_from <= ? "  # noqa: S608 - see above
        f"ORDER BY {page.order} LIMIT ? OFFSET ?"
    )
    now = call.backend.clock.now()
    return call.backend.store.rows(sql, [call.account.id, now, page.limit, page.offset])


def visible(call: Call) -> Row:
    """Return the project in the call's path.

    Observed: dependent calls just after a create may miss it, see
    https://stackoverflow.com/questions/51520301

    Raises:
        HqError: 404/1004.
    """
    project = named(call, call.params["project_id"])
    if project is None or float(project["visible_from"] or 0) > call.backend.clock.now():
        raise missing(entity="project")
    return project


def named(call: Call, project_id: str) -> Row | None:
    """Return a project of the account by its id, visible or not."""
    sql = "SELECT * FROM projects WHERE account_id = ? AND id = ?"
    return call.backend.store.row(sql, [call.account.id, project_id])


def insert_project(call: Call, project: Row) -> Row:
    """Insert a new project and return its row."""
    now = call.backend.clock.now()
    row: Row = {
        **project,
        "id": str(call.backend.ids.make("project")),
        "account_id": call.account.id,
        "status": "pending",
        "last_sign_in": None,
        "created_at": stamp(now),
        "updated_at": stamp(now),
        "visible_from": now + delay if (delay := call.options.visible_after) else 0,
    }
    call.backend.store.insert("projects", row)
    return row


def update_project(call: Call, before: Row, after: Row) -> Row:
    """Write what changed and return the row; ``updated_at`` moves only when something did."""
    changed = {name: value for name, value in after.items() if before[name] != value}
    if not changed:
        return before
    changed["updated_at"] = stamp(call.backend.clock.now())
    marks = ", ".join(f"{name} = ?" for name in changed)
    sql = f"UPDATE projects SET {marks} WHERE seq = ?"  # noqa: S608 - column names are ours
    call.backend.store.run(sql, [*changed.values(), before["seq"]])
    return {**before, **changed}
