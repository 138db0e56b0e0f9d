"""uvicorn's server, made prompt: it is ready when it says so and stops when told."""

import asyncio
import socket
from threading import Event

import uvicorn

from bim360_provider.emulator.door import Connection, Door
from bim360_provider.emulator.emulator import Emulator

KEEP_ALIVE = 75
"""Seconds an idle connection stays open. uvicorn's 5 would end it between two requests of a slow
test, and the client would see a failure HQ does not have."""


class Server(uvicorn.Server):
    """A server in a thread, without uvicorn's tick of 0.1 s and its grace period at the end."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(
            uvicorn.Config(
                Door(emulator),
                http=Connection,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE,
            )
        )
        self.ready = Event()
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, and say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Wait until told to stop."""
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop at once: answers still on their way are given up."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # One turn of the loop, in which the connections hear of it.
        await asyncio.sleep(0)
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)

    def stop(self) -> None:
        """Tell the server to stop, from another thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)
