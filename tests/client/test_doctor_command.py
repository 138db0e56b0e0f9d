"""The command ``bim360 doctor``: signs, JSON and exit codes."""

import json
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bim360_provider.cli.app import create_app
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
    """Return the account of a correct setup on a machine without the Pulumi CLI."""
    for name, value in {**ENVIRON, "BIM360_BASE_URL": hq.url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(machine, "capture_output", lambda *_, **__: "3.11.7")
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "pulumi" else name)
    monkeypatch.chdir(tmp_path)
    return hq


def run_doctor(*arguments: str, charset: str = "utf-8") -> Result:
    """Run the command."""
    return CliRunner(charset=charset).invoke(create_app(), ["doctor", *arguments])


def test_warnings_alone_exit_with_0(healthy_account: HqFixture) -> None:
    """One line per check, counts at the end, and no secret."""
    result = run_doctor()

    assert result.exit_code == 0
    assert "✓  account       " in result.output
    assert "!  Pulumi CLI    `pulumi` is not on PATH\n" in result.output
    assert "→ Install it: https://www.pulumi.com" in result.output
    assert result.output.endswith("13 ok, 1 warning, 1 skipped.\n")
    assert CLIENT_SECRET not in result.output
    assert healthy_account.emulator.request_log == [
        "token",
        "GET projects",
        "GET projects of any platform",
        "token",
    ]


def test_the_line_below_a_failure_has_its_remedy(
    healthy_account: HqFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is 1."""
    monkeypatch.setenv("APS_CLIENT_SECRET", "not-the-one-of-the-app")

    result = run_doctor()

    lines = result.output.splitlines()
    index = next(number for number, line in enumerate(lines) if line.startswith("✗  token"))
    assert result.exit_code == 1
    assert lines[index + 1].strip().startswith("→ Client id and secret do not match")
    assert lines[index + 2] == "-  scopes        skipped because of: token"
    assert "not-the-one-of-the-app" not in result.output
    assert healthy_account.emulator.request_log == ["token"]


def test_a_terminal_without_the_signs_gets_ascii(healthy_account: HqFixture) -> None:
    """Such as old code pages of Windows, and LANG=C."""
    result = run_doctor(charset="ascii")

    assert healthy_account.emulator.request_log
    assert result.output.isascii()
    assert "ok account" in result.output
    assert "-> Install it" in result.output


def test_json_is_one_document(healthy_account: HqFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """It contains all findings."""
    monkeypatch.setenv("BIM360_REGION", "EMEA")

    result = run_doctor("--json")

    document = json.loads(result.output)
    rows = {row["check"]: row for row in document["findings"]}
    assert result.exit_code == 1
    assert document["ok"] is False
    assert rows["account"]["status"] == "failed"
    assert "BIM360_REGION=US" in rows["account"]["remedy"]
    assert healthy_account.emulator.request_log == ["token", "GET projects", "GET projects"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "There is no Pulumi.yaml"),
        ({"Pulumi.yaml": "name: a\nruntime: python\n"}, "check --stack"),
        ({"Pulumi.yaml": "name: [a\n"}, "cannot be read"),
    ],
)
def test_missing_or_invalid_files_exit_with_2(
    healthy_account: HqFixture, tmp_path: Path, files: dict[str, str], message: str
) -> None:
    """No request is sent."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    result = run_doctor("--stack", "dev", "--cwd", os.fspath(tmp_path))

    assert result.exit_code == 2
    assert message in result.output
    assert healthy_account.emulator.request_log == []
