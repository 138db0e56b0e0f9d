"""Imports existing resources into the state, from the file of ``pulumi import --file``.

Rows must contain all inputs and outputs, because the provider is not called to read them.
Format: https://www.pulumi.com/docs/iac/guides/migration/import/
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bim360_provider.testing.engine.deployment.run import EngineRun
from bim360_provider.testing.engine.plugin.host import DEFAULT_PROVIDER
from bim360_provider.testing.engine.plugin.provider_client import HostError
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.resource import Resource

ImportFileRow = Mapping[str, Any]


def read_import_file(path: Path) -> list[ImportFileRow]:
    """Return the rows of an import file.

    Raises:
        LocalEngineError: The file cannot be read or is not an import file.
    """
    try:
        rows: list[ImportFileRow] = json.loads(path.read_text("utf-8"))["resources"]
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise LocalEngineError(msg) from None
    except (ValueError, LookupError, TypeError):
        msg = f"{path} is not a file for `pulumi import --file`"
        raise LocalEngineError(msg) from None
    is_valid = isinstance(rows, list) and all(
        isinstance(row, dict) and "type" in row for row in rows
    )
    if not is_valid:
        msg = f"{path} is not a file for `pulumi import --file`: every resource has a type"
        raise LocalEngineError(msg)
    return rows


def import_resources(run: EngineRun, rows: list[ImportFileRow], *, protect: bool) -> None:
    """Put all rows into the state, or none if one is invalid.

    A resource that is already in the state is not changed.

    Args:
        run: The run.
        rows: The rows of the import file.
        protect: Protect the resources from deletion until an ``up`` applies a program without
            ``protect``.
    """
    try:
        resources = [replace(each, protect=protect) for each in _build_resources(run, rows)]
    except (LocalEngineError, HostError) as error:
        run.recorder.record_failure("", str(error))
        return
    existing = run.state.get_live_resources()
    stack = resource.build_stack_urn(run.stack, run.project)
    if stack not in existing:
        root = Resource(stack, resource.STACK_TYPE, custom=False)
        run.state.put_all([root])
        run.recorder.record_step("create", None, root)
    new = [each for each in resources if each.urn not in existing]
    run.state.put_all(new)
    for each in resources:
        old = existing.get(each.urn)
        run.recorder.record_step("same" if old else "import", old, old or each)


def _build_resources(run: EngineRun, rows: list[ImportFileRow]) -> Iterator[Resource]:
    parents = {"": resource.build_stack_urn(run.stack, run.project)}
    for row in rows:
        label = str(row.get("name") or row.get("logicalName"))
        parent = parents.get(str(row.get("parent") or ""))
        if parent is None:
            msg = f"'{label}' has the parent '{row['parent']}', which no earlier row declares"
            raise LocalEngineError(msg)
        name = str(row.get("logicalName") or label)
        urn = resource.build_urn(run.stack, run.project, parent, row["type"], name)
        parents[label] = urn
        if row.get("component"):
            yield Resource(urn, row["type"], custom=False, parent=parent)
        else:
            yield _build_dynamic_resource(run, row, urn, parent)


def _build_dynamic_resource(run: EngineRun, row: ImportFileRow, urn: str, parent: str) -> Resource:
    name = resource.get_name(urn)
    inputs, outputs = row.get("inputs"), row.get("outputs")
    if row.get("provider") or not (row.get("id") and inputs and outputs):
        msg = (
            f"'{name}' needs Pulumi: the local engine imports only resources with id, inputs and "
            "outputs, and without an explicit provider"
        )
        raise LocalEngineError(msg)
    existing = run.state.get_live_resources().get(urn)
    if existing is not None and existing.id != row["id"]:
        msg = f"'{name}' is already in the state, with the id {existing.id}"
        raise LocalEngineError(msg)
    for _, reason in run.hosts.get_host(DEFAULT_PROVIDER).check(urn, inputs, inputs).failures:
        run.recorder.record_message(
            "warning", f"'{name}' is imported although a check failed: {reason}", urn
        )
    return Resource(urn, row["type"], True, row["id"], inputs, outputs, parent=parent)
