"""Serves the resource monitor and the engine service for a Pulumi program."""

# ruff: noqa: ARG002, N802 -- gRPC defines the names and arguments of the methods
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from bim360_provider.testing.engine.deployment.run import EngineRun
from bim360_provider.testing.engine.deployment.step_generator import StepGenerator
from bim360_provider.testing.engine.results import LocalEngineError, Recorder, Severity
from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.marshal import (
    UNKNOWN_TEXT,
    drop_nulls,
    from_struct,
    to_struct,
)
from bim360_provider.testing.engine.state.resource import Goal, RegistrationResult

# Options that the local engine does not support, by their field in the request.
_UNSUPPORTED_OPTIONS: Mapping[str, str] = {
    "transforms": "transforms",
    "state_migrations": "state_migrations",
    "importId": "import_",
    "remote": "remote components",
    "packageRef": "parameterized packages",
}

_SEVERITIES: Final[dict[int, Severity]] = {
    engine_pb2.DEBUG: "debug",
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}

# Features of this engine. Without aliases the SDK resolves them to URNs. Transforms, hooks and
# packages are listed so that this engine rejects them, with a message that suggests a fix.
SUPPORTED_FEATURES: Final = (
    "secrets",
    "deletedWith",
    "replaceWith",
    "transforms",
    "invokeTransforms",
    "parameterization",
    "resourceHooks",
    "errorHooks",
    "stateMigrations",
)


def parse_registration(request: Any, stack: str, project: str) -> Goal:
    """Read a ``RegisterResourceRequest``.

    Raises:
        LocalEngineError: The request uses an option that only Pulumi supports.
    """
    _require_supported_options(request)
    delete_first = request.deleteBeforeReplace
    return Goal(
        urn=resource.build_urn(stack, project, request.parent, request.type, request.name),
        type=request.type,
        custom=request.custom,
        inputs=drop_nulls(from_struct(request.object)),
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
        replace_with=tuple(_read_field(request, "replace_with", ())),
        delete_before_replace=delete_first
        if delete_first or request.deleteBeforeReplaceDefined
        else None,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        secret_outputs=tuple(request.additionalSecretOutputs),
    )


def parse_read_request(request: Any, stack: str, project: str) -> Goal:
    """Read a ``ReadResourceRequest``."""
    return Goal(
        urn=resource.build_urn(stack, project, request.parent, request.type, request.name),
        type=request.type,
        custom=True,
        inputs=drop_nulls(from_struct(request.properties)),
        parent=request.parent,
        provider=request.provider,
        dependencies=tuple(sorted(request.dependencies)),
        secret_outputs=tuple(request.additionalSecretOutputs),
    )


