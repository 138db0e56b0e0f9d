"""Chooses the engine of the demo: the Pulumi CLI on PATH or installed for it, or the local one."""

import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bim360_provider.doctor.checks.machine import capture_output

__all__ = ["CLI_VERSION", "DemoEngine", "choose_engine"]

CLI_VERSION: Final = "3.274.1"
"""Version of the Pulumi CLI that is installed, the same as in the tests."""

INSTALLER_URL: Final = "https://get.pulumi.com"
"""The official install script (https://www.pulumi.com/docs/iac/download-install/)."""

INSTALLER_TIMEOUT: Final = 4.0
"""Seconds to download the script; a machine without internet access falls back quickly."""

INSTALL_TIMEOUT: Final = 180.0
"""Seconds to install about 150 MB."""

EngineChoice = Literal["auto", "pulumi", "local"]


@dataclass(frozen=True)
class DemoEngine:
    """An engine that runs a stack.

    Attributes:
        kind: Name of the folder with this engine's state.
        description: The engine and its version, as printed.
        pulumi: Path of the Pulumi CLI; None for the local engine.
    """

    kind: str
    description: str
    pulumi: str | None = None


def choose_engine(
    choice: EngineChoice, folder: Path, notify: Callable[[str], None]
) -> DemoEngine | None:
    """Return the engine, or None if the Pulumi CLI was requested and is not available.

    Args:
        choice: The requested engine.
        folder: Folder where the Pulumi CLI is installed.
        notify: Prints a progress message.
    """
    local = DemoEngine("local", "the local engine, which is not Pulumi")
    if choice == "local":
        return local
    on_path = shutil.which("pulumi")
    if on_path and (version := _read_version(on_path)) is not None:
        return DemoEngine("pulumi", f"the Pulumi CLI on PATH ({version})", on_path)
    installed = folder / "bin" / "pulumi"
    if not installed.exists():
        notify(
            f"The Pulumi CLI is not on PATH; installing {CLI_VERSION} with the official script "
            f"({INSTALLER_URL})."
        )
        reason = _install_cli(folder)
        if reason:
            notify(f"The Pulumi CLI could not be installed: {reason}.")
    if installed.exists() and (version := _read_version(str(installed))) is not None:
        return DemoEngine(
            "pulumi", f"the Pulumi CLI installed for the demo ({version})", str(installed)
        )
    return local if choice == "auto" else None


def _read_version(pulumi: str) -> str | None:
    """Return the version of a CLI; None if it does not run."""
    output = capture_output([pulumi, "version"], extra_environ={"PULUMI_SKIP_UPDATE_CHECK": "1"})
    # A CLI that was built from source may print no version, but works.
    return "unknown version" if output == "" else output


def _install_cli(folder: Path) -> str | None:
    """Run the official installer; return why it failed, or None."""
    if sys.platform == "win32":
        return (
            "the installer is a shell script; see https://www.pulumi.com/docs/iac/download-install/"
        )
    try:
        with urllib.request.urlopen(INSTALLER_URL, timeout=INSTALLER_TIMEOUT) as response:
            script = response.read()
    except OSError as error:
        return f"{INSTALLER_URL} is not reachable ({getattr(error, 'reason', error)})"
    arguments = ["--version", CLI_VERSION, "--install-root", str(folder), "--no-edit-path"]
    try:
        process = subprocess.run(  # noqa: S603 - the vendor's installer, run as documented
            ["sh", "-s", "--", *arguments],  # noqa: S607 - sh is found on PATH
            input=script,
            capture_output=True,
            timeout=INSTALL_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the installer failed ({type(error).__name__})"
    if (folder / "bin" / "pulumi").exists():
        return None
    if process.returncode:
        return _get_last_line(process.stderr)
    return "the installer ended without installing it"


def _get_last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the installer failed without a message"
