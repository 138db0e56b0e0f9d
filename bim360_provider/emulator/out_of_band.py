"""Changes that do not come through the API: what people do in the browser."""

from pydantic import JsonValue, ValidationError

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.problems import first_problem
from bim360_provider.emulator.seed import SeedError, SeedProject
from bim360_provider.emulator.store import Row


def change(backend: Backend, project_id: str, fields: dict[str, JsonValue]) -> Row | None:
    """Set fields of a project, free of HQ's rules, and return its row; None where there is none.

    Raises:
        SeedError: A field has the wrong form, or there is no such field.
    """
    before = _project(backend, project_id)
    if before is None:
        return None
    fields = {"updated_at": stamp(backend.clock.now()), **fields}
    try:
        after = SeedProject.model_validate({**before, **fields}).model_dump(mode="json")
    except ValidationError as error:
        raise SeedError(first_problem(error, SeedProject)) from None
    row = {**after, "service_types": ",".join(after["service_types"] or ())}
    marks = ", ".join(f"{name} = ?" for name in row)
    sql = f"UPDATE projects SET {marks} WHERE id = ?"  # noqa: S608 - a model's field names
    backend.store.run(sql, [*row.values(), project_id])
    return row


def remove(backend: Backend, project_id: str) -> bool:
    """Delete a project and say whether it was there."""
    there = _project(backend, project_id) is not None
    backend.store.run("DELETE FROM projects WHERE id = ?", [project_id])
    return there


def _project(backend: Backend, project_id: str) -> Row | None:
    row = backend.store.row("SELECT * FROM projects WHERE id = ?", [project_id])
    return row and {name: row[name] for name in SeedProject.model_fields}
