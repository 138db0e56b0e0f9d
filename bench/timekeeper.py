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

from bench.stage_time import AHEAD, NUMBER, WAITS

LOOK: Final = 0.003
"""Seconds of real time between two looks at whether somebody works."""

IDLE: Final = 0.25
"""The share of this time that all processes together may use and still count as waiting."""

LOOKS: Final = 2
"""How often in succession nobody works until the clock is wound forward."""

SHORTEST: Final = 0.01
"""Seconds: shorter waits pass by themselves."""


class Timekeeper:
    """Keeps the clock for one run.

    Args:
        place: A folder for what the contestants see of it.
        busy: Returns the processor seconds that all who may work have used so far.
    """

    def __init__(self, place: Path, busy: Callable[[], float]) -> None:
        self._file = place / AHEAD
        self._file.write_bytes(NUMBER.pack(0.0))
        self._open = self._file.open("r+b")
        self._map = mmap.mmap(self._open.fileno(), NUMBER.size)
        self._busy = busy
        self._waiting: list[tuple[float, int, threading.Event]] = []
        self._numbers = count()
        self._change = threading.Condition()
        self._ended = False
        self.ahead = 0.0

    def now(self) -> float:
        """Return the stage's seconds."""
        return time.monotonic() + self.ahead

    def wall(self) -> float:
        """Return the stage's time as seconds since the epoch."""
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        """Wait until so many seconds of the stage's time have passed."""
        over = threading.Event()
        with self._change:
            heapq.heappush(self._waiting, (self.now() + seconds, next(self._numbers), over))
            self._change.notify()
        over.wait()

    def run(self) -> None:
        """Let time pass until `end`."""
        while not self._ended:
            with self._change:
                while not self._waiting and not self._ended:
                    self._change.wait()
            self._pass()

    def _pass(self) -> None:
        """Wait for the next end of a wait, in real time or by winding the clock."""
        calm, used = 0, self._busy()
        while not self._ended and not self._wake():
            known = len(self._waiting)
            time.sleep(LOOK)
            now_used = self._busy()
            idle = now_used - used < IDLE * LOOK and len(self._waiting) == known
            calm, used = calm + 1 if idle else 0, now_used
            if calm >= LOOKS:
                self._wind()

    def _wake(self) -> bool:
        """Wake whoever has waited long enough; tell whether there was anybody."""
        woken = False
        with self._change:
            while self._waiting and self._waiting[0][0] <= self.now():
                heapq.heappop(self._waiting)[2].set()
                woken = True
        return woken

    def _wind(self) -> None:
        with self._change:
            rest = self._waiting[0][0] - self.now()
            if rest > SHORTEST:
                self.ahead += rest
                NUMBER.pack_into(self._map, 0, self.ahead)

    def end(self) -> None:
        """Let everybody go."""
        with self._change:
            self._ended = True
            for _, _, over in self._waiting:
                over.set()
            self._change.notify()

    def close(self) -> None:
        """Close what was opened."""
        self._map.close()
        self._open.close()


class _Waits(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Where contestants announce that they wait, each thread over a connection of its own."""

    daemon_threads = True


@contextmanager
def keeping_time(place: Path, busy: Callable[[], float]) -> Iterator[Timekeeper]:
    """Keep the clock while the block runs."""
    keeper = Timekeeper(place, busy)

    class Wait(socketserver.BaseRequestHandler):
        """One thread of a contestant."""

        def handle(self) -> None:
            """Answer each wait when it is over."""
            connection: Any = self.request
            while len(asked := connection.recv(NUMBER.size)) == NUMBER.size:
                keeper.sleep(NUMBER.unpack(asked)[0])
                connection.sendall(b".")

    server = _Waits(str(place / WAITS), Wait)
    threads = [threading.Thread(target=work) for work in (server.serve_forever, keeper.run)]
    for thread in threads:
        thread.start()
    try:
        yield keeper
    finally:
        keeper.end()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
        keeper.close()


def processor_seconds(process: int) -> float:
    """Return the processor time that a process has used; 0 once it has ended.

    Linux numbers the clock of every process:
    https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html
    """
    try:
        return time.clock_gettime((~process << 3) | 2)
    except OSError:
        return 0.0
