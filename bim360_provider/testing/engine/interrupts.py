"""Ctrl-C: the first one asks a run to end, the second one insists."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts_to(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` at each Ctrl-C, instead of raising `KeyboardInterrupt`, while the block runs.

    It is called from a thread of its own, as a signal may come in the middle of anything. Where
    this is not the main thread, whose signals they are, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=stop).start()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
