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
from bim360_provider.dynamic.providers import ProjectProvider
ProjectProvider()._create_calls()  # all that a first call loads
ended = time.process_time()
print(json.dumps([middle - began, ended - middle, sorted(set(sys.modules) - theirs)]))
"""

DECLARING: Final = """
import json, sys, time
began = time.process_time()
import pulumi.dynamic
middle = time.process_time()
theirs = set(sys.modules)
from bim360_provider import Bim360BusinessUnits, Bim360Company, Bim360Project, Bim360Team
ended = time.process_time()
print(json.dumps([middle - began, ended - middle, sorted(set(sys.modules) - theirs)]))
"""


def started(program: str = PROGRAM) -> Any:
    """Start what the host starts; return the seconds of Pulumi and ours, and what ours loaded."""
    ran = subprocess.run(  # noqa: S603 - one of the programs above
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


def test_the_host_loads_nothing_that_it_does_not_need() -> None:
    """Not even what speaks HTTP: a preview asks nothing."""
    loaded = started()[2]

    assert "bim360_provider.core.project" in loaded
    assert [each for each in loaded if each in NEVER] == []


def test_the_host_starts_hardly_slower_than_pulumis_own_part() -> None:
    """Half of it is pydantic, which holds the limits of every argument.

    The quickest of several starts is the one that the rest of the machine disturbed least.
    """
    starts = [started() for _ in range(STARTS)]

    theirs, ours = (min(each[at] for each in starts) for at in (0, 1))
    assert ours < max(MOST, BUSY * theirs), f"{ours * 1000:.0f} ms after {theirs * 1000:.0f} ms"


def test_a_program_loads_nothing_that_answers_a_call() -> None:
    """It hands a reference to the engine: no model, no rule and no client is needed for that."""
    theirs, ours, loaded = min(started(DECLARING) for _ in range(3))

    answering = ("pydantic", "bim360_provider.core", "bim360_provider.hq", "bim360_provider.models")
    assert [each for each in loaded if each.startswith(answering)] == []
    assert ours < theirs / 2, f"{ours * 1000:.0f} ms after {theirs * 1000:.0f} ms"
