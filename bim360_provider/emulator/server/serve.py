"""Run an emulator behind a TCP port, in a thread."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

from bim360_provider.emulator.emulator import Emulator

if TYPE_CHECKING:
    from bim360_provider.emulator.server.asgi import EmulatorServer

LOOPBACK = "127.0.0.1"


class ListenError(Exception):
    """The emulator cannot listen at the address; the message is one line with advice."""


@dataclass(frozen=True, slots=True)
class RunningEmulator:
    """A running emulator."""

    url: str
    """The provider's base URL, without a slash at the end."""
    emulator: Emulator
    """The emulator, with its journal, clock and control plane."""


@contextmanager
def serve(
    emulator: Emulator | None = None,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    allow_remote: bool = False,
) -> Iterator[RunningEmulator]:
    """Serve an emulator while the block runs; then close socket, thread and database.

    Args:
        emulator: The emulator, which is closed at the end; one with the built-in seed by default.
        host: The address to listen on.
        port: The port; 0 selects a free one.
        allow_remote: Whether other machines may connect; the emulator has no protection.

    Raises:
        ListenError: The port is in use, the address is not local, or uvicorn is missing.
    """
    served = emulator or Emulator()
    try:
        listener = _open_listener(host, port, allow_remote=allow_remote)
        with listener, _run_server(_create_server(served), listener):
            yield RunningEmulator(_format_url(listener), served)
    finally:
        served.close()


def _open_listener(host: str, port: int, *, allow_remote: bool) -> socket.socket:
    if not allow_remote and not _is_loopback(host):
        msg = f"{host} can be reached by other machines; use {LOOPBACK}, or add --allow-remote."
        raise ListenError(msg)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "a port is 0 to 65535"
        msg = f"cannot listen on {host}:{port}: {reason}. Choose another --port."
        raise ListenError(msg) from None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _format_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _create_server(emulator: Emulator) -> "EmulatorServer":
    try:
        # uvicorn belongs to an extra, which only a server needs.
        from bim360_provider.emulator.server.asgi import EmulatorServer  # noqa: PLC0415
    except ImportError as error:
        msg = f"{error.name} is not installed: pip install '../bim360_provider[emulator]'"
        raise ListenError(msg) from None
    return EmulatorServer(emulator)


@contextmanager
def _run_server(server: "EmulatorServer", listener: socket.socket) -> Iterator[None]:
    def run() -> None:
        try:
            asyncio.run(server.serve([listener]))
        finally:
            server.ready_event.set()

    thread = Thread(target=run, name="bim360-emulator", daemon=True)
    thread.start()
    server.ready_event.wait()
    try:
        yield
    finally:
        server.stop()
        thread.join()
