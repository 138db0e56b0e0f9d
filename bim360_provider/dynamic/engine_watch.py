"""End the host when the engine that started it is gone.

A Pulumi CLI that is killed cannot end its plugins. Pulumi's language hosts watch the engine by
themselves; its host of dynamic providers does not (``pulumi/dynamic/__main__.py`` waits for SIGINT
alone), so it would go on sending requests to HQ while the next run acts already. The request is
the one that Pulumi's hosts send:
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/util/rpcutil/health.go
"""

import os
import threading
import time
from typing import Final

import grpc

from bim360_provider.dynamic.host import engine_address

__all__ = ["exit_with_engine"]

POLL_INTERVAL: Final = 1.0
"""Seconds between two health checks, and the time limit of one: the engine is on this machine."""

HEALTH_CHECK: Final = "/grpc.health.v1.Health/Check"
"""An engine answers that it does not implement it: it is there."""

ENGINE_LOST: Final = 1
"""Exit code of a host whose engine is gone."""

_lock: Final = threading.Lock()
_watched: Final[set[str]] = set()


def exit_with_engine() -> None:
    """Watch the engine from now on, once per process; outside Pulumi's host do nothing.

    An engine that cannot be reached at the beginning is not watched: only one that was there and
    then refuses connections is gone.
    """
    address = engine_address()
    with _lock:
        if address is None or address in _watched:
            return
        _watched.add(address)
    threading.Thread(target=_watch, args=(address,), daemon=True).start()


def _watch(address: str) -> None:
    with grpc.insecure_channel(address) as channel:
        if _is_lost(channel):
            return
        while not _is_lost(channel):
            time.sleep(POLL_INTERVAL)
    os._exit(ENGINE_LOST)  # other threads may wait for HQ; no result can be saved any longer


def _is_lost(channel: grpc.Channel) -> bool:
    try:
        channel.unary_unary(HEALTH_CHECK, bytes, bytes)(b"", timeout=POLL_INTERVAL)
    except grpc.RpcError as error:
        return isinstance(error, grpc.Call) and error.code() == grpc.StatusCode.UNAVAILABLE
    return False
