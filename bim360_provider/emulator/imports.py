"""An import of rows: some may fail without the others, and the answer is a success all the same."""

from collections.abc import Callable

from pydantic import JsonValue

from bim360_provider.emulator.body import as_object, json_rows
from bim360_provider.emulator.errors import RefusedError
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.store import Row


def imported(call: Call, make: Callable[[dict[str, JsonValue]], Row]) -> Reply:
    """Answer an import of companies or account users.

    Documented: 201 and at most 50 rows; observed: 200, and ``{"item", "error"}`` for a row that
    failed, see https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool
    """
    made: list[Row] = []
    failed: list[JsonValue] = []
    for row in json_rows(call.request):
        _one(row, make, made, failed)
    content = {
        "success": len(made),
        "failure": len(failed),
        "success_items": made,
        "failure_items": failed,
    }
    return Reply.json(call.options.import_status, content)


def _one(
    row: JsonValue,
    make: Callable[[dict[str, JsonValue]], Row],
    made: list[Row],
    failed: list[JsonValue],
) -> None:
    try:
        made.append(make(as_object(row)))
    except RefusedError as refused:
        failed.append({"item": row, "error": refused.message})
