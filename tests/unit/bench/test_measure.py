"""``bench.measure``: the usage of processes, some of which end while they are read."""

from pathlib import Path

import pytest

from bench import measure
from bench.measure import ProcessMonitor, list_descendants

ENGINE, HOST, ENDED = 10, 11, 12


@pytest.fixture(autouse=True)
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a ``/proc`` with an engine and its children: a host, and a process that has ended."""
    monkeypatch.setattr(measure, "PROC", tmp_path)
    write_process(tmp_path, ENGINE, "pulumi\0up", children=f"{HOST} {ENDED} ")
    write_process(tmp_path, HOST, "python\0-m\0pulumi.dynamic")
    return tmp_path


def write_process(proc: Path, process: int, command: str, children: str = "") -> None:
    """Write the files of a process with one thread, 2 s of processor time and 3 MB of memory."""
    folder = proc / str(process)
    thread = folder / "task" / str(process)
    thread.mkdir(parents=True)
    (thread / "children").write_text(children)
    ticks = 2 * measure.TICKS_PER_SECOND
    (folder / "cmdline").write_text(command)
    (folder / "stat").write_text(f"{process} (name) S {'0 ' * 10}{ticks} 0 0")
    (folder / "status").write_text("Name:\tname\nVmHWM:\t    3072 kB\n")


def test_a_process_that_ends_before_it_is_read_counts_as_nothing() -> None:
    """The others are measured as usual."""
    monitor = ProcessMonitor(ENGINE)

    monitor.poll_processes()

    assert monitor.sum_cpu() == {"engine": 2.0, "host": 2.0}
    assert monitor.sum_memory() == {"engine": 3.0, "host": 3.0}


@pytest.mark.parametrize("name", ["cmdline", "stat", "status", f"task/{HOST}/children"])
@pytest.mark.parametrize("left", [None, ""])
def test_a_process_that_ends_between_two_polls_keeps_its_usage(
    proc: Path, name: str, left: str | None
) -> None:
    """Its files disappear one after the other, or become empty."""
    monitor = ProcessMonitor(ENGINE)
    monitor.poll_processes()
    (proc / str(HOST) / name).unlink()
    if left is not None:
        (proc / str(HOST) / name).write_text(left)

    monitor.poll_processes()

    assert monitor.sum_cpu() == {"engine": 2.0, "host": 2.0}
    assert monitor.sum_memory() == {"engine": 3.0, "host": 3.0}


def test_a_process_whose_threads_have_ended_has_no_descendants(proc: Path) -> None:
    """Its folder may disappear between the look at the folder and the look into it."""
    (proc / str(ENGINE) / "task").rename(proc / "ended")

    assert list_descendants(ENGINE) == [ENGINE]
