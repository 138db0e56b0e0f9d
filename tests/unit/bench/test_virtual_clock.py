import threading
from contextlib import closing
from pathlib import Path

from bench.virtual_clock import run_clock
from bench.virtual_clock_client import VirtualClockClient


def test_threads_that_wait_at_the_same_time_wait_together(tmp_path: Path) -> None:
    """Two simultaneous waits of 1,000 seconds end after 1,000 virtual seconds."""
    with (
        run_clock(tmp_path, lambda: 0.0) as clock,
        closing(VirtualClockClient(str(tmp_path))) as client,
    ):
        start = client.monotonic()
        threads = [threading.Thread(target=client.sleep, args=(1000.0,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert client.monotonic() - start >= 1000
        assert 0 < clock.offset < 1001


def test_the_clock_does_not_jump_while_a_process_works(tmp_path: Path) -> None:
    """Work takes its real time."""
    usage = iter(range(10**6))

    with (
        run_clock(tmp_path, lambda: float(next(usage))) as clock,
        closing(VirtualClockClient(str(tmp_path))) as client,
    ):
        client.sleep(0.05)

        assert clock.offset == 0
