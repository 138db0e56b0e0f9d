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

INTERVAL: Final = 0.02
"""Seconds between two looks; what a process does after the last one is not seen."""

TICKS: Final = os.sysconf("SC_CLK_TCK")

HOSTS: Final = ("pulumi.dynamic", "\0host\0", "bench.contestants.script")
PROGRAMS: Final = ("pulumi-language-python", "\0program\0")


@dataclass
class Usage:
    """What one process used: processor seconds, and megabytes at its peak."""

    role: str
    cpu: float = 0.0
    memory: float = 0.0


@dataclass
class Watch:
    """The processes of one command."""

    root: int
    used: dict[int, Usage] = field(default_factory=dict)

    def look(self) -> None:
        """Update what is known of every process that still runs."""
        for process in descendants(self.root):
            usage = self.used.setdefault(process, Usage("engine"))
            try:
                # A process that ends has no command line any more, and keeps its role.
                command = Path(f"/proc/{process}/cmdline").read_text("utf-8")
                usage.role = role_of(command) if command else usage.role
                usage.cpu = cpu_of(Path(f"/proc/{process}/stat").read_text("utf-8"))
                status = Path(f"/proc/{process}/status").read_text("utf-8")
                usage.memory = max(usage.memory, peak_of(status))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has just ended

    def cpu(self) -> dict[str, float]:
        """Return processor seconds by role."""
        return self._by_role(lambda usage: usage.cpu)

    def memory(self) -> dict[str, float]:
        """Return megabytes by role: the sum of its processes' peaks."""
        return self._by_role(lambda usage: usage.memory)

    def _by_role(self, value: Callable[[Usage], float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for usage in list(self.used.values()):
            found[usage.role] = found.get(usage.role, 0.0) + value(usage)
        return {role: round(amount, 2) for role, amount in sorted(found.items())}


def descendants(root: int) -> list[int]:
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


def role_of(command: str) -> str:
    """Tell what a process is by its command line, whose words end with NUL."""
    if any(mark in command for mark in HOSTS):
        return "host"
    return "program" if any(mark in command for mark in PROGRAMS) else "engine"


def cpu_of(stat: str) -> float:
    """Return user and system seconds from ``/proc/PID/stat``."""
    words = stat.rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS


def peak_of(status: str) -> float:
    """Return ``VmHWM`` in megabytes."""
    _, _, rest = status.partition("VmHWM:")
    return int(rest.split()[0]) / 1024 if rest else 0.0


@dataclass(frozen=True)
class Ran:
    """How a command went."""

    seconds: float
    cpu: dict[str, float]
    memory: dict[str, float]


class CommandError(Exception):
    """A command of a contestant failed; the message has the end of what it said."""


def measured(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    now: Callable[[], float],
    seen: set[int],
) -> Ran:
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
        watch = Watch(process.pid)
        over = threading.Event()
        watcher = threading.Thread(target=_keep_looking, args=(watch, seen, over))
        watcher.start()
        process.wait()
        seconds = now() - began
        over.set()
        watcher.join()
        if process.returncode:
            said.seek(0)
            msg = f"{' '.join(command)}\n{said.read().decode(errors='replace')[-3000:]}"
            raise CommandError(msg)
    return Ran(round(seconds, 3), watch.cpu(), watch.memory())


def _keep_looking(watch: Watch, seen: set[int], over: threading.Event) -> None:
    while not over.is_set():
        watch.look()
        seen.clear()
        seen.update(watch.used)
        time.sleep(INTERVAL)
