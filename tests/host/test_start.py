"""What the host loads to start: it is started for every command, and people wait for it."""

import json
import subprocess
import sys
from typing import Any, Final

NEVER: Final = (
    "bim360_provider.cli",
    "bim360_provider.doctor",
    "bim360_provider.emulator",
    "bim360_provider.export",
    "bim360_provider.review",
    "bim360_provider.testing",
    "charset_normalizer",
    "pyrate_limiter",
    "pytest",
    "redis",
    "requests",
    "rich",
    "typer",
    "urllib3",
    "uvicorn",
)
"""What the emulator, the command line and the tests use, and what only a question to HQ needs."""

MOST: Final = 0.15
"""Seconds of processor time beside those that ``pulumi.dynamic`` itself takes."""

BUSY: Final = 1.2
"""A busy machine swells both; then ours may take so many times what Pulumi's own part takes."""

STARTS: Final = 7

PROGRAM: Final = """
import importlib.machinery, json, sys, time
__spec__ = importlib.machinery.ModuleSpec("pulumi.dynamic.__main__", None)
began = time.process_time()
import pulumi.dynamic
middle = time.process_time()
theirs = set(sys.modules)
import bim360_provider.dynamic.project
ended = time.process_time()
print(json.dumps([middle - began, ended - middle, sorted(set(sys.modules) - theirs)]))
"""


def started() -> Any:
    """Start what the host starts; return the seconds of Pulumi and ours, and what ours loaded."""
    ran = subprocess.run(  # noqa: S603 - the program above
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


def test_the_host_loads_nothing_that_it_does_not_need() -> None:
    """Not even what speaks HTTP: a preview asks nothing."""
    loaded = started()[2]

    assert "bim360_provider.dynamic.project" in loaded
    assert [each for each in loaded if each in NEVER] == []


def test_the_host_starts_hardly_slower_than_pulumis_own_part() -> None:
    """Half of it is pydantic, which holds the limits of every argument.

    The quickest of several starts is the one that the rest of the machine disturbed least.
    """
    starts = [started() for _ in range(STARTS)]

    theirs, ours = (min(each[at] for each in starts) for at in (0, 1))
    assert ours < max(MOST, BUSY * theirs), f"{ours * 1000:.0f} ms after {theirs * 1000:.0f} ms"
