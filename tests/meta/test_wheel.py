"""The wheel is all that another stack needs: built, installed and used outside of this tree."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from bim360_provider.emulator.page.rendering import TEMPLATE_FOLDER
from tests.meta.source_files import ROOT

STACK = """
from bim360_provider import Bim360Project

Bim360Project(
    "tower", name="Tower", start_date="2030-01-01", end_date="2031-01-01",
    project_type="Office", value=1, currency="EUR",
)
"""

# Up, up again, destroy; prints what happened each time, then where the package came from.
JOURNEY = """
import json, pathlib, bim360_provider
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, serve
from bim360_provider.testing import LocalEngine

with serve() as hq:
    env = {
        "APS_CLIENT_ID": CLIENT_ID, "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID, "BIM360_BASE_URL": hq.url,
    }
    engine = LocalEngine(pathlib.Path.cwd(), stack="there", env=env)
    for run in (engine.up, engine.up, engine.destroy):
        result = run()
        print(json.dumps([result.ok, result.changes, list(result.errors)]))
print(bim360_provider.__file__)
"""


def _run(*command: object, cwd: Path) -> str:
    """Run a command outside of this repository, and return its output."""
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    completed = subprocess.run(  # noqa: S603 - the test's own commands
        [str(part) for part in command],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    out = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", out, cwd=ROOT)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own, and return that environment's Python.

    Other packages are looked up in this environment, so that nothing is downloaded; the path
    file names their folder only, hence this repository's own editable install stays out.
    """
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    _run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home.parent)
    executable = home / "bin" / "python"
    install = ("--python", executable, "install", "--no-index", "--no-deps", wheel)
    _run(sys.executable, "-m", "pip", "--quiet", *install, cwd=home.parent)
    (site,) = home.glob("lib/python*/site-packages")
    (site / "third_party.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return executable


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """It contains the licence and the types marker, but no tests and stacks."""
    names = zipfile.ZipFile(wheel).namelist()

    tops = {name.split("/")[0] for name in names}
    assert tops == {"bim360_provider", wheel.name.rsplit("-", 3)[0] + ".dist-info"}
    assert "bim360_provider/py.typed" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert not [name for name in names if name.endswith((".pyc", ".orig", ".rej"))]


def test_every_module_is_in_the_wheel(wheel: Path) -> None:
    """A folder without `__init__.py` would only be missed by users."""
    names = set(zipfile.ZipFile(wheel).namelist())
    here = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("bim360_provider/**/*.py")}

    assert here - names == set()


def test_the_templates_of_the_page_are_in_the_wheel(wheel: Path) -> None:
    """Without them, only an editable install could show the page."""
    names = set(zipfile.ZipFile(wheel).namelist())
    here = {path.relative_to(ROOT).as_posix() for path in TEMPLATE_FOLDER.iterdir()}

    assert here - names == set()


def test_a_stack_elsewhere_works_with_the_wheel_alone(python: Path, tmp_path: Path) -> None:
    """Up creates, up again does nothing, destroy archives: in a folder that has only a stack."""
    (tmp_path / "Pulumi.yaml").write_text("name: elsewhere\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(STACK)

    *runs, origin = _run(python, "-c", JOURNEY, cwd=tmp_path).splitlines()

    assert runs == [
        '[true, {"create": 2}, []]',
        '[true, {"same": 2}, []]',
        '[true, {"delete": 2}, []]',
    ]
    assert Path(origin).is_relative_to(python.parent.parent)


def test_the_provider_needs_none_of_the_extras(python: Path, tmp_path: Path) -> None:
    """`pip install bim360-provider` without extras is enough for `pulumi up`."""
    probe = (
        "import sys, bim360_provider, bim360_provider.dynamic.providers\n"
        "print(*sorted({'typer', 'rich', 'jinja2', 'uvicorn', 'pytest'} & set(sys.modules)))"
    )

    assert _run(python, "-c", probe, cwd=tmp_path).split() == []
