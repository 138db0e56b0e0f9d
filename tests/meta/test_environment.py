"""The environment is built once, from the lock alone, and reports its progress."""

import fcntl
import os
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import environment
import pytest
import quietly

Steps = list[str]


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Move the environment to an empty folder, and record its steps without running them."""
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


def test_a_changed_lock_rebuilds_the_environment(steps: Steps) -> None:
    """A package that left the lock must not be found by accident."""
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


def test_an_interrupted_build_is_repeated(steps: Steps) -> None:
    """Half an environment is not used."""
    environment.main()
    steps.clear()
    environment.STAMP.write_text('{"lock": ')

    environment.main()

    assert len(steps) == 4


def test_an_environment_keeps_its_python(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer Python on PATH does not cause a rebuild; `PYTHON=` does."""
    environment.main()
    steps.clear()
    monkeypatch.setattr(sys, "version", "3.99.0 (another)")

    environment.main()
    kept_steps = list(steps)
    monkeypatch.setenv("PYTHON", "python3.99")
    environment.main()

    assert kept_steps == []
    assert len(steps) == 4


def test_a_damaged_pip_is_refused(
    steps: Steps,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The tool that installs everything else is checked first."""
    monkeypatch.setattr(environment, "PIP", tmp_path / "pip.whl")
    environment.PIP.write_bytes(b"damaged")

    status = environment.main()

    assert status == 1
    assert steps == []
    assert capsys.readouterr().err == (
        ".ci/pip.whl is damaged; restore it with: git checkout .ci\n"
    )


def test_a_second_make_waits_for_the_first(
    steps: Steps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at once would build into each other."""
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    output: list[str] = []

    def first_make_ends(line: str) -> None:
        if not output:
            os.close(handle)
        output.append(line)

    monkeypatch.setattr(environment, "say", first_make_ends)
    environment.main()

    assert output[0] == "Waiting for another make that is setting up .venv ..."
    assert len(steps) == 4


def test_a_step_that_fails_shows_its_last_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """The reason, without the packages that were installed before."""
    script = "print('Collecting grpcio'); print('no space left'); raise SystemExit(1)"

    with pytest.raises(quietly.SetupError, match=r"failed at the packages; see the lines above"):
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
