"""Read and write the rows of an account."""

from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.http.errors import build_not_found_error
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage.database import Row, SqlValue, Store

ACC_PLATFORM = "acc"


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


def get_bim360_project(call: ApiCall) -> Row:
    """Return the project in the path of a call that is not compatible with ACC projects.

    Documented, without the reply:
    https://aps.autodesk.com/en/docs/acc/v1/overview/bim-360-compatibility/ ; see assumptions.py.

    Raises:
        HqApiError: 404/1004, also for an ACC project.
    """
    project = get_visible_project(call)
    if project["platform"] == ACC_PLATFORM and call.options.acc_projects_in_hq == "hide":
        raise build_not_found_error(entity="project")
    return project


def get_visible_project(call: ApiCall) -> Row:
    """Return the project in the call's path.

    Observed: requests just after a create may return 404, see
    https://stackoverflow.com/questions/51520301

    Raises:
        HqApiError: 404/1004.
    """
    project = find_row(call, "projects", call.params["project_id"])
    if project is None or float(project["visible_from"] or 0) > call.hq.clock.now():
        raise build_not_found_error(entity="project")
    return project
