"""The stage's clock: real time, but what everybody waits for is skipped.

It runs at the speed of real time, so that work costs what it costs. When nobody on the stage
works any more and somebody waits, it is wound forward to the end of the shortest wait, as in a
discrete simulation. Threads that wait at once thus wait together, as they would in real time.
Whether somebody works is read from the processor time of all processes concerned.
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

from bench.stage_time import OFFSET_FILE, SECONDS_FORMAT, WAIT_SOCKET

POLL_INTERVAL: Final = 0.003
"""Seconds of real time between two looks at whether somebody works."""

MAX_IDLE_SHARE: Final = 0.25
"""The share of this time that all processes together may use and still count as waiting."""

IDLE_POLLS: Final = 2
"""How often in succession nobody works until the clock is wound forward."""

MIN_SKIPPED_WAIT: Final = 0.01
"""Seconds: shorter waits pass by themselves."""


class VirtualClock:
    """Keeps the clock for one run.

    Args:
        place: A folder for what the contestants see of it.
        busy: Returns the processor seconds that all who may work have used so far.
    """

    def __init__(self, place: Path, busy: Callable[[], float]) -> None:
        self._offset_path = place / OFFSET_FILE
        self._offset_path.write_bytes(SECONDS_FORMAT.pack(0.0))
        self._offset_file = self._offset_path.open("r+b")
        self._offset_map = mmap.mmap(self._offset_file.fileno(), SECONDS_FORMAT.size)
        self._read_processor_seconds = busy
        self._waits: list[tuple[float, int, threading.Event]] = []
        self._numbers = count()
        self._condition = threading.Condition()
        self._is_stopped = False
        self.offset = 0.0

    def now(self) -> float:
        """Return the stage's seconds."""
        return time.monotonic() + self.offset

    def get_wall_time(self) -> float:
        """Return the stage's time as seconds since the epoch."""
        return time.time() + self.offset

    def sleep(self, seconds: float) -> None:
        """Wait until so many seconds of the stage's time have passed."""
        over = threading.Event()
        with self._condition:
            heapq.heappush(self._waits, (self.now() + seconds, next(self._numbers), over))
            self._condition.notify()
        over.wait()

    def run(self) -> None:
        """Let time pass until `end`."""
        while not self._is_stopped:
            with self._condition:
                while not self._waits and not self._is_stopped:
                    self._condition.wait()
            self._advance_time()

    def _advance_time(self) -> None:
        """Wait for the next end of a wait, in real time or by winding the clock."""
        calm, used = 0, self._read_processor_seconds()
        while not self._is_stopped and not self._wake_threads():
            known = len(self._waits)
            time.sleep(POLL_INTERVAL)
            now_used = self._read_processor_seconds()
            idle = now_used - used < MAX_IDLE_SHARE * POLL_INTERVAL and len(self._waits) == known
            calm, used = calm + 1 if idle else 0, now_used
            if calm >= IDLE_POLLS:
                self._skip_wait()

    def _wake_threads(self) -> bool:
        """Wake whoever has waited long enough; tell whether there was anybody."""
        woken = False
        with self._condition:
            while self._waits and self._waits[0][0] <= self.now():
                heapq.heappop(self._waits)[2].set()
                woken = True
        return woken

    def _skip_wait(self) -> None:
        with self._condition:
            rest = self._waits[0][0] - self.now()
            if rest > MIN_SKIPPED_WAIT:
                self.offset += rest
                SECONDS_FORMAT.pack_into(self._offset_map, 0, self.offset)

    def stop(self) -> None:
        """Let everybody go."""
        with self._condition:
            self._is_stopped = True
            for _, _, over in self._waits:
                over.set()
            self._condition.notify()

    def close(self) -> None:
        """Close what was opened."""
        self._offset_map.close()
        self._offset_file.close()


class _WaitServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Where contestants announce that they wait, each thread over a connection of its own."""

    daemon_threads = True


@contextmanager
def run_clock(place: Path, busy: Callable[[], float]) -> Iterator[VirtualClock]:
    """Keep the clock while the block runs."""
    keeper = VirtualClock(place, busy)

    class Wait(socketserver.BaseRequestHandler):
        """One thread of a contestant."""

        def handle(self) -> None:
            """Answer each wait when it is over."""
            connection: Any = self.request
            while len(asked := connection.recv(SECONDS_FORMAT.size)) == SECONDS_FORMAT.size:
                keeper.sleep(SECONDS_FORMAT.unpack(asked)[0])
                connection.sendall(b".")

    server = _WaitServer(str(place / WAIT_SOCKET), Wait)
    threads = [threading.Thread(target=work) for work in (server.serve_forever, keeper.run)]
    for thread in threads:
        thread.start()
    try:
        yield keeper
    finally:
        keeper.stop()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
        keeper.close()


def read_processor_seconds(process: int) -> float:
    """Return the processor time that a process has used; 0 once it has ended.

    Linux numbers the clock of every process:
    https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html
    """
    try:
        return time.clock_gettime((~process << 3) | 2)
    except OSError:
        return 0.0
