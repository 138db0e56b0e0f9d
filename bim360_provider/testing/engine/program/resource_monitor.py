"""The resource monitor and the engine service: what a Pulumi program talks to."""

from collections.abc import Mapping

# ruff: noqa: ARG002, N802 -- names and arguments of the methods are gRPC's.
# ruff: noqa: ARG002, N802 -- names and arguments of the methods are gRPC's.
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

# Options the local engine has no part for, by their field in the request.
_UNSUPPORTED_OPTIONS: Mapping[str, str] = {
    "transforms": "transforms",
    "state_migrations": "state_migrations",
    "importId": "import_",
    "remote": "remote components",
    "packageRef": "parameterized packages",
}


def parse_registration(request: Any, stack: str, project: str) -> Goal:
    """Read a ``RegisterResourceRequest``.

    Raises:
        LocalEngineError: It uses an option that only Pulumi itself can honour.
    """
    _require_supported_options(request)
    before = request.deleteBeforeReplace
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
        replace_with=tuple(request.replace_with),
        delete_before_replace=before if before or request.deleteBeforeReplaceDefined else None,
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


def _require_supported_options(request: Any) -> None:
    for name, option in _UNSUPPORTED_OPTIONS.items():
        if getattr(request, name):
            msg = f"{option} on {request.name!r} needs Pulumi: the local engine does not do it"
            raise LocalEngineError(msg)
    if any(names for _, names in request.hooks.ListFields()):
        msg = f"resource hooks on {request.name!r} need Pulumi: the local engine runs none"
        raise LocalEngineError(msg)
    if request.HasField("replacement_trigger"):
        msg = f"replacement_trigger on {request.name!r} needs Pulumi: the local engine ignores none"
        raise LocalEngineError(msg)


_SEVERITIES: Final[dict[int, Severity]] = {
    engine_pb2.DEBUG: "debug",
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}


class EngineService(engine_pb2_grpc.EngineServicer):
    """Takes log messages, and keeps the root resource for SDKs that ask for it."""

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
        """Return the URN set last."""
        return engine_pb2.GetRootResourceResponse(urn=self._root_urn)

    def SetRootResource(self, request: Any, context: Any) -> Any:
        """Keep the URN of the stack resource."""
        self._root_urn = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, request: Any, context: Any) -> Any:
        """Agree: there is no Pulumi CLI whose version could be too old."""
        return engine_pb2.RequirePulumiVersionResponse()


# What this engine understands. Aliases are left to the SDK, which then sends them as whole URNs;
# transforms, hooks and packages are listed so that the refusal is ours, and says what to do.
SUPPORTED_FEATURES: Final = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS,
)


class ResourceMonitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Answers one run of one program."""

    def __init__(self, run: EngineRun, registrar: StepGenerator) -> None:
        self._run = run
        self._step_generator = registrar

    def GetDeploymentInfo(self, request: Any, context: Any) -> Any:
        """Tell the program what it may use."""
        return resource_pb2.DeploymentInfo(
            project=self._run.project,
            stack=self._run.stack,
            organization="organization",
            dryRun=self._run.dry_run,
            supportedFeatures=SUPPORTED_FEATURES,
        )

    def SupportsFeature(self, request: Any, context: Any) -> Any:
        """Answer SDKs that ask one by one."""
        known = request.id in {"secrets", "deletedWith", "replaceWith"}
        return resource_pb2.SupportsFeatureResponse(hasSupport=known)

    def RegisterResource(self, request: Any, context: Any) -> Any:
        """Register a resource, and answer when it is there."""
        try:
            goal = parse_registration(request, self._run.stack, self._run.project)
        except LocalEngineError as error:
            return _build_response(self._reject_registration(request, error))
        return _build_response(self._step_generator.register_resource(goal))

    def ReadResource(self, request: Any, context: Any) -> Any:
        """Read a resource somebody else manages."""
        goal = parse_read_request(request, self._run.stack, self._run.project)
        id_ = "" if request.id == UNKNOWN_TEXT else request.id
        outcome = self._step_generator.read_resource(goal, id_)
        return resource_pb2.ReadResourceResponse(
            urn=outcome.urn,
            properties=to_struct(outcome.outputs, keep_secrets=True),
            id=outcome.id,
            result=resource_pb2.SUCCESS if outcome.ok else resource_pb2.FAIL,
        )

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
        """Take the outputs of a component, or of the stack."""
        self._step_generator.set_outputs(request.urn, from_struct(request.outputs))
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:
        """Let the program end: it has nothing left to answer, as there are no delete hooks."""
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> NoReturn:
        """Refuse: dynamic providers have no functions."""
        _abort_unsupported(context, f"the function {request.tok}")

    def Call(self, request: Any, context: Any) -> NoReturn:
        """Refuse: dynamic resources have no methods."""
        _abort_unsupported(context, f"the method {request.tok}")

    def RegisterStackTransform(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        _abort_unsupported(context, "a stack transform")

    def RegisterStackInvokeTransform(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        _abort_unsupported(context, "an invoke transform")

    def RegisterResourceHook(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        _abort_unsupported(context, f"the resource hook {request.name}")

    def RegisterErrorHook(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        _abort_unsupported(context, f"the error hook {request.name}")

    def RegisterPackage(self, request: Any, context: Any) -> NoReturn:
        """Refuse: a package is a plugin."""
        _abort_unsupported(context, f"the package {request.name}")

    def _reject_registration(self, request: Any, error: LocalEngineError) -> RegistrationResult:
        urn = resource.build_urn(
            self._run.stack, self._run.project, request.parent, request.type, request.name
        )
        self._step_generator.record_rejection(urn, str(error))
        return RegistrationResult(urn, ok=False)


def _build_response(outcome: RegistrationResult) -> Any:
    return resource_pb2.RegisterResourceResponse(
        urn=outcome.urn,
        id=outcome.id,
        object=to_struct(outcome.outputs, keep_secrets=True),
        result=resource_pb2.SUCCESS if outcome.ok else resource_pb2.FAIL,
    )


def _abort_unsupported(context: Any, what: str) -> NoReturn:
    msg = f"{what} needs Pulumi: the local engine runs Python dynamic providers only"
    context.abort(grpc.StatusCode.UNIMPLEMENTED, msg)
    raise AssertionError(msg)  # not reached: abort raises
