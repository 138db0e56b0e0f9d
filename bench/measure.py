"""One command from start to end: its time, and what its processes used.

Every 20 ms ``/proc`` is asked which processes descend from the command, how much processor time
each has used, and what its peak memory was (``VmHWM``, which the kernel keeps). A process is told
by its command line: engine, program, or the host of the provider.
"""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

POLL_INTERVAL: Final = 0.02
"""Seconds between two looks; what a process does after the last one is not seen."""

TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")

HOST_MARKS: Final = ("pulumi.dynamic", "\0host\0", "bench.contestants.script")
PROGRAM_MARKS: Final = ("pulumi-language-python", "\0program\0")


@dataclass
class ProcessUsage:
    """What one process used: processor seconds, and megabytes at its peak."""

    role: str
    cpu: float = 0.0
    memory: float = 0.0


@dataclass
class ProcessMonitor:
    """The processes of one command."""

    root: int
    usage_by_process: dict[int, ProcessUsage] = field(default_factory=dict)

    def poll_processes(self) -> None:
        """Update what is known of every process that still runs."""
        for process in list_descendants(self.root):
            usage = self.usage_by_process.setdefault(process, ProcessUsage("engine"))
            try:
                # A process that ends has no command line any more, and keeps its role.
                command = Path(f"/proc/{process}/cmdline").read_text("utf-8")
                usage.role = classify_process(command) if command else usage.role
                usage.cpu = parse_cpu_seconds(Path(f"/proc/{process}/stat").read_text("utf-8"))
                status = Path(f"/proc/{process}/status").read_text("utf-8")
                usage.memory = max(usage.memory, parse_peak_memory(status))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has just ended

    def sum_cpu(self) -> dict[str, float]:
        """Return processor seconds by role."""
        return self._sum_by_role(lambda usage: usage.cpu)

    def sum_memory(self) -> dict[str, float]:
        """Return megabytes by role: the sum of its processes' peaks."""
        return self._sum_by_role(lambda usage: usage.memory)

    def _sum_by_role(self, value: Callable[[ProcessUsage], float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for usage in list(self.usage_by_process.values()):
            found[usage.role] = found.get(usage.role, 0.0) + value(usage)
        return {role: round(amount, 2) for role, amount in sorted(found.items())}


def list_descendants(root: int) -> list[int]:
    """Return a process and all that descend from it, as far as they run."""
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            # A thread may end at any moment, and its file with it.
            with suppress(FileNotFoundError, ProcessLookupError):
                waiting += [int(each) for each in children.read_text("ascii").split()]
    return found


def classify_process(command: str) -> str:
    """Tell what a process is by its command line, whose words end with NUL."""
    if any(mark in command for mark in HOST_MARKS):
        return "host"
    return "program" if any(mark in command for mark in PROGRAM_MARKS) else "engine"


def parse_cpu_seconds(stat: str) -> float:
    """Return user and system seconds from ``/proc/PID/stat``."""
    words = stat.rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS_PER_SECOND


def parse_peak_memory(status: str) -> float:
    """Return ``VmHWM`` in megabytes."""
    _, _, rest = status.partition("VmHWM:")
    return int(rest.split()[0]) / 1024 if rest else 0.0


@dataclass(frozen=True)
class CommandResult:
    """How a command went."""

    seconds: float
    cpu: dict[str, float]
    memory: dict[str, float]


class CommandError(Exception):
    """A command of a contestant failed; the message has the end of what it said."""


def measure_command(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    now: Callable[[], float],
    seen: set[int],
) -> CommandResult:
    """Run a command to its end.

    Args:
        command: Its words.
        folder: Where it runs.
        environment: All of its environment.
        now: The stage's clock.
        seen: Is kept up to date with the processes that run.

    Raises:
        CommandError: It did not end well.
    """
    began = now()
    with (folder / "said.txt").open("w+b") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdout=said, stderr=subprocess.STDOUT
        )
        watch = ProcessMonitor(process.pid)
        over = threading.Event()
        watcher = threading.Thread(target=_poll_until_finished, args=(watch, seen, over))
        watcher.start()
        process.wait()
        seconds = now() - began
        over.set()
        watcher.join()
        if process.returncode:
            said.seek(0)
            msg = f"{' '.join(command)}\n{said.read().decode(errors='replace')[-3000:]}"
            raise CommandError(msg)
    return CommandResult(round(seconds, 3), watch.sum_cpu(), watch.sum_memory())


def _poll_until_finished(watch: ProcessMonitor, seen: set[int], over: threading.Event) -> None:
    while not over.is_set():
        watch.poll_processes()
        seen.clear()
        seen.update(watch.usage_by_process)
        time.sleep(POLL_INTERVAL)
