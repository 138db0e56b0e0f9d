"""Projects in the database."""

from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.errors import missing
from bim360_provider.emulator.listing import Page
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.schema import PROJECT_FIELDS
from bim360_provider.emulator.store import Row

COLUMNS = ", ".join(PROJECT_FIELDS)


def page(call: Call, page: Page) -> list[Row]:
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


def insert(call: Call, project: Row) -> Row:
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


def update(call: Call, before: Row, after: Row) -> Row:
    """Write what changed and return the row; ``updated_at`` moves only when something did."""
    changed = {name: value for name, value in after.items() if before[name] != value}
    if not changed:
        return before
    changed["updated_at"] = stamp(call.backend.clock.now())
    marks = ", ".join(f"{name} = ?" for name in changed)
    sql = f"UPDATE projects SET {marks} WHERE seq = ?"  # noqa: S608 - column names are ours
    call.backend.store.run(sql, [*changed.values(), before["seq"]])
    return {**before, **changed}
