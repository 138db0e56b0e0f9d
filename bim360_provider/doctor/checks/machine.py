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

from bim360_provider.doctor.context import Case, Finding, failed, fine, skipped, warned
from bim360_provider.doctor.sources import Sources

__all__ = ["project_file", "pulumi_cli", "python", "said_by", "sdk"]

SECONDS: Final = 30.0
"""Seconds for a command: the first start on a cold disk is slow."""

IMPORTS: Final = (3, 254)
"""The first CLI that takes an import file with outputs."""

OLDEST_SDK: Final = (3, 268)
"""The first SDK whose host finds the provider for `.get()`."""

CLI_PAGE: Final = "https://www.pulumi.com/docs/iac/download-install/"
PROGRAM: Final = "import bim360_provider, pulumi, sys; print(sys.version.split()[0])"


def said_by(
    command: list[str], folder: Path | None = None, more: Mapping[str, str] | None = None
) -> str | None:
    """Return what a command prints; None if it does not run, or fails."""
    try:
        ran = subprocess.run(  # noqa: S603 - a program that the person has, with fixed arguments
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env={**os.environ, **(more or {})},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if ran.returncode else ran.stdout.strip()


def _minor(words: str) -> tuple[int, int] | None:
    found = re.search(r"(\d+)\.(\d+)", words)
    return (int(found[1]), int(found[2])) if found else None


def pulumi_cli(_case: Case) -> Finding:
    """Look for the CLI, and whether it fits the SDK."""
    path = shutil.which("pulumi")
    if path is None:
        return warned("there is no `pulumi` on PATH", f"Install it: {CLI_PAGE}")
    words = said_by([path, "version"], more={"PULUMI_SKIP_UPDATE_CHECK": "1"})
    if words is None:
        return failed(f"{path} does not run", f"Install it anew: {CLI_PAGE}")
    cli, mine = _minor(words), _minor(version("pulumi"))
    if cli is None:
        return warned(f"{path} does not say its version", "One from Pulumi's own page does.")
    if cli < IMPORTS:
        return warned(
            f"{words} ({path}) cannot import what exists", f"Take 3.254 or newer: {CLI_PAGE}"
        )
    if cli < (mine or cli):
        return warned(
            f"{words} ({path}) is older than the SDK {version('pulumi')}",
            f"Install the minor version of the SDK, or a newer one: {CLI_PAGE}",
        )
    return fine(f"{words} ({path})")


def sdk(_case: Case) -> Finding:
    """Look at the versions of Pulumi's SDK, of Python and of this package."""
    found = version("pulumi")
    beside = f"bim360-provider {version('bim360-provider')}, Python {platform.python_version()}"
    if (_minor(found) or OLDEST_SDK) < OLDEST_SDK:
        return failed(f"pulumi {found}, {beside}", "Run: pip install 'pulumi>=3.268,<4'")
    return fine(f"pulumi {found}, {beside}")


def python(case: Case) -> Finding:
    """Look whether the Python that Pulumi will start knows the provider."""
    command = _python(case.sources)
    if command is None:
        return failed("there is no python on PATH", "Activate the environment of the stack.")
    said = said_by([command, "-c", PROGRAM], _program(case.sources))
    if said is None:
        return failed(
            f"{command}, which Pulumi will start, cannot import bim360_provider",
            f"Activate the environment that has it (such as {sys.prefix}), or install it.",
        )
    return fine(f"{command} (Python {said}) knows the provider")


def _python(sources: Sources) -> str | None:
    """Return the Python that Pulumi starts: of its option, of its variable, or the one on PATH."""
    chosen = _options(sources).get("virtualenv")
    if chosen:
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        return str((sources.folder / str(chosen) / scripts / "python").absolute())
    named = sources.environ.get("PULUMI_PYTHON_CMD")
    return named or shutil.which("python3") or shutil.which("python")


def _program(sources: Sources) -> Path:
    main = sources.folder / str(sources.project.get("main") or ".")
    return main if main.is_dir() else main.parent


def _runtime(sources: Sources) -> tuple[str, Mapping[str, Any]]:
    runtime = sources.project.get("runtime")
    if isinstance(runtime, dict):
        options = runtime.get("options")
        return str(runtime.get("name")), options if isinstance(options, dict) else {}
    return str(runtime), {}


def _options(sources: Sources) -> Mapping[str, Any]:
    return _runtime(sources)[1]


def project_file(case: Case) -> Finding:
    """Look for what in Pulumi.yaml keeps dynamic providers from starting."""
    sources = case.sources
    if not sources.project:
        return skipped(f"there is no Pulumi.yaml in {sources.folder}")
    name, options = _runtime(sources)
    if name != "python":
        return failed(f"its runtime is {name}", "Write `runtime: python`: the provider is dynamic.")
    chosen = str(options.get("virtualenv") or options.get("toolchain") or "")
    relative = bool(chosen) and not Path(chosen).is_absolute() and chosen != "pip"
    if relative and _program(sources).resolve() != sources.folder.resolve():
        return failed(
            f"`{chosen}` of its runtime options and a `main:` in a sub-folder do not go together",
            "Take the option out and activate the environment instead, in CI too: Pulumi looks "
            "for it from the program's folder, and no dynamic provider starts.",
        )
    return fine("Pulumi.yaml is as dynamic providers need it")
