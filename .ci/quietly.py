"""Runs a command with little output: its progress, and the end of its log if it fails."""

import os
import subprocess
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Longer silence looks like a hang.
QUIET_SECONDS = 2.0

# pip's routine lines; of the others, the last ones are shown when a step fails.
ROUTINE = ("Collecting ", "  Downloading ", "  Using cached ", "Ignoring ", "Looking in ")
TAIL_LINES = 15

# Variables that would redirect the packages, or let pip read more than the lock file.
FOREIGN_SETTINGS = frozenset(
    {
        "PIP_CONSTRAINT",
        "PIP_PREFIX",
        "PIP_REQUIREMENT",
        "PIP_REQUIRE_VIRTUALENV",
        "PIP_ROOT",
        "PIP_TARGET",
        "PIP_USER",
        "PYTHONHOME",
        "PYTHONPATH",
    }
)


class SetupError(Exception):
    """The environment could not be built; the message names the step and what to do."""


def say(line: str) -> None:
    """Print one line without buffering."""
    print(line, flush=True)


def progress(lines: Iterable[str]) -> Iterator[str]:
    """Yield pip's lines, and print the number of collected packages at intervals."""
    packages, last = 0, time.monotonic()
    for line in lines:
        packages += line.startswith("Collecting ")
        if packages and line.startswith("Installing collected packages"):
            say(f"  unpacking {packages} packages")
            packages = 0
        elif packages and time.monotonic() - last > QUIET_SECONDS:
            say(f"  {packages} packages so far")
            last = time.monotonic()
        yield line


def run(step: str, *command: object) -> None:
    """Run one step of the setup; print its output only if it fails.

    Raises:
        SetupError: The command failed; its last lines are printed before.
    """
    environ = {key: value for key, value in os.environ.items() if key not in FOREIGN_SETTINGS}
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        lines = progress(process.stdout or ())
        tail = deque((line for line in lines if not line.startswith(ROUTINE)), maxlen=TAIL_LINES)
    if process.returncode:
        say("".join(tail).rstrip())
        msg = f"Setting up .venv failed at {step}; see the lines above for the reason."
        raise SetupError(msg)
