"""Every Python example of the docs runs; programs run twice on the local engine.

The README's are in tests/engine/commands/test_readme.py.
"""

import base64
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bim360_provider.emulator import ADMIN_EMAIL, Emulator, serve
from bim360_provider.testing.stack import Bim360Stack
from tests.meta.source_files import ROOT
from tests.support.code_blocks import CodeBlock, list_blocks

PROJECT = "name: projects\nruntime: python\n"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
FRAGMENTS = {
    ("docs/how-to/csv.md", "def projects_from_csv("): "a signature: test_reference.py",
    (
        "docs/how-to/export.md",
        "# name is left as it is",
    ): "a comment: test_export.py",
    ("docs/how-to/export.md", "if pulumi.get_stack()"): "for your own program: test_export.py",
    ("docs/how-to/export.md", "Bim360ProjectFolderTree("): "test_export_folders.py",
    ("docs/reference/project.md", 'Bim360Project("tower-1", ...'): "omits what the reader has",
    ("docs/how-to/test_a_stack.md", "def test_my_stack("): "test_readme.py runs it",
    ("docs/how-to/python_client.md", "import os"): "test_readme.py runs it",
    ("docs/reference/configuration.md", "from pulumi import ResourceOptions"): "test_readme.py",
    (
        "docs/reference/local_engine.md",
        "from bim360_provider.testing",
    ): "test_the_engine_runs_from_python",
    (
        "docs/reference/emulator.md",
        "from bim360_provider.emulator",
    ): "test_the_emulator_runs_from_python",
}
"""Examples that are not programs of a stack, by page and beginning, and why or where they run."""

ACTIVE_PROJECTS = """
from bim360_provider import (
    Bim360AccountUser, Bim360Company, Bim360Project, Bim360ProjectAdmin, Bim360ProjectMember,
)
from bim360_provider.emulator import ADMIN_EMAIL, COMPANY_ID

ada = Bim360AccountUser("ada", email="ada@example.com", company_id=COMPANY_ID)
Bim360Company("volt", name="Volt & Sons", trade="Electrical")
for name in ("Tower A", "Tower B", "Harbor Point Tower"):
    project = Bim360Project(name, name=name, start_date="2027-03-01", end_date="2029-09-30",
                            project_type="Office", value=1, currency="USD")
    admin = Bim360ProjectAdmin(name, project_id=project.id, email=ADMIN_EMAIL,
                               service_type="doc_manager", company_id=COMPANY_ID)
Bim360ProjectMember("ada", project_id=admin.project_id, email=ada.email,
                    document_management="user")
"""

BEFORE = {
    "docs/how-to/folders.md": ACTIVE_PROJECTS,
    "docs/reference/folders.md": ACTIVE_PROJECTS,
    "docs/reference/lookups.md": """
from bim360_provider import Bim360BusinessUnits, Bim360Company, Bim360Project, Bim360ProjectAdmin
from bim360_provider.emulator import ADMIN_EMAIL, COMPANY_ID

Bim360BusinessUnits("units", units={"North": {}, "North/West": {}})
Bim360Company("volt", name="Volt & Sons", trade="Electrical")
Bim360Project("office", name="Office Template", start_date="2027-03-01", end_date="2029-09-30",
              project_type="Office", value=1, currency="USD")
""",
}
"""Resources that the account already has, by page."""

AFTER = {"units = ": '\nBim360BusinessUnits("units", units=units)\n'}
"""How a fragment is used, by its beginning."""

IMPORTS = "import pulumi\nfrom bim360_provider import Bim360BusinessUnits\n"

EXAMPLES = list_blocks("python")


def programs() -> dict[str, str]:
    """Return the programs by page: a block without imports continues the previous one."""
    found: dict[str, str] = {}
    for block in EXAMPLES:
        if block.page == "README.md" or _is_fragment(block):
            continue
        whole = block.text
        for begin, rest in AFTER.items():
            whole += rest if whole.startswith(begin) else ""
        if "import " in whole:
            found[block.location] = whole
        elif whole != block.text:
            found[block.location] = IMPORTS + whole
        else:
            last = list(found)[-1]
            found[last] = IMPORTS + found[last] + whole
    return found


def _is_fragment(block: CodeBlock) -> bool:
    return any(block.page == page and block.text.startswith(begin) for page, begin in FRAGMENTS)


@pytest.mark.parametrize("where", programs())
def test_the_program_runs_as_written(
    where: str, tmp_path: Path, bim360_stack: Callable[..., Bim360Stack]
) -> None:
    """On the default emulator, with the printed acting user; a second run changes nothing."""
    env = {"BIM360_ACTING_USER": ADMIN_EMAIL}
    before = BEFORE.get(where.partition(":")[0], "")
    for name, text in {"before": before, "projects": programs()[where]}.items():
        if not text:
            continue
        folder = tmp_path / name
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text(PROJECT, encoding="utf-8")
        (folder / "__main__.py").write_text(text, encoding="utf-8")
        (folder / "tower.png").write_bytes(PIXEL)
        shutil.copy(ROOT / "stacks/portfolio.csv", folder)
        shutil.copy(ROOT / "stacks/folders.yaml", folder)
        stack = bim360_stack(folder, stack="dev", env=env)

        assert stack.up().errors == ()

    assert stack.preview().changes.keys() <= {"same"}


def _text(page: str, begin: str) -> str:
    return next(each.text for each in EXAMPLES if each.page == page and each.text.startswith(begin))


def test_the_engine_runs_from_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A preview of the demo, step by step."""
    text = _text("docs/reference/local_engine.md", "from bim360_provider.testing")
    monkeypatch.setenv("APS_CLIENT_ID", "emulator-client")
    monkeypatch.setenv("APS_CLIENT_SECRET", "emulator-secret")
    monkeypatch.chdir(ROOT)

    with serve(Emulator()) as hq:
        (tmp_path / "example.py").write_text(text.replace("http://127.0.0.1:3600", hq.url))
        runpy.run_path(str(tmp_path / "example.py"))

    assert "create " in capsys.readouterr().out


def test_the_emulator_runs_from_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints its address and its requests."""
    (tmp_path / "example.py").write_text(
        _text("docs/reference/emulator.md", "from bim360_provider.emulator")
    )

    runpy.run_path(str(tmp_path / "example.py"))

    assert capsys.readouterr().out.startswith("http://127.0.0.1:")


def test_every_fragment_is_there() -> None:
    """An outdated row would exclude a later example by mistake."""
    lost = [
        (page, begin)
        for page, begin in FRAGMENTS
        if not any(each.page == page and each.text.startswith(begin) for each in EXAMPLES)
    ]

    assert lost == []
