"""The client side of the virtual clock: reads the time and waits, from a subject's process."""

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
"""The file with the seconds by which the virtual clock is ahead of real time."""

WAIT_SOCKET: Final = "waits"
"""The socket to which clients announce their waits."""

SECONDS_FORMAT: Final = struct.Struct("d")


class VirtualClockClient:
    """Connects one process with the virtual clock in a folder."""

    def __init__(self, folder: str) -> None:
        self._real_monotonic: Callable[[], float] = time.monotonic
        with Path(folder, OFFSET_FILE).open("rb") as file:
            self._offset = mmap.mmap(file.fileno(), SECONDS_FORMAT.size, access=mmap.ACCESS_READ)
        self._socket_path = str(Path(folder, WAIT_SOCKET))
        self._thread_local = threading.local()
        self._connections: list[socket.socket] = []

    def monotonic(self) -> float:
        """Return the seconds of the virtual clock, which never run backwards."""
        (offset,) = SECONDS_FORMAT.unpack_from(self._offset)
        return self._real_monotonic() + float(offset)

    def sleep(self, seconds: float) -> None:
        """Wait on the virtual clock."""
        if seconds <= 0:
            return
        connection = getattr(self._thread_local, "connection", None) or self._connect()
        connection.sendall(SECONDS_FORMAT.pack(seconds))
        connection.recv(1)

    def close(self) -> None:
        """Close the file and the connections; no thread may be waiting."""
        for connection in self._connections:
            connection.close()
        self._offset.close()

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._socket_path)
        self._thread_local.connection = connection
        self._connections.append(connection)
        return connection
