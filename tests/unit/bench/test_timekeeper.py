import threading
from contextlib import closing
from pathlib import Path

from bench.stage_time import VirtualClockClient
from bench.timekeeper import run_clock


def test_threads_that_wait_at_once_wait_together(tmp_path: Path) -> None:
    """Two waits of a thousand seconds end after a thousand: as in real time, but at once."""
    with (
        run_clock(tmp_path, lambda: 0.0) as clock,
        closing(VirtualClockClient(str(tmp_path))) as stage,
    ):
        began = stage.monotonic()
        threads = [threading.Thread(target=stage.sleep, args=(1000.0,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert stage.monotonic() - began >= 1000
        assert 0 < clock.offset < 1001


def test_time_is_not_wound_while_somebody_works(tmp_path: Path) -> None:
    """What costs time in truth must cost it here, too."""
    used = iter(range(10**6))

    with (
        run_clock(tmp_path, lambda: float(next(used))) as clock,
        closing(VirtualClockClient(str(tmp_path))) as stage,
    ):
        stage.sleep(0.05)

        assert clock.offset == 0
