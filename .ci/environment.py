"""Builds ``.venv`` from ``requirements.lock``, unless it is up to date.

With the argument ``oldest`` it builds ``.venv-oldest`` from ``requirements-oldest.lock``, which has
the oldest supported versions.

Requires Python only. Debian and its derivatives ship Python without pip and ``ensurepip``, so pip's
wheel is in this folder. pip's usual settings for index, proxy and certificates apply
(``PIP_INDEX_URL``, ``pip.conf``).
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from quietly import ROOT, SetupError, run, say

SUFFIX = "-oldest" if sys.argv[1:] == ["oldest"] else ""
VENV = ROOT / f".venv{SUFFIX}"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / f"requirements{SUFFIX}.lock"
PROJECT = ROOT / "pyproject.toml"
PIP = ROOT / ".ci" / "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"

# Written last: its presence marks a complete environment, its content the inputs of the build.
STAMP = VENV / "built-from.json"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def current_inputs() -> dict[str, str]:
    """Return the inputs of a build now."""
    return {
        "lock": digest(LOCK),
        "pip": PIP_SHA256,
        "project": digest(PROJECT),
        "python": f"{sys.version.split()[0]} in {sys.base_prefix}",
        "root": str(ROOT),
    }


def built_inputs() -> dict[str, str]:
    """Return the inputs of the existing build, or nothing if it is missing or incomplete."""
    try:
        built: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return built if PYTHON.exists() else {}


def changed_inputs() -> set[str]:
    """Return the names of the inputs that differ from those of the existing build.

    Without ``PYTHON=...`` the environment keeps its Python, even if another one is first on PATH.
    """
    built, now = built_inputs(), current_inputs()
    if built and not os.environ.get("PYTHON"):
        now["python"] = built["python"]
    return {name for name, value in now.items() if built.get(name) != value}


@contextlib.contextmanager
def build_lock() -> Iterator[None]:
    """Let a second ``make`` wait while the first one builds; the system releases it at exit."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another make that is setting up .venv ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def base_python() -> str:
    """Return the Python outside of the virtual environment, which may be the one being rebuilt."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}"))


def pip(step: str, *arguments: object) -> None:
    """Run the pip of the environment, isolated from the directory and the user's packages."""
    run(step, PYTHON, "-I", "-m", "pip", "--no-input", "--disable-pip-version-check", *arguments)


def create_empty() -> None:
    """Create a new environment that contains pip only.

    Raises:
        SetupError: This Python has no ``venv``, or the wheel of pip is damaged.
    """
    if digest(PIP) != PIP_SHA256:
        msg = f".ci/{PIP.name} is damaged; restore it with: git checkout .ci"
        raise SetupError(msg)
    shutil.rmtree(VENV, ignore_errors=True)
    run("an empty environment", base_python(), "-m", "venv", "--without-pip", VENV)
    run("pip", PYTHON, "-I", f"{PIP}/pip", "install", "--no-index", "--no-deps", PIP)


def install_locked() -> None:
    """Install the packages of the lock file, and only files with its hashes."""
    say("  fetching the locked packages")
    locked = ("--require-hashes", "--requirement", LOCK, "--progress-bar", "off")
    pip("the locked packages (is the package index reachable?)", "install", *locked)


def install_project() -> None:
    """Install the project, editable, with the build backend of the lock file."""
    editable = ("--no-deps", "--no-build-isolation", "--editable", ROOT)
    pip("the project itself", "install", *editable)


def build(changed: set[str]) -> None:
    """Build the environment, or only install the project again if nothing else changed."""
    started, inputs = time.monotonic(), current_inputs()
    if changed == {"project"}:
        inputs["python"] = built_inputs()["python"]
    STAMP.unlink(missing_ok=True)
    if changed != {"project"}:
        say(f"Setting up {VENV.name} with Python {sys.version.split()[0]}, once ...")
        create_empty()
        install_locked()
    install_project()
    STAMP.write_text(json.dumps(inputs, indent=2) + "\n")
    say(f"Set up {VENV.name} in {time.monotonic() - started:.0f} s.")


def main() -> int:
    """Bring the environment up to date and return the exit status."""
    try:
        if changed_inputs():
            with build_lock():
                changed = changed_inputs()  # again: another make may have built it meanwhile
                if changed:
                    build(changed)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
