"""Setting up finds a suitable Python, or reports in one line that there is none."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.meta.source_files import ROOT


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """Return a folder for PATH with a shell's basic tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")
    return folder


def _fake_python(folder: Path, name: str, version: str) -> None:
    """Put a Python with this version on PATH; as a script's interpreter it prints its name."""
    old = "exit 1" if version.startswith(("2.", "3.9")) else "exit 0"
    body = f'if [ "$1" = -c ]; then printf {version}; {old}; fi; echo "{name} runs $1"'
    _write_script(folder / name, body)


def _write_script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def _set_up(folder: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - the test's own command
        ["/bin/sh", ROOT / ".ci/setup"],
        env={"PATH": str(folder), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_refused_in_one_line(bin_folder: Path) -> None:
    """The line has the version found, the one needed, and the way out."""
    _fake_python(bin_folder, "python3", "3.9.18")

    completed = _set_up(bin_folder)

    assert completed.returncode == 1
    assert completed.stderr == (
        "bim360-provider requires Python 3.10 or newer, but python3 is 3.9.18. "
        "Install it, or set its path: make PYTHON=/path/to/python3.12 ...\n"
    )


def test_a_missing_python_is_reported_too(bin_folder: Path) -> None:
    """Not a shell's `command not found`."""
    completed = _set_up(bin_folder, PYTHON="python3.99")

    assert completed.returncode == 1
    assert "none of these starts: python3.99." in completed.stderr


def test_the_newest_python_that_starts_is_used(bin_folder: Path) -> None:
    """Version managers leave commands on PATH that do not start."""
    _write_script(bin_folder / "python3.13", "exit 127")
    _fake_python(bin_folder, "python3.12", "3.12.1")
    _fake_python(bin_folder, "python3", "3.10.13")

    completed = _set_up(bin_folder)

    assert completed.stdout == f"python3.12 runs {ROOT}/.ci/environment.py\n"


def test_a_named_python_takes_precedence(bin_folder: Path) -> None:
    """`make test PYTHON=python3.10` uses that version."""
    _fake_python(bin_folder, "python3.12", "3.12.1")
    _fake_python(bin_folder, "python3.10", "3.10.13")

    completed = _set_up(bin_folder, PYTHON="python3.10")

    assert completed.stdout.startswith("python3.10 runs ")
