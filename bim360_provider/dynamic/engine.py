"""Send messages to the engine that started this host, and exit with it."""

import os
import sys
import threading
import time
from typing import Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from bim360_provider.dynamic import IS_HOST
from bim360_provider.models import display

__all__ = ["exit_with_engine", "get_engine_address", "notify"]

LOG_TIMEOUT: Final = 5.0
"""Time limit of one message in seconds: the engine is on this machine."""

_lock = threading.Lock()

_engine_stubs: dict[str, engine_pb2_grpc.EngineStub] = {}


def get_engine_address() -> str | None:
    """Return the address that Pulumi gives its host as the first argument; None elsewhere."""
    return sys.argv[1] if IS_HOST and len(sys.argv) > 1 else None


def notify(message: str, warning: bool) -> None:
    """Show a message of the stack; without an engine, write it to standard error.

    Secret values of the current call are masked.
    """
    message = display.mask_text(message)
    severity = engine_pb2.WARNING if warning else engine_pb2.INFO
    try:
        request = engine_pb2.LogRequest(severity=severity, message=message)
        _get_engine_stub().Log(request, timeout=LOG_TIMEOUT)
    except (grpc.RpcError, LookupError):
        sys.stderr.write(f"{message}\n")


def _get_engine_stub() -> engine_pb2_grpc.EngineStub:
    address = get_engine_address()
    if address is None:
        raise LookupError
    with _lock:
        if address not in _engine_stubs:
            _engine_stubs[address] = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
        return _engine_stubs[address]


POLL_INTERVAL: Final = 1.0
"""Seconds between two health checks, and the time limit of each."""

HEALTH_CHECK: Final = "/grpc.health.v1.Health/Check"
"""The engine does not implement it, and responds so: it is running."""

ENGINE_LOST_EXIT_CODE: Final = 1
"""Exit code of a host whose engine has ended."""


def exit_with_engine() -> None:
    """Watch the engine and exit when it ends; do nothing outside Pulumi's host.

    An engine that cannot be reached at first is not watched: only an engine that was reachable
    and then refuses connections has ended.
    """
    address = get_engine_address()
    if address is not None:
        threading.Thread(target=_watch_engine, args=(address,), daemon=True).start()


def _watch_engine(address: str) -> None:
    with grpc.insecure_channel(address) as channel:
        if _is_engine_lost(channel):
            return
        while not _is_engine_lost(channel):
            time.sleep(POLL_INTERVAL)
    os._exit(
        ENGINE_LOST_EXIT_CODE
    )  # other threads may wait for HQ; no result can be saved any longer


def _is_engine_lost(channel: grpc.Channel) -> bool:
    try:
        channel.unary_unary(HEALTH_CHECK, bytes, bytes)(b"", timeout=POLL_INTERVAL)
    except grpc.RpcError as error:
        return isinstance(error, grpc.Call) and error.code() == grpc.StatusCode.UNAVAILABLE
    return False
