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

AHEAD: Final = "ahead"
"""The file with the seconds by which the stage is ahead of real time."""

WAITS: Final = "waits"
"""The socket at which waits are announced."""

NUMBER: Final = struct.Struct("d")


class StageTime:
    """One process's view of the stage's clock."""

    def __init__(self, place: str) -> None:
        self._monotonic: Callable[[], float] = time.monotonic
        with Path(place, AHEAD).open("rb") as file:
            self._ahead = mmap.mmap(file.fileno(), NUMBER.size, access=mmap.ACCESS_READ)
        self._waits = str(Path(place, WAITS))
        self._own = threading.local()
        self._opened: list[socket.socket] = []

    def monotonic(self) -> float:
        """Return the stage's seconds, which never run backwards."""
        (ahead,) = NUMBER.unpack_from(self._ahead)
        return self._monotonic() + float(ahead)

    def sleep(self, seconds: float) -> None:
        """Wait on the stage's clock."""
        if seconds <= 0:
            return
        connection = getattr(self._own, "connection", None) or self._connected()
        connection.sendall(NUMBER.pack(seconds))
        connection.recv(1)

    def close(self) -> None:
        """Close what was opened; no thread may wait any more."""
        for connection in self._opened:
            connection.close()
        self._ahead.close()

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._waits)
        self._own.connection = connection
        self._opened.append(connection)
        return connection
