"""The ASGI application and its server, based on uvicorn."""

import asyncio
import socket
from asyncio import Transport
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import suppress
from functools import partial
from threading import Event
from typing import Any, TypeAlias

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bim360_provider.emulator.emulator import Emulator
from bim360_provider.emulator.http.messages import IncomingRequest, Reply
from bim360_provider.emulator.page.page import EmulatorPage

Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

DRIP_PIECES = 8
"""The number of pieces of a dripped body: enough to exceed a read timeout."""

KEEP_ALIVE_TIMEOUT = 75
"""Seconds before an idle connection is closed. uvicorn's 5 would close it between two requests of a
slow test, a failure that HQ does not cause."""


async def deliver_reply(reply: Reply, transport: Transport, send: Send) -> None:
    """Send a reply over a connection."""
    if reply.delivery.delay:
        await asyncio.sleep(reply.delivery.delay)
    if reply.delivery.drop:
        await _close_connection(transport)
        return
    await send(_build_start_message(reply))
    if reply.delivery.cut_after is not None:
        part = reply.body[: reply.delivery.cut_after]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await _close_connection(transport)
        return
    if reply.delivery.drip:
        await _send_in_pieces(reply, send)
        return
    await send({"type": "http.response.body", "body": reply.body})


async def _send_in_pieces(reply: Reply, send: Send) -> None:
    for number, piece in enumerate(_split_body(reply.body)):
        if number:
            await asyncio.sleep(reply.delivery.drip)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _build_start_message(reply: Reply) -> MutableMapping[str, Any]:
    headers = {"content-length": str(len(reply.body)), **reply.headers}
    named = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": reply.status, "headers": named}


def _split_body(body: bytes) -> Iterator[bytes]:
    size = max(1, -(-len(body) // DRIP_PIECES))
    yield from (body[at : at + size] for at in range(0, len(body), size))


async def _close_connection(transport: Transport) -> None:
    """Close the connection; written data is flushed first."""
    transport.close()
    # One turn of the loop, in which uvicorn notices the closed connection.
    await asyncio.sleep(0)


Scope: TypeAlias = MutableMapping[str, Any]

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]


class HttpProtocol(H11Protocol):
    """A connection that hands its transport to the app, so that a fault can cut it."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn
        """Bind the app to this connection, and disable Nagle's algorithm.

        asyncio leaves it enabled for sockets that were bound elsewhere; together with delayed
        ACKs it delays each reply by 40 ms.
        """
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self.app = partial(self.app, transport)


class AsgiApp:
    """An ASGI app around an emulator and its page; the event loop handles one request at a time."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._page = EmulatorPage(emulator)

    async def __call__(
        self, transport: Transport, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Handle one request."""
        body = await _read_body(receive)
        if body is None:
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        request = IncomingRequest(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
        )
        reply = self._page.handle(request) or self._emulator.handle(request)
        # Only the server's shutdown cancels this, after it has closed the connection.
        with suppress(asyncio.CancelledError):
            await deliver_reply(reply, transport, send)


async def _read_body(receive: Receive) -> bytes | None:
    """Return the whole body, None if the client disconnected before its end."""
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


class EmulatorServer(uvicorn.Server):
    """A server in a thread, without uvicorn's tick of 0.1 s and its grace period at the end."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(
            uvicorn.Config(
                AsgiApp(emulator),
                http=HttpProtocol,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_TIMEOUT,
            )
        )
        self.ready_event = Event()
        self._stop_event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, and set the ready event."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready_event.set()

    async def main_loop(self) -> None:
        """Wait for the stop event."""
        await self._stop_event.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop at once; unfinished replies are aborted."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # One turn of the loop, in which the connections notice it.
        await asyncio.sleep(0)
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)

    def stop(self) -> None:
        """Stop the server, from another thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop_event.set)
