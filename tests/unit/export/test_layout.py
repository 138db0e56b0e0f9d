"""Detect from its source whether a project's program runs an exported file."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bim360_provider.errors import InputError
from bim360_provider.export.files import StackPaths
from bim360_provider.export.program_check import is_file_run, require_run
from bim360_provider.export.pulumi_project import read_layout
from tests.meta.source_files import ROOT

PYTHON = "name: firm\nruntime: python\n"

LAUNCHER = (ROOT / "stacks" / "__main__.py").read_text(encoding="utf-8")

FOLDER = f"{PYTHON}main: infra\n"
FILE = f"{PYTHON}main: app.py\n"

RUN: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "no program": (PYTHON, {}),
    "a launcher": (FOLDER, {"infra/__main__.py": LAUNCHER}),
    "an import": (PYTHON, {"__main__.py": "import existing\n"}),
    "names from it": (PYTHON, {"__main__.py": "from existing import north\n"}),
    "an import for one stack": (
        PYTHON,
        {"__main__.py": "import pulumi\nif pulumi.get_stack() == 'existing':\n import existing\n"},
    ),
    "an import by name": (
        PYTHON,
        {"__main__.py": "import importlib\nimportlib.import_module('existing')\n"},
    ),
    "an import by the stack's name": (
        PYTHON,
        {"__main__.py": "import importlib as i, pulumi\ni.import_module(pulumi.get_stack())\n"},
    ),
    "a module between": (
        FOLDER,
        {"infra/__main__.py": "import parts\n", "infra/parts.py": "import existing\n"},
    ),
    "a package between": (
        PYTHON,
        {
            "__main__.py": "from parts import all\n",
            "parts/__init__.py": "",
            "parts/all.py": "from .. import existing\nimport existing\n",
        },
    ),
    "the file by its name": (FILE, {"app.py": "import runpy\nrunpy.run_path('existing.py')\n"}),
    "a file that can import": (
        FILE,
        {"app.py": "import sys\nsys.path.append('.')\nimport existing\n"},
    ),
    "every file": (
        PYTHON,
        {"__main__.py": "import pathlib, runpy\n[runpy.run_path(f) for f in pathlib.Path()]\n"},
    ),
}

CONDITIONAL_RUN: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "an elif for the stack": (
        PYTHON,
        {
            "__main__.py": 'import pulumi\nif pulumi.get_stack() == "prod":\n    pass\n'
            'elif pulumi.get_stack() == "existing":\n    import existing\n'
        },
    ),
    "the else of another stack": (
        PYTHON,
        {
            "__main__.py": 'import pulumi\nif pulumi.get_stack() == "prod":\n    pass\n'
            "else:\n    import existing\n"
        },
    ),
    "a condition that only a run shows": (
        PYTHON,
        {"__main__.py": "import os\nif os.environ:\n    import existing\n"},
    ),
}

NOT_RUN: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "a new program": (PYTHON, {"__main__.py": "import pulumi\n"}),
    "an empty program": (PYTHON, {"__main__.py": ""}),
    "an import of another file": (PYTHON, {"__main__.py": "import other\n"}),
    "a comment": (PYTHON, {"__main__.py": "# import existing\n"}),
    "an import for another stack": (
        PYTHON,
        {"__main__.py": 'import pulumi\nif pulumi.get_stack() == "prod":\n    import existing\n'},
    ),
    "an import for all other stacks": (
        PYTHON,
        {
            "__main__.py": "from pulumi import get_stack\n"
            'if "existing" != get_stack():\n    import existing\n'
        },
    ),
    "an import that is switched off": (PYTHON, {"__main__.py": "if False:\n    import existing\n"}),
    "an import for a type checker": (
        PYTHON,
        {
            "__main__.py": "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    import existing\n"
        },
    ),
    "the run of another file": (
        PYTHON,
        {"__main__.py": "import runpy\nrunpy.run_path('other.py')\n"},
    ),
    "the import of a neighbour in a file": (FILE, {"app.py": "import existing\n"}),
    "a relative import in a folder": (
        FOLDER,
        {"infra/__init__.py": "", "infra/__main__.py": "from . import existing\n"},
    ),
    "the wrong folder": (FOLDER, {"infra/__main__.py": "import stacks.existing\n"}),
}


def write_project(folder: Path, project: str, files: Mapping[str, str]) -> None:
    """Write a project."""
    for name, text in {"Pulumi.yaml": project, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", [*RUN, *CONDITIONAL_RUN])
def test_a_program_runs_the_file_with(tmp_path: Path, name: str) -> None:
    """The export continues."""
    write_project(tmp_path, *{**RUN, **CONDITIONAL_RUN}[name])
    layout = read_layout(tmp_path)

    assert is_file_run(layout, layout.folder / "existing.py", "existing")


@pytest.mark.parametrize("name", NOT_RUN)
def test_a_program_does_not_run_the_file_with(tmp_path: Path, name: str) -> None:
    """After adding the line in the message, the program runs the file."""
    write_project(tmp_path, *NOT_RUN[name])
    layout = read_layout(tmp_path)
    file = layout.folder / "existing.py"

    with pytest.raises(InputError, match="does not run") as raised:
        require_run(layout, file, "existing")

    advice = str(raised.value).partition("Add ")[2].split("`")[1::2]
    with layout.entry.open("a", encoding="utf-8") as entry:
        entry.write("".join(f"{line}\n" for line in advice))
    assert "\n" not in str(raised.value)
    assert is_file_run(layout, file, "existing")


@pytest.mark.parametrize(
    ("project", "message"),
    [
        ("name: firm\nruntime: nodejs\n", "has `runtime: nodejs`"),
        ("name: firm\nruntime: {name: go}\n", "has `runtime: go`"),
        ("name: [\n", "is not valid YAML"),
        ("- firm\n", "has no `key: value` lines"),
    ],
)
def test_an_export_rejects_a_project_that_cannot_run_python(
    tmp_path: Path, project: str, message: str
) -> None:
    """The error is one line."""
    write_project(tmp_path, project, {})

    with pytest.raises(InputError) as raised:
        read_layout(tmp_path)

    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_export_rejects_a_folder_without_a_project(tmp_path: Path) -> None:
    """The error suggests a fix."""
    with pytest.raises(InputError, match=r"no Pulumi\.yaml in .* or create Pulumi\.yaml"):
        read_layout(tmp_path / "not" / "there")


def test_an_export_rejects_an_invalid_program(tmp_path: Path) -> None:
    """The error names the line of the mistake."""
    write_project(tmp_path, PYTHON, {"__main__.py": "import pulumi\nif:\n"})

    with pytest.raises(InputError, match=r"could not read the program .*: line 2 is invalid"):
        require_run(read_layout(tmp_path), tmp_path / "existing.py", "existing")


@pytest.mark.parametrize(
    "stack", ["../evil", "a b", "", "..", "a/../b", "a/b/c/d", "json", "pulumi", "__main__", "é"]
)
def test_an_export_rejects_a_stack_with_an_unsafe_file_name(tmp_path: Path, stack: str) -> None:
    """The file would be outside the folder or hide a module."""
    with pytest.raises(
        InputError, match=r"is not the name of a stack|would hide the Python module"
    ):
        StackPaths.from_stack(tmp_path, stack)


@pytest.mark.parametrize(
    ("stack", "name"),
    [("dev", "dev"), ("test", "test"), ("firm/bim/eu-1.5", "eu_1_5"), ("2027", "2027")],
)
def test_the_file_of_a_stack_has_its_name(tmp_path: Path, stack: str, name: str) -> None:
    """Without the organization and the project."""
    assert StackPaths.from_stack(tmp_path, stack).program == tmp_path / f"{name}.py"


@pytest.mark.parametrize(
    ("program", "has_hint"),
    [
        ("import pulumi\n", False),
        ("import bim360_provider\n", True),
        ("from bim360_provider import Bim360Project\n", True),
        ("import pulumi_aws as aws\n", True),
    ],
)
def test_the_error_suggests_an_else_branch_for_own_resources(
    tmp_path: Path, program: str, has_hint: bool
) -> None:
    """Otherwise the exported stack would create them."""
    write_project(tmp_path, PYTHON, {"__main__.py": program})

    with pytest.raises(InputError) as raised:
        require_run(read_layout(tmp_path), tmp_path / "existing.py", "existing")

    assert ("own resources into an else branch" in str(raised.value)) is has_hint


def test_the_error_suggests_an_import_of_pulumi_if_missing(
    tmp_path: Path,
) -> None:
    """Otherwise the added line would fail."""
    write_project(tmp_path, PYTHON, {"__main__.py": "from pulumi import export\n"})

    with pytest.raises(InputError, match="Add `import pulumi` and `if "):
        require_run(read_layout(tmp_path), tmp_path / "existing.py", "existing")
