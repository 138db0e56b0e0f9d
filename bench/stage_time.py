"""The stage's clock as a contestant sees it: what time it is, and waiting until it is later."""

import mmap
import socket
import struct
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

OFFSET_FILE: Final = "ahead"
"""The file with the seconds by which the stage is ahead of real time."""

WAIT_SOCKET: Final = "waits"
"""The socket at which waits are announced."""

SECONDS_FORMAT: Final = struct.Struct("d")


class VirtualClockClient:
    """One process's view of the stage's clock."""

    def __init__(self, place: str) -> None:
        self._real_monotonic: Callable[[], float] = time.monotonic
        with Path(place, OFFSET_FILE).open("rb") as file:
            self._offset = mmap.mmap(file.fileno(), SECONDS_FORMAT.size, access=mmap.ACCESS_READ)
        self._socket_path = str(Path(place, WAIT_SOCKET))
        self._thread_local = threading.local()
        self._connections: list[socket.socket] = []

    def monotonic(self) -> float:
        """Return the stage's seconds, which never run backwards."""
        (ahead,) = SECONDS_FORMAT.unpack_from(self._offset)
        return self._real_monotonic() + float(ahead)

    def sleep(self, seconds: float) -> None:
        """Wait on the stage's clock."""
        if seconds <= 0:
            return
        connection = getattr(self._thread_local, "connection", None) or self._connect()
        connection.sendall(SECONDS_FORMAT.pack(seconds))
        connection.recv(1)

    def close(self) -> None:
        """Close what was opened; no thread may wait any more."""
        for connection in self._connections:
            connection.close()
        self._offset.close()

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._socket_path)
        self._thread_local.connection = connection
        self._connections.append(connection)
        return connection
