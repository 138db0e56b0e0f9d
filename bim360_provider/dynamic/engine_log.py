"""Lines for people, sent to Pulumi's engine so that a warning is shown as one."""

import sys
import threading
from typing import Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from bim360_provider.dynamic.host import engine_address
from bim360_provider.models import secrecy

__all__ = ["notify"]

LOG_TIMEOUT: Final = 5.0
"""Seconds for one line: the engine is on this machine."""

_lock = threading.Lock()
_stubs: dict[str, engine_pb2_grpc.EngineStub] = {}


def notify(message: str, warning: bool) -> None:
    """Show a line under the stack; where no engine listens it goes to standard error.

    The secret values of the call that it is about are masked.
    """
    message = secrecy.masked(message)
    severity = engine_pb2.WARNING if warning else engine_pb2.INFO
    try:
        request = engine_pb2.LogRequest(severity=severity, message=message)
        _engine().Log(request, timeout=LOG_TIMEOUT)
    except (grpc.RpcError, LookupError):
        sys.stderr.write(f"{message}\n")


def _engine() -> engine_pb2_grpc.EngineStub:
    address = engine_address()
    if address is None:
        raise LookupError
    with _lock:
        if address not in _stubs:
            _stubs[address] = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
        return _stubs[address]
