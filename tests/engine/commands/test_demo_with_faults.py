"""``bim360 demo --faults``, with the faults that the docs show."""

from pathlib import Path

import pytest

from bim360_provider.emulator import read_rules
from tests.engine.commands.test_demo import ACCOUNT, PROGRAM, demo
from tests.engine.crashes.crash_harness import only_in_make_crashes
from tests.meta.docs.markdown_files import read_document
from tests.meta.source_files import ROOT

WEATHER = ROOT / "docs" / "examples" / "weather.json"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with a stack of two offices."""
    (tmp_path / "Pulumi.yaml").write_text("name: offices\nruntime: python\n", encoding="utf-8")
    settings = f"config:\n  bim360:accountId: {ACCOUNT}\n"
    (tmp_path / "Pulumi.demo.yaml").write_text(settings, encoding="utf-8")
    (tmp_path / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    return tmp_path


def test_the_page_shows_the_faults_of_the_file() -> None:
    """Unchanged, so that either can be copied."""
    assert WEATHER.read_text(encoding="utf-8").strip() in read_document(
        "docs/reference/emulator.md"
    )


def test_the_faults_of_the_docs_are_valid() -> None:
    """Each rule, as the emulator parses it."""
    kinds = [sorted(rule.then.model_fields_set) for rule in read_rules(WEATHER)]

    assert kinds == [["act", "status"], ["drop"], ["retry_after", "status"], ["status"]]


@only_in_make_crashes
def test_the_demo_succeeds_despite_the_faults(project: Path) -> None:
    """One project is found after a lost response, and the second up has no work."""
    run = demo(project, "-v", "--faults", str(WEATHER))

    assert run.returncode == 0, run.stdout + run.stderr
    assert "was created, although HQ's response was lost" in run.stdout
    assert "Requests disturbed by a fault: " in run.stdout
    assert "   0 requests to HQ." in run.stdout


def test_an_unknown_fault_mix_is_one_line(project: Path) -> None:
    """With the rule and the field that contain the mistake."""
    weather = project / "weather.json"
    weather.write_text('[{"then": {"statu": 504}}]', encoding="utf-8")

    run = demo(project, "--faults", str(weather))

    assert run.returncode == 1
    assert "faults[0].then.statu" in run.stderr
    assert "Traceback" not in run.stderr
