"""``bim360 doctor`` at a terminal and in a pipeline: marks, JSON and exit codes."""

import json
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bim360_provider.cli.app import app
from bim360_provider.doctor.checks import machine
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET
from tests.support.hq import HqFixture

ENVIRON = {
    "APS_CLIENT_ID": CLIENT_ID,
    "APS_CLIENT_SECRET": CLIENT_SECRET,
    "BIM360_ACCOUNT_ID": ACCOUNT_ID,
}


@pytest.fixture
def healthy_account(hq: HqFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> HqFixture:
    """Return an account that is well, and a machine without a CLI."""
    for name, value in {**ENVIRON, "BIM360_BASE_URL": hq.url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(machine, "capture_output", lambda *_, **__: "3.11.7")
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "pulumi" else name)
    monkeypatch.chdir(tmp_path)
    return hq


def run_doctor(*arguments: str, charset: str = "utf-8") -> Result:
    """Run the command."""
    return CliRunner(charset=charset).invoke(app, ["doctor", *arguments])


def test_warnings_alone_are_well(healthy_account: HqFixture) -> None:
    """One line for each check, and how many of each at the end; no secret among them."""
    done = run_doctor()

    assert done.exit_code == 0
    assert "✓  account       " in done.output
    assert "!  Pulumi CLI    there is no `pulumi` on PATH\n" in done.output
    assert "→ Install it: https://www.pulumi.com" in done.output
    assert done.output.endswith("12 ok, 1 warning, 1 skipped.\n")
    assert CLIENT_SECRET not in done.output
    assert healthy_account.emulator.requests_made == ["token", "GET projects"]


def test_a_failure_has_its_remedy_in_the_line_below(
    healthy_account: HqFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the exit code says it to the pipeline."""
    monkeypatch.setenv("APS_CLIENT_SECRET", "not-the-one-of-the-app")

    done = run_doctor()

    lines = done.output.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("✗  token"))
    assert done.exit_code == 1
    assert lines[place + 1].strip().startswith("→ Client id and secret do not fit")
    assert lines[place + 2] == "-  scopes        because of: token"
    assert "not-the-one-of-the-app" not in done.output
    assert healthy_account.emulator.requests_made == ["token"]


def test_a_terminal_without_the_marks_gets_plain_ones(healthy_account: HqFixture) -> None:
    """Windows' old code pages, and LANG=C."""
    done = run_doctor(charset="ascii")

    assert healthy_account.emulator.requests_made
    assert done.output.isascii()
    assert "ok account" in done.output
    assert "-> Install it" in done.output


def test_json_is_one_document(healthy_account: HqFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every finding under its check."""
    monkeypatch.setenv("BIM360_REGION", "EMEA")

    done = run_doctor("--json")

    found = json.loads(done.output)
    rows = {row["check"]: row for row in found["findings"]}
    assert done.exit_code == 1
    assert found["ok"] is False
    assert rows["account"]["status"] == "failed"
    assert "BIM360_REGION=US" in rows["account"]["remedy"]
    assert healthy_account.emulator.requests_made == ["token", "GET projects", "GET projects"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "There is no Pulumi.yaml"),
        ({"Pulumi.yaml": "name: a\nruntime: python\n"}, "check --stack"),
        ({"Pulumi.yaml": "name: [a\n"}, "cannot be read"),
    ],
)
def test_it_cannot_begin_without_the_files_that_are_named(
    healthy_account: HqFixture, tmp_path: Path, files: dict[str, str], words: str
) -> None:
    """Exit code 2, and nothing was asked."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    done = run_doctor("--stack", "dev", "--cwd", os.fspath(tmp_path))

    assert done.exit_code == 2
    assert words in done.output
    assert healthy_account.emulator.requests_made == []
