"""Checks of this machine: the Pulumi CLI, the SDK, and the Python that Pulumi starts."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bim360_provider.doctor.context import (
    CheckContext,
    Finding,
    report_failure,
    report_ok,
    report_skip,
    report_warning,
)
from bim360_provider.doctor.sources import Sources

__all__ = ["capture_output", "check_project_file", "check_pulumi_cli", "check_python", "check_sdk"]

COMMAND_TIMEOUT: Final = 30.0
"""Seconds for a command: the first start on a cold disk is slow."""

MIN_CLI_VERSION: Final = (3, 254)
"""The first CLI that takes an import file with outputs."""

MIN_SDK_VERSION: Final = (3, 268)
"""The first SDK whose host finds the provider for `.get()`."""

CLI_INSTALL_URL: Final = "https://www.pulumi.com/docs/iac/download-install/"
IMPORT_PROGRAM: Final = "import bim360_provider, pulumi, sys; print(sys.version.split()[0])"


def capture_output(
    command: list[str], folder: Path | None = None, extra_environ: Mapping[str, str] | None = None
) -> str | None:
    """Return what a command prints; None if it does not run, or fails."""
    try:
        ran = subprocess.run(  # noqa: S603 - a program that the person has, with fixed arguments
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT,
            check=False,
            env={**os.environ, **(extra_environ or {})},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if ran.returncode else ran.stdout.strip()


def _parse_minor_version(words: str) -> tuple[int, int] | None:
    found = re.search(r"(\d+)\.(\d+)", words)
    return (int(found[1]), int(found[2])) if found else None


def check_pulumi_cli(_case: CheckContext) -> Finding:
    """Look for the CLI, and whether it fits the SDK."""
    path = shutil.which("pulumi")
    if path is None:
        return report_warning("there is no `pulumi` on PATH", f"Install it: {CLI_INSTALL_URL}")
    words = capture_output([path, "version"], extra_environ={"PULUMI_SKIP_UPDATE_CHECK": "1"})
    if words is None:
        return report_failure(f"{path} does not run", f"Install it anew: {CLI_INSTALL_URL}")
    cli, mine = _parse_minor_version(words), _parse_minor_version(version("pulumi"))
    if cli is None:
        return report_warning(
            f"{path} does not say its version", "One from Pulumi's own page does."
        )
    if cli < MIN_CLI_VERSION:
        return report_warning(
            f"{words} ({path}) cannot import what exists", f"Take 3.254 or newer: {CLI_INSTALL_URL}"
        )
    if cli < (mine or cli):
        return report_warning(
            f"{words} ({path}) is older than the SDK {version('pulumi')}",
            f"Install the minor version of the SDK, or a newer one: {CLI_INSTALL_URL}",
        )
    return report_ok(f"{words} ({path})")


def check_sdk(_case: CheckContext) -> Finding:
    """Look at the versions of Pulumi's SDK, of Python and of this package."""
    found = version("pulumi")
    beside = f"bim360-provider {version('bim360-provider')}, Python {platform.python_version()}"
    if (_parse_minor_version(found) or MIN_SDK_VERSION) < MIN_SDK_VERSION:
        return report_failure(f"pulumi {found}, {beside}", "Run: pip install 'pulumi>=3.268,<4'")
    return report_ok(f"pulumi {found}, {beside}")


def check_python(case: CheckContext) -> Finding:
    """Look whether the Python that Pulumi will start knows the provider."""
    command = _find_python(case.sources)
    if command is None:
        return report_failure(
            "there is no python on PATH", "Activate the environment of the stack."
        )
    said = capture_output([command, "-c", IMPORT_PROGRAM], _find_program_folder(case.sources))
    if said is None:
        return report_failure(
            f"{command}, which Pulumi will start, cannot import bim360_provider",
            f"Activate the environment that has it (such as {sys.prefix}), or install it.",
        )
    return report_ok(f"{command} (Python {said}) knows the provider")


def _find_python(sources: Sources) -> str | None:
    """Return the Python that Pulumi starts: of its option, of its variable, or the one on PATH."""
    chosen = _get_runtime_options(sources).get("virtualenv")
    if chosen:
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        return str((sources.folder / str(chosen) / scripts / "python").absolute())
    named = sources.environ.get("PULUMI_PYTHON_CMD")
    return named or shutil.which("python3") or shutil.which("python")


def _find_program_folder(sources: Sources) -> Path:
    main = sources.folder / str(sources.project.get("main") or ".")
    return main if main.is_dir() else main.parent


def _parse_runtime(sources: Sources) -> tuple[str, Mapping[str, Any]]:
    runtime = sources.project.get("runtime")
    if isinstance(runtime, dict):
        options = runtime.get("options")
        return str(runtime.get("name")), options if isinstance(options, dict) else {}
    return str(runtime), {}


def _get_runtime_options(sources: Sources) -> Mapping[str, Any]:
    return _parse_runtime(sources)[1]


def check_project_file(case: CheckContext) -> Finding:
    """Look for what in Pulumi.yaml keeps dynamic providers from starting."""
    sources = case.sources
    if not sources.project:
        return report_skip(f"there is no Pulumi.yaml in {sources.folder}")
    name, options = _parse_runtime(sources)
    if name != "python":
        return report_failure(
            f"its runtime is {name}", "Write `runtime: python`: the provider is dynamic."
        )
    chosen = str(options.get("virtualenv") or options.get("toolchain") or "")
    relative = bool(chosen) and not Path(chosen).is_absolute() and chosen != "pip"
    if relative and _find_program_folder(sources).resolve() != sources.folder.resolve():
        return report_failure(
            f"`{chosen}` of its runtime options and a `main:` in a sub-folder do not go together",
            "Take the option out and activate the environment instead, in CI too: Pulumi looks "
            "for it from the program's folder, and no dynamic provider starts.",
        )
    return report_ok("Pulumi.yaml is as dynamic providers need it")
