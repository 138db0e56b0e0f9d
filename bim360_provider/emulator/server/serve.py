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
    """The emulator cannot listen there; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class RunningEmulator:
    """An emulator that listens."""

    url: str
    """Where, without a slash at the end; the provider's base URL."""
    emulator: Emulator
    """The emulator itself: its journal, clock and control plane, from inside the process."""


@contextmanager
def serve(
    emulator: Emulator | None = None,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    allow_remote: bool = False,
) -> Iterator[RunningEmulator]:
    """Listen while the block runs; afterwards socket, thread and database are closed.

    Args:
        emulator: What to serve; one with the built-in seed when left out. It is closed at the end.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        allow_remote: Whether other machines may reach it: it has no protection of its own.

    Raises:
        ListenError: The port is taken, the address is no loopback, or uvicorn is not installed.
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
        msg = f"{host} can be reached by other machines; use {LOOPBACK}, or say --allow-remote."
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
        # uvicorn belongs to an extra; whoever asks for a port learns what is missing.
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
