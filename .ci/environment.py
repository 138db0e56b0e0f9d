"""Builds ``.venv`` from ``requirements.lock``, and does nothing where that is done already.

Needs a Python and nothing else. Debian and its kin ship one with neither pip nor ``ensurepip``, so
pip's own wheel lies beside this file. Index, proxy and certificates are pip's usual settings
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

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
PIP = ROOT / ".ci" / "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"

# Written last: its presence says that the environment is whole, its words what it was made from.
STAMP = VENV / "built-from.json"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wanted() -> dict[str, str]:
    """Return what an environment built now would be made from."""
    return {
        "lock": digest(LOCK),
        "pip": PIP_SHA256,
        "project": digest(PROJECT),
        "python": f"{sys.version.split()[0]} in {sys.base_prefix}",
        "root": str(ROOT),
    }


def present() -> dict[str, str]:
    """Return what the environment was made from, or nothing where it is missing or unfinished."""
    try:
        built: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return built if PYTHON.exists() else {}


def differences() -> set[str]:
    """Return which ingredients of the environment are not the wanted ones.

    Without ``PYTHON=...`` the Python of the environment stays, whichever is first on PATH today.
    """
    built, now = present(), wanted()
    if built and not os.environ.get("PYTHON"):
        now["python"] = built["python"]
    return {name for name, value in now.items() if built.get(name) != value}


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Keep a second ``make`` waiting while the first one builds; the system frees it at exit."""
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
    """Return the Python outside of any virtual environment, which may be the one being rebuilt."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}"))


def pip(step: str, *arguments: object) -> None:
    """Run the environment's own pip, deaf to the directory and the user's site-packages."""
    run(step, PYTHON, "-I", "-m", "pip", "--no-input", "--disable-pip-version-check", *arguments)


def make_empty() -> None:
    """Make a fresh environment with pip in it.

    Raises:
        SetupError: The Python here has no ``venv``, or the pip beside this file is damaged.
    """
    if digest(PIP) != PIP_SHA256:
        msg = f".ci/{PIP.name} is damaged; bring it back with: git checkout .ci"
        raise SetupError(msg)
    shutil.rmtree(VENV, ignore_errors=True)
    run("an empty environment", base_python(), "-m", "venv", "--without-pip", VENV)
    run("pip", PYTHON, "-I", f"{PIP}/pip", "install", "--no-index", "--no-deps", PIP)


def install_locked() -> None:
    """Install what the lock names, and only files with the hashes it names."""
    say("  fetching the locked packages")
    locked = ("--require-hashes", "--requirement", LOCK, "--progress-bar", "off")
    pip("the locked packages (is the package index within reach?)", "install", *locked)


def install_project() -> None:
    """Install the project itself, editable, with the build backend that the lock brought."""
    editable = ("--no-deps", "--no-build-isolation", "--editable", ROOT)
    pip("the project itself", "install", *editable)


def build(changed: set[str]) -> None:
    """Build the environment, or only its link to the project where nothing else changed."""
    started, made_from = time.monotonic(), wanted()
    if changed == {"project"}:
        made_from["python"] = present()["python"]
    STAMP.unlink(missing_ok=True)
    if changed != {"project"}:
        say(f"Setting up .venv with Python {sys.version.split()[0]}, once ...")
        make_empty()
        install_locked()
    install_project()
    STAMP.write_text(json.dumps(made_from, indent=2) + "\n")
    say(f"Set up .venv in {time.monotonic() - started:.0f} s.")


def main() -> int:
    """Bring the environment up to date and return the exit status."""
    try:
        if differences():
            with alone():
                changed = differences()  # again: the make we waited for may have done it
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
