"""Reading and writing rows of any entity of an account."""

from collections.abc import Sequence

from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.errors import missing
from bim360_provider.emulator.listing import Page
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.store import Row, Store, Value


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
