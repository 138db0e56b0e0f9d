"""Measures one command: its duration, and the processor time and memory of its processes.

Every 20 ms it reads from ``/proc`` which processes descend from the command, their processor time,
and their peak memory (``VmHWM``, which the kernel records). The command line of a process shows its
role: engine, program, or host of the provider.
"""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

POLL_INTERVAL: Final = 0.02
"""Seconds between two polls; usage after the last poll is not counted."""

TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")

PROC: Final = Path("/proc")

HOST_MARKS: Final = ("pulumi.dynamic", "\0host\0", "bench.subjects.script")
PROGRAM_MARKS: Final = ("pulumi-language-python", "\0program\0")


@dataclass
class ProcessUsage:
    """Processor seconds and peak memory in megabytes of one process."""

    role: str
    cpu: float = 0.0
    memory: float = 0.0


@dataclass
class ProcessMonitor:
    """Resource usage of a command and its child processes."""

    root: int
    usage_by_process: dict[int, ProcessUsage] = field(default_factory=dict)

    def poll_processes(self) -> None:
        """Update the usage of every process that is still running."""
        for process in list_descendants(self.root):
            usage = self.usage_by_process.setdefault(process, ProcessUsage("engine"))
            # The command line of an ending process is empty: keep the known role.
            if command := read_process_file(f"{process}/cmdline"):
                usage.role = classify_process(command)
            if stat := read_process_file(f"{process}/stat"):
                usage.cpu = parse_cpu_seconds(stat)
            status = read_process_file(f"{process}/status")
            usage.memory = max(usage.memory, parse_peak_memory(status))

    def sum_cpu(self) -> dict[str, float]:
        """Return processor seconds by role."""
        return self._sum_by_role(lambda usage: usage.cpu)

    def sum_memory(self) -> dict[str, float]:
        """Return megabytes by role: the sum of the peaks of its processes."""
        return self._sum_by_role(lambda usage: usage.memory)

    def _sum_by_role(self, value: Callable[[ProcessUsage], float]) -> dict[str, float]:
        totals: dict[str, float] = {}
        for usage in list(self.usage_by_process.values()):
            totals[usage.role] = totals.get(usage.role, 0.0) + value(usage)
        return {role: round(amount, 2) for role, amount in sorted(totals.items())}


def list_descendants(root: int) -> list[int]:
    """Return the ids of a process and of all its running descendants."""
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        for thread in list_threads(process):
            children = read_process_file(f"{process}/task/{thread}/children")
            waiting += [int(each) for each in children.split()]
    return found


def list_threads(process: int) -> list[str]:
    """Return the ids of a process's threads; none if it has ended."""
    try:
        return [each.name for each in (PROC / f"{process}/task").iterdir()]
    except OSError:
        return []


def read_process_file(name: str) -> str:
    """Return a file of ``/proc``; ``""`` if the process or thread has ended."""
    try:
        return (PROC / name).read_text("utf-8", errors="replace")
    except OSError:
        return ""


def classify_process(command: str) -> str:
    """Return the role of a process from its command line, in which NUL ends each argument."""
    if any(mark in command for mark in HOST_MARKS):
        return "host"
    return "program" if any(mark in command for mark in PROGRAM_MARKS) else "engine"


def parse_cpu_seconds(stat: str) -> float:
    """Return user and system seconds from ``/proc/PID/stat``."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def parse_peak_memory(status: str) -> float:
    """Return ``VmHWM`` in megabytes."""
    _, _, rest = status.partition("VmHWM:")
    return int(rest.split()[0]) / 1024 if rest else 0.0


@dataclass(frozen=True)
class CommandResult:
    """Duration in seconds, and processor seconds and megabytes by role."""

    seconds: float
    cpu: dict[str, float]
    memory: dict[str, float]


class CommandError(Exception):
    """A command of a subject failed; the message contains the end of its output."""


def measure_command(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    now: Callable[[], float],
    process_ids: set[int],
) -> CommandResult:
    """Run a command until it ends, and measure it.

    Args:
        command: The command line.
        folder: The working directory.
        environment: The complete environment.
        now: Returns the seconds of the virtual clock.
        process_ids: Updated with the ids of the command's processes while it runs.

    Raises:
        CommandError: The command ended with an exit code other than 0.
    """
    start = now()
    with (folder / "output.txt").open("w+b") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdout=output, stderr=subprocess.STDOUT
        )
        monitor = ProcessMonitor(process.pid)
        finished = threading.Event()
        watcher = threading.Thread(
            target=_poll_until_finished, args=(monitor, process_ids, finished)
        )
        watcher.start()
        process.wait()
        seconds = now() - start
        finished.set()
        watcher.join()
        if process.returncode:
            output.seek(0)
            msg = f"{' '.join(command)}\n{output.read().decode(errors='replace')[-3000:]}"
            raise CommandError(msg)
    return CommandResult(round(seconds, 3), monitor.sum_cpu(), monitor.sum_memory())


def _poll_until_finished(
    monitor: ProcessMonitor, process_ids: set[int], finished: threading.Event
) -> None:
    while not finished.is_set():
        monitor.poll_processes()
        process_ids.clear()
        process_ids.update(monitor.usage_by_process)
        time.sleep(POLL_INTERVAL)
