"""Runs a command quietly: a line now and then, and the end of what it said if it fails."""

import os
import subprocess
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Longer than this without a word looks like a hang.
QUIET_SECONDS = 2.0

# Of what pip says, these are its daily round; of the rest, the last lines are shown when it fails.
ROUTINE = ("Collecting ", "  Downloading ", "  Using cached ", "Ignoring ", "Looking in ")
TAIL_LINES = 15

# Settings that would send the packages elsewhere than .venv, or make pip read more than the lock.
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
    """The environment could not be built; the message says at which step and what to do."""


def say(line: str) -> None:
    """Print one line at once, also where the output is a file."""
    print(line, flush=True)


def progress(lines: Iterable[str]) -> Iterator[str]:
    """Pass pip's lines on, and now and then say how many packages it has come to."""
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
    """Run one step of the set-up without a word from it, unless it fails.

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
        heard = progress(process.stdout or ())
        tail = deque((line for line in heard if not line.startswith(ROUTINE)), maxlen=TAIL_LINES)
    if process.returncode:
        say("".join(tail).rstrip())
        msg = f"Setting up .venv stopped at {step}; the lines above say why."
        raise SetupError(msg)
