"""Sending a reply: whole and at once, or as badly as a fault wants it."""

import asyncio
from asyncio import Transport
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any, TypeAlias

from bim360_provider.emulator.messages import Reply

Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

DRIP_PIECES = 8
"""Into how many pieces a dripping body is cut: enough to outlast a read timeout, not for ever."""


async def deliver(reply: Reply, transport: Transport, send: Send) -> None:
    """Send a reply over a connection."""
    if reply.delivery.delay:
        await asyncio.sleep(reply.delivery.delay)
    if reply.delivery.drop:
        await _cut(transport)
        return
    await send(_start(reply))
    if reply.delivery.cut_after is not None:
        part = reply.body[: reply.delivery.cut_after]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await _cut(transport)
        return
    if reply.delivery.drip:
        await _drip(reply, send)
        return
    await send({"type": "http.response.body", "body": reply.body})


async def _drip(reply: Reply, send: Send) -> None:
    for number, piece in enumerate(_pieces(reply.body)):
        if number:
            await asyncio.sleep(reply.delivery.drip)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _start(reply: Reply) -> MutableMapping[str, Any]:
    headers = {"content-length": str(len(reply.body)), **reply.headers}
    named = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": reply.status, "headers": named}


def _pieces(body: bytes) -> Iterator[bytes]:
    size = max(1, -(-len(body) // DRIP_PIECES))
    yield from (body[at : at + size] for at in range(0, len(body), size))


async def _cut(transport: Transport) -> None:
    """Close the connection; what was written is flushed first, an answer never begun is not."""
    transport.close()
    # One turn of the loop, in which uvicorn learns that the connection is gone.
    await asyncio.sleep(0)
