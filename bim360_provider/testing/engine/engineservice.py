"""The engine's own service: where programs and hosts send their log messages.

The protocol is ``pulumirpc.Engine``:
https://github.com/pulumi/pulumi/blob/master/proto/pulumi/engine.proto
"""

# ruff: noqa: ARG002, N802 -- names and arguments of the methods are gRPC's.
from typing import Any, Final

from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from bim360_provider.testing.engine.recording import Recorder
from bim360_provider.testing.engine.results import Severity

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
        self._root = ""

    def Log(self, request: Any, context: Any) -> Any:
        """Record a message; debug messages are dropped, as Pulumi does without ``--debug``."""
        severity = _SEVERITIES[request.severity]
        if severity != "debug":
            self._recorder.say(severity, request.message, request.urn, ephemeral=request.ephemeral)
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: Any) -> Any:
        """Return the URN set last."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any, context: Any) -> Any:
        """Keep the URN of the stack resource."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, request: Any, context: Any) -> Any:
        """Agree: there is no Pulumi CLI whose version could be too old."""
        return engine_pb2.RequirePulumiVersionResponse()
