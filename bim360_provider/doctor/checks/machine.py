"""Checks of this machine: Pulumi CLI, SDK, Pulumi.yaml and the Python that Pulumi starts."""

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
"""Seconds for a command; its first start may be slow."""

MIN_CLI_VERSION: Final = (3, 254)
"""The first CLI that accepts an import file with outputs."""

MIN_SDK_VERSION: Final = (3, 142)
"""The oldest SDK that is tested; ``make test-oldest`` runs with it."""

CLI_INSTALL_URL: Final = "https://www.pulumi.com/docs/iac/download-install/"
IMPORT_PROGRAM: Final = "import bim360_provider, pulumi, sys; print(sys.version.split()[0])"


def capture_output(
    command: list[str], folder: Path | None = None, extra_environ: Mapping[str, str] | None = None
) -> str | None:
    """Return the output of a command; None if it cannot start or fails."""
    try:
        process = subprocess.run(  # noqa: S603 - a program of the user with fixed arguments
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
    return None if process.returncode else process.stdout.strip()


def check_pulumi_cli(_context: CheckContext) -> Finding:
    """Check that the Pulumi CLI is on PATH and not older than the SDK."""
    path = shutil.which("pulumi")
    if path is None:
        return report_warning("`pulumi` is not on PATH", f"Install it: {CLI_INSTALL_URL}")
    output = capture_output([path, "version"], extra_environ={"PULUMI_SKIP_UPDATE_CHECK": "1"})
    if output is None:
        return report_failure(f"{path} does not run", f"Install it again: {CLI_INSTALL_URL}")
    cli, sdk = _parse_minor_version(output), _parse_minor_version(version("pulumi"))
    if cli is None:
        return report_warning(f"{path} reports no version", f"Install a release: {CLI_INSTALL_URL}")
    if cli < MIN_CLI_VERSION:
        return report_warning(
            f"{output} ({path}) cannot import existing resources",
            f"Install 3.254 or newer: {CLI_INSTALL_URL}",
        )
    if cli < (sdk or cli):
        return report_warning(
            f"{output} ({path}) is older than the SDK {version('pulumi')}",
            f"Install this minor version or a newer one: {CLI_INSTALL_URL}",
        )
    return report_ok(f"{output} ({path})")


def check_sdk(_context: CheckContext) -> Finding:
    """Check the version of Pulumi's SDK; report those of Python and of this package."""
    sdk = version("pulumi")
    others = f"bim360-provider {version('bim360-provider')}, Python {platform.python_version()}"
    if (_parse_minor_version(sdk) or MIN_SDK_VERSION) < MIN_SDK_VERSION:
        return report_failure(f"pulumi {sdk}, {others}", "Run: pip install 'pulumi>=3.142,<4'")
    return report_ok(f"pulumi {sdk}, {others}")


def check_python(context: CheckContext) -> Finding:
    """Check that the Python that Pulumi starts can import the provider."""
    command = _find_python(context.sources)
    if command is None:
        return report_failure(
            "Python is not on PATH", "Activate the Python environment of the stack."
        )
    output = capture_output([command, "-c", IMPORT_PROGRAM], _find_program_folder(context.sources))
    if output is None:
        return report_failure(
            f"{command}, which Pulumi starts, cannot import bim360_provider",
            f"Activate the environment that contains it (such as {sys.prefix}), or install it.",
        )
    return report_ok(f"{command} (Python {output}) can import the provider")


def check_project_file(context: CheckContext) -> Finding:
    """Check that Pulumi.yaml does not prevent dynamic providers from starting."""
    sources = context.sources
    if not sources.project:
        return report_skip(f"there is no Pulumi.yaml in {sources.folder}")
    name, options = _parse_runtime(sources)
    if name != "python":
        return report_failure(f"the runtime in Pulumi.yaml is {name}", "Set `runtime: python`.")
    environment = str(options.get("virtualenv") or options.get("toolchain") or "")
    is_relative = bool(environment) and not Path(environment).is_absolute() and environment != "pip"
    if is_relative and _find_program_folder(sources).resolve() != sources.folder.resolve():
        return report_failure(
            f"`{environment}` in the runtime options does not work with a `main:` in a subfolder",
            "Remove the option and activate the environment instead, also in CI: Pulumi searches "
            "for it in the folder of the program, so no dynamic provider starts.",
        )
    return report_ok("Pulumi.yaml supports dynamic providers")


def _parse_minor_version(text: str) -> tuple[int, int] | None:
    match = re.search(r"(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def _find_python(sources: Sources) -> str | None:
    """Return the Python that Pulumi starts: by option, by variable, or from PATH."""
    virtualenv = _get_runtime_options(sources).get("virtualenv")
    if virtualenv:
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        return str((sources.folder / str(virtualenv) / scripts / "python").absolute())
    command = sources.environ.get("PULUMI_PYTHON_CMD")
    return command or shutil.which("python3") or shutil.which("python")


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
