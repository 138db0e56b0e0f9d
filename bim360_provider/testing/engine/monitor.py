"""The resource monitor: what a Pulumi program talks to.

The protocol is ``pulumirpc.ResourceMonitor``:
https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto
"""

# ruff: noqa: ARG002, N802 -- names and arguments of the methods are gRPC's.
from typing import Any, Final, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import resource_pb2, resource_pb2_grpc

from bim360_provider.testing.engine import urns
from bim360_provider.testing.engine.errors import LocalEngineError
from bim360_provider.testing.engine.goals import goal_of, reading_goal_of
from bim360_provider.testing.engine.outcome import Outcome
from bim360_provider.testing.engine.registrar import Registrar
from bim360_provider.testing.engine.run import Run
from bim360_provider.testing.engine.wire import UNKNOWN_TEXT, from_struct, to_struct

# What this engine understands. Aliases are left to the SDK, which then sends them as whole URNs;
# transforms, hooks and packages are listed so that the refusal is ours, and says what to do.
FEATURES: Final = (
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


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Answers one run of one program."""

    def __init__(self, run: Run, registrar: Registrar) -> None:
        self._run = run
        self._registrar = registrar

    def GetDeploymentInfo(self, request: Any, context: Any) -> Any:
        """Tell the program what it may use."""
        return resource_pb2.DeploymentInfo(
            project=self._run.project,
            stack=self._run.stack,
            organization="organization",
            dryRun=self._run.dry_run,
            supportedFeatures=FEATURES,
        )

    def SupportsFeature(self, request: Any, context: Any) -> Any:
        """Answer SDKs that ask one by one."""
        known = request.id in {"secrets", "deletedWith", "replaceWith"}
        return resource_pb2.SupportsFeatureResponse(hasSupport=known)

    def RegisterResource(self, request: Any, context: Any) -> Any:
        """Register a resource, and answer when it is there."""
        try:
            goal = goal_of(request, self._run.stack, self._run.project)
        except LocalEngineError as error:
            return _registered(self._refused(request, error))
        return _registered(self._registrar.register(goal))

    def ReadResource(self, request: Any, context: Any) -> Any:
        """Read a resource somebody else manages."""
        goal = reading_goal_of(request, self._run.stack, self._run.project)
        id_ = "" if request.id == UNKNOWN_TEXT else request.id
        outcome = self._registrar.read(goal, id_)
        return resource_pb2.ReadResourceResponse(
            urn=outcome.urn,
            properties=to_struct(outcome.outputs, keep_secrets=True),
            id=outcome.id,
            result=resource_pb2.SUCCESS if outcome.ok else resource_pb2.FAIL,
        )

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
        """Take the outputs of a component, or of the stack."""
        self._registrar.finish(request.urn, from_struct(request.outputs))
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:
        """Let the program end: it has nothing left to answer, as there are no delete hooks."""
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> NoReturn:
        """Refuse: dynamic providers have no functions."""
        _refuse(context, f"the function {request.tok}")

    def Call(self, request: Any, context: Any) -> NoReturn:
        """Refuse: dynamic resources have no methods."""
        _refuse(context, f"the method {request.tok}")

    def RegisterStackTransform(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        _refuse(context, "a stack transform")

    def RegisterStackInvokeTransform(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        _refuse(context, "an invoke transform")

    def RegisterResourceHook(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        _refuse(context, f"the resource hook {request.name}")

    def RegisterErrorHook(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        _refuse(context, f"the error hook {request.name}")

    def RegisterPackage(self, request: Any, context: Any) -> NoReturn:
        """Refuse: a package is a plugin."""
        _refuse(context, f"the package {request.name}")

    def _refused(self, request: Any, error: LocalEngineError) -> Outcome:
        urn = urns.make(
            self._run.stack, self._run.project, request.parent, request.type, request.name
        )
        self._registrar.refuse(urn, str(error))
        return Outcome(urn, ok=False)


def _registered(outcome: Outcome) -> Any:
    return resource_pb2.RegisterResourceResponse(
        urn=outcome.urn,
        id=outcome.id,
        object=to_struct(outcome.outputs, keep_secrets=True),
        result=resource_pb2.SUCCESS if outcome.ok else resource_pb2.FAIL,
    )


def _refuse(context: Any, what: str) -> NoReturn:
    msg = f"{what} needs Pulumi: the local engine runs Python dynamic providers only"
    context.abort(grpc.StatusCode.UNIMPLEMENTED, msg)
    raise AssertionError(msg)  # not reached: abort raises
