"""Setting up asks for a Python alone, builds only what is missing, and explains itself."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import environment
import pytest
import quietly

from tests.meta.tree import ROOT

Steps = list[str]


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """Return a folder for PATH that has a shell's barest tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")
    return folder


def _fake_python(folder: Path, name: str, version: str) -> None:
    """Put a Python on PATH that knows its version; as a script's interpreter it names itself."""
    old = "exit 1" if version.startswith(("2.", "3.9")) else "exit 0"
    body = f'if [ "$1" = -c ]; then printf {version}; {old}; fi; echo "{name} runs $1"'
    _write_script(folder / name, body)


def _write_script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def _set_up(folder: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh", ROOT / ".ci/setup"],
        env={"PATH": str(folder), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_refused_in_one_line(bin_folder: Path) -> None:
    """The line names the version found, the one needed, and the way out."""
    _fake_python(bin_folder, "python3", "3.9.18")

    done = _set_up(bin_folder)

    assert done.returncode == 1
    assert done.stderr == (
        "bim360-provider needs Python 3.10 or newer, but python3 is 3.9.18. "
        "Install one, or say where it is: make PYTHON=/path/to/python3.12 ...\n"
    )


def test_no_python_at_all_is_said_too(bin_folder: Path) -> None:
    """Not a shell's `command not found`."""
    done = _set_up(bin_folder, PYTHON="python3.99")

    assert done.returncode == 1
    assert "none of these starts: python3.99." in done.stderr


def test_the_newest_python_that_starts_is_taken(bin_folder: Path) -> None:
    """Version managers leave commands on PATH that do not start."""
    _write_script(bin_folder / "python3.13", "exit 127")
    _fake_python(bin_folder, "python3.12", "3.12.1")
    _fake_python(bin_folder, "python3", "3.10.13")

    done = _set_up(bin_folder)

    assert done.stdout == f"python3.12 runs {ROOT}/.ci/environment.py\n"


def test_a_named_python_is_taken_before_all_others(bin_folder: Path) -> None:
    """`make test PYTHON=python3.10` tests what it says."""
    _fake_python(bin_folder, "python3.12", "3.12.1")
    _fake_python(bin_folder, "python3.10", "3.10.13")

    done = _set_up(bin_folder, PYTHON="python3.10")

    assert done.stdout.startswith("python3.10 runs ")


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Move the environment to an empty place where steps are noted instead of done."""
    noted: Steps = []
    venv = tmp_path / ".venv"
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "PYTHON", venv / "bin/python")
    monkeypatch.setattr(environment, "STAMP", venv / "built-from.json")
    monkeypatch.setattr(environment, "run", _note(noted, venv))
    for name in ("LOCK", "PROJECT"):
        copy = tmp_path / name
        copy.write_text(name)
        monkeypatch.setattr(environment, name, copy)
    return noted


def _note(noted: Steps, venv: Path) -> Callable[..., None]:
    def run(step: str, *_: object) -> None:
        noted.append(step.split(" (", maxsplit=1)[0])
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        (venv / "bin/python").touch()

    return run


def test_everything_is_built_once(steps: Steps) -> None:
    """A second make starts at once."""
    first = environment.main()
    second = environment.main()

    assert (first, second) == (0, 0)
    assert steps == ["an empty environment", "pip", "the locked packages", "the project itself"]


def test_another_lock_builds_the_environment_anew(steps: Steps) -> None:
    """What left the lock must not be found by accident."""
    environment.main()
    steps.clear()
    environment.LOCK.write_text("other")

    environment.main()

    assert len(steps) == 4


def test_a_change_of_pyproject_only_links_the_project_again(steps: Steps) -> None:
    """Editing a linter's settings costs a second, not half a minute."""
    environment.main()
    steps.clear()
    environment.PROJECT.write_text("other")

    environment.main()
    environment.main()

    assert steps == ["the project itself"]


def test_an_interrupted_build_is_built_anew(steps: Steps) -> None:
    """Half an environment is none."""
    environment.main()
    steps.clear()
    environment.STAMP.write_text('{"lock": ')

    environment.main()

    assert len(steps) == 4


def test_an_environment_keeps_its_python(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer Python on PATH is no reason to build anew; `PYTHON=` is."""
    environment.main()
    steps.clear()
    monkeypatch.setattr(sys, "version", "3.99.0 (another)")

    environment.main()
    kept = list(steps)
    monkeypatch.setenv("PYTHON", "python3.99")
    environment.main()

    assert kept == []
    assert len(steps) == 4


def test_a_damaged_pip_is_refused(
    steps: Steps,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What installs everything else is checked first."""
    monkeypatch.setattr(environment, "PIP", tmp_path / "pip.whl")
    environment.PIP.write_bytes(b"damaged")

    status = environment.main()

    assert status == 1
    assert steps == []
    assert capsys.readouterr().err == (
        ".ci/pip.whl is damaged; bring it back with: git checkout .ci\n"
    )


def test_a_second_make_waits_for_the_first(
    steps: Steps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at once would build into each other."""
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    said: list[str] = []

    def first_make_ends(line: str) -> None:
        if not said:
            os.close(handle)
        said.append(line)

    monkeypatch.setattr(environment, "say", first_make_ends)
    environment.main()

    assert said[0] == "Waiting for another make that is setting up .venv ..."
    assert len(steps) == 4


def test_a_step_that_fails_shows_its_last_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """The reason, without the packages that went well before."""
    script = "print('Collecting grpcio'); print('no space left'); raise SystemExit(1)"

    with pytest.raises(quietly.SetupError, match=r"stopped at the packages; the lines above say"):
        quietly.run("the packages", sys.executable, "-c", script)

    assert capsys.readouterr().out == "no space left\n"


def test_settings_for_other_places_do_not_reach_pip(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`PIP_TARGET` would put the packages elsewhere; the index stays the user's choice."""
    monkeypatch.setenv("PIP_TARGET", "elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example")
    script = "import os; print(os.environ.get('PIP_TARGET'), os.environ['PIP_INDEX_URL']); exit(1)"

    with pytest.raises(quietly.SetupError):
        quietly.run("a look", sys.executable, "-c", script)

    assert capsys.readouterr().out == "None https://index.example\n"


def test_long_steps_report_from_time_to_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Silence for more than two seconds looks like a hang."""
    ticks = count(step=1.5)
    monkeypatch.setattr(quietly, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    lines = [f"Collecting package-{number}" for number in range(5)]

    passed_on = list(quietly.progress([*lines, "Installing collected packages: all"]))

    assert len(passed_on) == 6
    assert capsys.readouterr().out == (
        "  2 packages so far\n  4 packages so far\n  unpacking 5 packages\n"
    )
