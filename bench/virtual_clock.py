"""A virtual clock that runs in real time and skips idle waits.

While any process works, the clock runs at the speed of real time. When all are idle and at least
one waits, it jumps to the end of the shortest wait, as in a discrete-event simulation. Threads that
wait at the same time therefore wait together, as in real time. The processor time of all processes
shows whether they are idle.
"""

import heapq
import mmap
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

from bench.virtual_clock_client import OFFSET_FILE, SECONDS_FORMAT, WAIT_SOCKET

POLL_INTERVAL: Final = 0.003
"""Seconds of real time between two checks for idleness."""

MAX_IDLE_SHARE: Final = 0.25
"""The share of this time up to which all processes together count as idle."""

IDLE_POLLS: Final = 2
"""Idle polls in succession before the clock jumps."""

MIN_SKIPPED_WAIT: Final = 0.01
"""Seconds; shorter waits pass in real time."""


class VirtualClock:
    """The virtual clock of one environment.

    Args:
        folder: Folder of the file and the socket for the clients.
        read_usage: Returns the processor seconds that all watched processes have used so far.
    """

    def __init__(self, folder: Path, read_usage: Callable[[], float]) -> None:
        self._offset_path = folder / OFFSET_FILE
        self._offset_path.write_bytes(SECONDS_FORMAT.pack(0.0))
        self._offset_file = self._offset_path.open("r+b")
        self._offset_map = mmap.mmap(self._offset_file.fileno(), SECONDS_FORMAT.size)
        self._read_usage = read_usage
        self._waits: list[tuple[float, int, threading.Event]] = []
        self._numbers = count()
        self._condition = threading.Condition()
        self._is_stopped = False
        self.offset = 0.0

    def now(self) -> float:
        """Return the seconds of the virtual clock."""
        return time.monotonic() + self.offset

    def get_wall_time(self) -> float:
        """Return the virtual time as seconds since the epoch."""
        return time.time() + self.offset

    def sleep(self, seconds: float) -> None:
        """Wait until this many seconds of virtual time have passed."""
        finished = threading.Event()
        with self._condition:
            heapq.heappush(self._waits, (self.now() + seconds, next(self._numbers), finished))
            self._condition.notify()
        finished.wait()

    def run(self) -> None:
        """Advance the clock until `stop` is called."""
        while not self._is_stopped:
            with self._condition:
                while not self._waits and not self._is_stopped:
                    self._condition.wait()
            self._advance_time()

    def _advance_time(self) -> None:
        """Advance to the end of the next wait, in real time or by a jump."""
        idle_polls, used = 0, self._read_usage()
        while not self._is_stopped and not self._wake_threads():
            wait_count = len(self._waits)
            time.sleep(POLL_INTERVAL)
            used_now = self._read_usage()
            idle = (
                used_now - used < MAX_IDLE_SHARE * POLL_INTERVAL and len(self._waits) == wait_count
            )
            idle_polls, used = idle_polls + 1 if idle else 0, used_now
            if idle_polls >= IDLE_POLLS:
                self._skip_wait()

    def _wake_threads(self) -> bool:
        """Wake the threads whose wait is over; return whether there were any."""
        has_woken = False
        with self._condition:
            while self._waits and self._waits[0][0] <= self.now():
                heapq.heappop(self._waits)[2].set()
                has_woken = True
        return has_woken

    def _skip_wait(self) -> None:
        with self._condition:
            rest = self._waits[0][0] - self.now()
            if rest > MIN_SKIPPED_WAIT:
                self.offset += rest
                SECONDS_FORMAT.pack_into(self._offset_map, 0, self.offset)

    def stop(self) -> None:
        """Stop the clock and release all waiting threads."""
        with self._condition:
            self._is_stopped = True
            for _, _, finished in self._waits:
                finished.set()
            self._condition.notify()

    def close(self) -> None:
        """Close the shared file."""
        self._offset_map.close()
        self._offset_file.close()


class _WaitServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Accepts waits of clients; each thread has its own connection."""

    daemon_threads = True


@contextmanager
def run_clock(folder: Path, read_usage: Callable[[], float]) -> Iterator[VirtualClock]:
    """Run a virtual clock while the block runs."""
    clock = VirtualClock(folder, read_usage)

    class Wait(socketserver.BaseRequestHandler):
        """Serves the waits of one thread of a client."""

        def handle(self) -> None:
            """Send a byte when a wait is over."""
            connection: Any = self.request
            while len(message := connection.recv(SECONDS_FORMAT.size)) == SECONDS_FORMAT.size:
                clock.sleep(SECONDS_FORMAT.unpack(message)[0])
                connection.sendall(b".")

    server = _WaitServer(str(folder / WAIT_SOCKET), Wait)
    threads = [threading.Thread(target=target) for target in (server.serve_forever, clock.run)]
    for thread in threads:
        thread.start()
    try:
        yield clock
    finally:
        clock.stop()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
        clock.close()


def read_processor_seconds(process: int) -> float:
    """Return the processor seconds that a process has used; 0 once it has ended.

    On Linux the id of a process gives the id of its clock:
    https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html
    """
    try:
        return time.clock_gettime((~process << 3) | 2)
    except OSError:
        return 0.0
