"""The ASGI door: bytes from a socket to a request, a reply back to bytes."""

import asyncio
import socket
from asyncio import Transport
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

from uvicorn.protocols.http.h11_impl import H11Protocol

from bim360_provider.emulator.delivery import deliver
from bim360_provider.emulator.emulator import Emulator
from bim360_provider.emulator.messages import Request

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Connection(H11Protocol):
    """A connection that hands its transport to the app, so that a fault can cut it."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn
        """Bind the app to this connection, and send what is written at once.

        asyncio leaves Nagle's algorithm on for sockets that were bound elsewhere; together with
        delayed ACKs it costs 40 ms an answer.
        """
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self.app = partial(self.app, transport)


class Door:
    """An ASGI app around an emulator; the event loop asks one thing after the other."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def __call__(
        self, transport: Transport, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer one request."""
        body = await _body(receive)
        if body is None:
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        request = Request(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
        )
        reply = self._emulator.handle(request)
        # Only the server's end cancels, and by then the connection is gone: nobody is to be told.
        with suppress(asyncio.CancelledError):
            await deliver(reply, transport, send)


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, None where the client went away before it was through."""
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)