class EngineService(engine_pb2_grpc.EngineServicer):
    """Records log messages, and stores the URN of the root resource for SDKs."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._root_urn = ""

    def Log(self, request: Any, context: Any) -> Any:
        """Record a message; debug messages are dropped, as Pulumi does without ``--debug``."""
        severity = _SEVERITIES[request.severity]
        if severity != "debug":
            self._recorder.record_message(
                severity, request.message, request.urn, ephemeral=request.ephemeral
            )
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: Any) -> Any:
        """Return the stored URN."""
        return engine_pb2.GetRootResourceResponse(urn=self._root_urn)

    def SetRootResource(self, request: Any, context: Any) -> Any:
        """Store the URN of the stack resource."""
        self._root_urn = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, request: Any, context: Any) -> Any:
        """Accept any version: there is no Pulumi CLI."""
        return engine_pb2.RequirePulumiVersionResponse()


class ResourceMonitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Serves one run of a program."""

    def __init__(self, run: EngineRun, step_generator: StepGenerator) -> None:
        self._run = run
        self._step_generator = step_generator

    def GetDeploymentInfo(self, request: Any, context: Any) -> Any:
        """Return project, stack and supported features."""
        return resource_pb2.DeploymentInfo(
            project=self._run.project,
            stack=self._run.stack,
            organization="organization",
            dryRun=self._run.dry_run,
            supportedFeatures=map(_get_feature_number, SUPPORTED_FEATURES),
        )

    def SupportsFeature(self, request: Any, context: Any) -> Any:
        """Return whether a feature is supported, for SDKs older than 3.235."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in SUPPORTED_FEATURES)

    def RegisterResource(self, request: Any, context: Any) -> Any:
        """Register a resource and respond when its step is done."""
        try:
            goal = parse_registration(request, self._run.stack, self._run.project)
        except LocalEngineError as error:
            return _build_response(self._reject_registration(request, error))
        return _build_response(self._step_generator.register_resource(goal))

    def ReadResource(self, request: Any, context: Any) -> Any:
        """Read an external resource."""
        goal = parse_read_request(request, self._run.stack, self._run.project)
        id_ = "" if request.id == UNKNOWN_TEXT else request.id
        result = self._step_generator.read_resource(goal, id_)
        response = resource_pb2.ReadResourceResponse(
            urn=result.urn, properties=to_struct(result.outputs, keep_secrets=True)
        )
        if "result" in response.DESCRIPTOR.fields_by_name:  # since SDK 3.267
            response.id = result.id
            response.result = resource_pb2.SUCCESS if result.ok else resource_pb2.FAIL
        elif not result.ok:
            context.abort(grpc.StatusCode.UNKNOWN, f"reading {request.name!r} failed")
        return response

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
        """Record the outputs of a component or of the stack."""
        self._step_generator.set_outputs(request.urn, from_struct(request.outputs))
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:
        """Respond immediately: there are no delete hooks to wait for."""
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> NoReturn:
        """Reject the call: dynamic providers have no functions."""
        _abort_unsupported(context, f"the function {request.tok}")

    def Call(self, request: Any, context: Any) -> NoReturn:
        """Reject the call: dynamic resources have no methods."""
        _abort_unsupported(context, f"the method {request.tok}")

    def RegisterStackTransform(self, request: Any, context: Any) -> NoReturn:
        """Reject the registration."""
        _abort_unsupported(context, "a stack transform")

    def RegisterStackInvokeTransform(self, request: Any, context: Any) -> NoReturn:
        """Reject the registration."""
        _abort_unsupported(context, "an invoke transform")

    def RegisterResourceHook(self, request: Any, context: Any) -> NoReturn:
        """Reject the registration."""
        _abort_unsupported(context, f"the resource hook {request.name}")

    def RegisterErrorHook(self, request: Any, context: Any) -> NoReturn:
        """Reject the registration."""
        _abort_unsupported(context, f"the error hook {request.name}")

    def RegisterPackage(self, request: Any, context: Any) -> NoReturn:
        """Reject the registration: a package is a plugin."""
        _abort_unsupported(context, f"the package {request.name}")

    def _reject_registration(self, request: Any, error: LocalEngineError) -> RegistrationResult:
        urn = resource.build_urn(
            self._run.stack, self._run.project, request.parent, request.type, request.name
        )
        self._step_generator.record_rejection(urn, str(error))
        return RegistrationResult(urn, ok=False)


def _require_supported_options(request: Any) -> None:
    for name, option in _UNSUPPORTED_OPTIONS.items():
        if _read_field(request, name, default=False):
            msg = f"{option} on {request.name!r} needs Pulumi: the local engine does not support it"
            raise LocalEngineError(msg)
    hooks = _read_field(request, "hooks", None)
    if hooks is not None and any(names for _, names in hooks.ListFields()):
        msg = f"resource hooks on {request.name!r} need Pulumi: the local engine has no hooks"
        raise LocalEngineError(msg)
    if "replacement_trigger" in {field.name for field, _ in request.ListFields()}:
        msg = f"replacement_trigger on {request.name!r} needs Pulumi: the local engine has none"
        raise LocalEngineError(msg)


def _read_field(request: Any, name: str, default: Any) -> Any:
    """Return a field of a request, or a default if the SDK is too old to have it."""
    return getattr(request, name, default)


def _get_feature_number(feature: str) -> Any:
    """Return the number of a feature such as ``deletedWith`` in the SDK's protocol."""
    name = re.sub("([A-Z])", r"_\1", feature).upper()
    return resource_pb2.ResourceMonitorFeature.Value(f"RESOURCE_MONITOR_FEATURE_{name}")


def _build_response(result: RegistrationResult) -> Any:
    return resource_pb2.RegisterResourceResponse(
        urn=result.urn,
        id=result.id,
        object=to_struct(result.outputs, keep_secrets=True),
        result=resource_pb2.SUCCESS if result.ok else resource_pb2.FAIL,
    )


def _abort_unsupported(context: Any, feature: str) -> NoReturn:
    msg = f"{feature} needs Pulumi: the local engine runs Python dynamic providers only"
    context.abort(grpc.StatusCode.UNIMPLEMENTED, msg)
    raise AssertionError(msg)  # not reached: abort raises
