"""Modules that the host loads at its start, which adds to the time of each command."""

import json
import subprocess
import sys
from typing import Final, NamedTuple

import pytest

from bim360_provider.models.base import InputModel

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
"""Used by the emulator, the command line and the tests, or needed for a request to HQ only."""

MOST: Final = 0.15
"""Seconds of processor time in addition to those of ``pulumi.dynamic``."""

BUSY: Final = 1.2
"""On a busy machine both take longer; ours may then take this many times as long as Pulumi's."""

MAX_STARTS: Final = 7

HANDLING_MODULES: Final = (
    "pydantic",
    "bim360_provider.core",
    "bim360_provider.hq",
    "bim360_provider.models",
)

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


class Start(NamedTuple):
    """Seconds of processor time, and the modules that our part loaded."""

    pulumi_seconds: float
    our_seconds: float
    loaded: list[str]


def start(program: str = PROGRAM) -> Start:
    """Run a program in a new process and return its measurements."""
    completed = subprocess.run(  # noqa: S603 - one of the programs above
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return Start(*json.loads(completed.stdout))


def test_the_host_loads_needed_modules_only() -> None:
    """It does not even load the HTTP client, because a preview sends no request."""
    loaded = start().loaded

    assert "bim360_provider.core.project" in loaded
    assert [each for each in loaded if each in NEVER] == []


@pytest.mark.skipif(
    not InputModel.model_config["defer_build"], reason="before 2.14 pydantic builds all models here"
)
def test_the_host_starts_hardly_slower_than_pulumis_own_part() -> None:
    """Half of it is pydantic, which stores the limits of each argument.

    One fast start is enough: other processes slow down the rest.
    """
    starts = (start() for _ in range(MAX_STARTS))

    assert any(each.our_seconds < max(MOST, BUSY * each.pulumi_seconds) for each in starts)


def test_a_program_loads_no_module_that_handles_calls() -> None:
    """It passes a reference to the engine, which needs no model, rule or client."""
    starts = [start(DECLARING)]
    while starts[-1].our_seconds >= starts[-1].pulumi_seconds / 2 and len(starts) < MAX_STARTS:
        starts.append(start(DECLARING))

    assert [each for each in starts[0].loaded if each.startswith(HANDLING_MODULES)] == []
    assert starts[-1].our_seconds < starts[-1].pulumi_seconds / 2
