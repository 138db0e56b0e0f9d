"""Which Pulumi runs the demo: the one on PATH, one fetched for it, or the local engine."""

import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bim360_provider.doctor.checks.machine import capture_output

__all__ = ["CLI_VERSION", "DemoEngine", "choose_engine"]

CLI_VERSION: Final = "3.274.1"
"""The Pulumi CLI that is fetched: the one that the tests run on."""

INSTALLER_URL: Final = "https://get.pulumi.com"
"""https://www.pulumi.com/docs/iac/download-install/ names this script."""

INSTALLER_TIMEOUT: Final = 4.0
"""Seconds to get the script; a machine without a way there falls back soon."""

INSTALL_TIMEOUT: Final = 180.0
"""Seconds for some 150 MB."""

EngineChoice = Literal["auto", "pulumi", "local"]


@dataclass(frozen=True)
class DemoEngine:
    """What runs a stack.

    Attributes:
        kind: Keeps the states of different engines apart.
        words: Which it is, for people.
        pulumi: The CLI's path; None for the local engine.
    """

    kind: str
    description: str
    pulumi: str | None = None


def choose_engine(
    choice: EngineChoice, folder: Path, say: Callable[[str], None]
) -> DemoEngine | None:
    """Return the engine, or None when the Pulumi CLI was asked for and cannot be had."""
    local = DemoEngine("local", "the local engine of this package, which is not Pulumi")
    if choice == "local":
        return local
    on_path = shutil.which("pulumi")
    if on_path and (version := _read_version(on_path)) is not None:
        return DemoEngine("pulumi", f"the Pulumi CLI on PATH ({version}, {on_path})", on_path)
    fetched = folder / "bin" / "pulumi"
    if not fetched.exists():
        say(
            f"No Pulumi CLI on PATH; trying the official installer ({INSTALLER_URL}, {CLI_VERSION})."
        )
        reason = _install_cli(folder)
        if reason:
            say(f"It could not be installed: {reason}.")
    if fetched.exists() and (version := _read_version(str(fetched))) is not None:
        return DemoEngine("pulumi", f"the Pulumi CLI installed for it ({version})", str(fetched))
    return local if choice == "auto" else None


def _read_version(pulumi: str) -> str | None:
    """Return what a CLI says of its version; None if it does not run at all."""
    said = capture_output([pulumi, "version"], extra_environ={"PULUMI_SKIP_UPDATE_CHECK": "1"})
    # A CLI built from source says no version, and runs all the same.
    return "it does not say its version" if said == "" else said


def _install_cli(folder: Path) -> str | None:
    """Run the official installer; return why it failed, or None."""
    if sys.platform == "win32":
        return (
            "the installer is a shell script; see https://www.pulumi.com/docs/iac/download-install/"
        )
    try:
        with urllib.request.urlopen(INSTALLER_URL, timeout=INSTALLER_TIMEOUT) as answer:
            script = answer.read()
    except OSError as error:
        return f"no way to {INSTALLER_URL} ({getattr(error, 'reason', error)})"
    arguments = ["--version", CLI_VERSION, "--install-root", str(folder), "--no-edit-path"]
    try:
        ran = subprocess.run(  # noqa: S603 - the vendor's own installer, as its page says to run it
            ["sh", "-s", "--", *arguments],  # noqa: S607 - sh is where the system has it
            input=script,
            capture_output=True,
            timeout=INSTALL_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the installer did not end well ({type(error).__name__})"
    said: Mapping[bool, str] = {True: "it ended without a CLI", False: _get_last_line(ran.stderr)}
    return None if (folder / "bin" / "pulumi").exists() else said[ran.returncode == 0]


def _get_last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the installer said nothing"
