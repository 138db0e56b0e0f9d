"""From the program's requests to goals."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.testing.engine import urns
from bim360_provider.testing.engine.errors import LocalEngineError
from bim360_provider.testing.engine.resources import Goal
from bim360_provider.testing.engine.wire import from_struct, without_nulls

# Options the local engine has no part for, by their field in the request.
_REFUSED: Mapping[str, str] = {
    "transforms": "transforms",
    "state_migrations": "state_migrations",
    "importId": "import_",
    "remote": "remote components",
    "packageRef": "parameterized packages",
}


def goal_of(request: Any, stack: str, project: str) -> Goal:
    """Read a ``RegisterResourceRequest``.

    Raises:
        LocalEngineError: It uses an option that only Pulumi itself can honour.
    """
    _require_known_options(request)
    before = request.deleteBeforeReplace
    return Goal(
        urn=urns.make(stack, project, request.parent, request.type, request.name),
        type=request.type,
        custom=request.custom,
        inputs=without_nulls(from_struct(request.object)),
        parent=request.parent,
        provider=request.provider if request.custom else "",
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies={
            key: tuple(sorted(sources.urns))
            for key, sources in sorted(request.propertyDependencies.items())
            if sources.urns
        },
        aliases=tuple(request.aliasURNs),
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        deleted_with=request.deletedWith,
        replace_with=tuple(request.replace_with),
        delete_before_replace=before if before or request.deleteBeforeReplaceDefined else None,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        secret_outputs=tuple(request.additionalSecretOutputs),
    )


def reading_goal_of(request: Any, stack: str, project: str) -> Goal:
    """Read a ``ReadResourceRequest``."""
    return Goal(
        urn=urns.make(stack, project, request.parent, request.type, request.name),
        type=request.type,
        custom=True,
        inputs=without_nulls(from_struct(request.properties)),
        parent=request.parent,
        provider=request.provider,
        dependencies=tuple(sorted(request.dependencies)),
        secret_outputs=tuple(request.additionalSecretOutputs),
    )


def _require_known_options(request: Any) -> None:
    for field, option in _REFUSED.items():
        if getattr(request, field):
            msg = f"{option} on {request.name!r} needs Pulumi: the local engine does not do it"
            raise LocalEngineError(msg)
    if any(names for _, names in request.hooks.ListFields()):
        msg = f"resource hooks on {request.name!r} need Pulumi: the local engine runs none"
        raise LocalEngineError(msg)
    if request.HasField("replacement_trigger"):
        msg = f"replacement_trigger on {request.name!r} needs Pulumi: the local engine ignores none"
        raise LocalEngineError(msg)
