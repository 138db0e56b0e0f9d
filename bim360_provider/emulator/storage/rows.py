"""Read and write the rows of an account."""

from collections.abc import Sequence

from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.hq.listing import PageQuery
from bim360_provider.emulator.http.errors import build_not_found_error
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage.database import Row, SqlValue, Store
from bim360_provider.emulator.storage.schema import PROJECT_FIELDS

PROJECT_COLUMNS = ", ".join(PROJECT_FIELDS)


def fetch_page(
    call: ApiCall, table: str, page: PageQuery, where: str = "1", values: Sequence[SqlValue] = ()
) -> list[Row]:
    """Return one page of an account's rows."""
    # Tables and conditions are constants; the order consists of validated column names.
    sql = (
        f"SELECT * FROM {table} WHERE account_id = ? AND ({where}) "  # noqa: S608 - see above
        f"ORDER BY {page.order} LIMIT ? OFFSET ?"
    )
    return call.hq.store.fetch_all(sql, [call.account.id, *values, page.limit, page.offset])


def find_row(call: ApiCall, table: str, entity_id: SqlValue) -> Row | None:
    """Return a row of the account by its id, None if there is none."""
    sql = f"SELECT * FROM {table} WHERE account_id = ? AND id = ?"  # noqa: S608 - table names are constants
    return call.hq.store.fetch_one(sql, [call.account.id, entity_id])


def get_row(call: ApiCall, table: str, entity_id: SqlValue, entity: str) -> Row:
    """Return a row of the account by its id.

    Raises:
        HqApiError: 404/1004.
    """
    row = find_row(call, table, entity_id)
    if row is None:
        raise build_not_found_error(entity=entity)
    return row


def insert_row(call: ApiCall, table: str, kind: str, values: Row) -> Row:
    """Insert a new entity with a new id and return its row."""
    now = format_timestamp(call.hq.clock.now())
    row: Row = {
        **values,
        "id": str(call.hq.ids.create_id(kind)),
        "account_id": call.account.id,
        "created_at": now,
        "updated_at": now,
    }
    call.hq.store.insert(table, row)
    return row


def update_row(call: ApiCall, table: str, before: Row, after: Row) -> Row:
    """Write the changed columns and return the row; ``updated_at`` changes only with them."""
    changed = {name: value for name, value in after.items() if before[name] != value}
    if not changed:
        return before
    changed["updated_at"] = format_timestamp(call.hq.clock.now())
    update_columns(call.hq.store, table, before["seq"], changed)
    return {**before, **changed}


def update_columns(store: Store, table: str, seq: SqlValue, values: Row) -> None:
    """Set columns of one row."""
    marks = ", ".join(f"{name} = ?" for name in values)
    sql = f"UPDATE {table} SET {marks} WHERE seq = ?"  # noqa: S608 - names are constants
    store.execute(sql, [*values.values(), seq])


def fetch_project_page(call: ApiCall, page: PageQuery) -> list[Row]:
    """Return one page of the account's visible projects."""
    # The columns are constants; the order consists of validated column names.
    sql = (
        f"SELECT {PROJECT_COLUMNS} FROM projects WHERE account_id = ? AND visible_from <= ? "  # noqa: S608 - see above
        f"ORDER BY {page.order} LIMIT ? OFFSET ?"
    )
    now = call.hq.clock.now()
    return call.hq.store.fetch_all(sql, [call.account.id, now, page.limit, page.offset])


def get_visible_project(call: ApiCall) -> Row:
    """Return the project in the call's path.

    Observed: requests just after a create may return 404, see
    https://stackoverflow.com/questions/51520301

    Raises:
        HqApiError: 404/1004.
    """
    project = find_project(call, call.params["project_id"])
    if project is None or float(project["visible_from"] or 0) > call.hq.clock.now():
        raise build_not_found_error(entity="project")
    return project


def find_project(call: ApiCall, project_id: str) -> Row | None:
    """Return a project of the account by its id, visible or not."""
    sql = "SELECT * FROM projects WHERE account_id = ? AND id = ?"
    return call.hq.store.fetch_one(sql, [call.account.id, project_id])


def insert_project(call: ApiCall, project: Row) -> Row:
    """Insert a new project and return its row."""
    now = call.hq.clock.now()
    row: Row = {
        **project,
        "id": str(call.hq.ids.create_id("project")),
        "account_id": call.account.id,
        "status": "pending",
        "last_sign_in": None,
        "created_at": format_timestamp(now),
        "updated_at": format_timestamp(now),
        "visible_from": now + delay if (delay := call.options.visible_after) else 0,
    }
    call.hq.store.insert("projects", row)
    return row


def update_project(call: ApiCall, before: Row, after: Row) -> Row:
    """Write the changed columns and return the row; ``updated_at`` changes only with them."""
    changed = {name: value for name, value in after.items() if before[name] != value}
    if not changed:
        return before
    changed["updated_at"] = format_timestamp(call.hq.clock.now())
    marks = ", ".join(f"{name} = ?" for name in changed)
    sql = f"UPDATE projects SET {marks} WHERE seq = ?"  # noqa: S608 - column names are constants
    call.hq.store.execute(sql, [*changed.values(), before["seq"]])
    return {**before, **changed}
