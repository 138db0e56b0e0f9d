"""The doctor's checks of this machine: Pulumi CLI, SDK, Python and Pulumi.yaml."""

import sys
from pathlib import Path

import pytest

from bim360_provider.doctor.checks import machine
from bim360_provider.doctor.context import CheckContext, Finding
from bim360_provider.doctor.sources import read_sources

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the commands are shell scripts")


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CheckContext:
    """Return a context on a machine with an empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return build_context(tmp_path, "")


def build_context(folder: Path, text: str, **environ: str) -> CheckContext:
    """Return a context with this Pulumi.yaml; empty text means no file."""
    if text:
        (folder / "Pulumi.yaml").write_text(text)
    return CheckContext(read_sources(folder, None, environ))


def write_command(folder: Path, name: str, script: str) -> Path:
    """Write a command on PATH."""
    path = folder / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo v3.272.0", "ok: v3.272.0 ("),
        ("echo v3.274.1", "ok: v3.274.1 ("),
        ("echo v3.260.0", "warning: v3.260.0 ("),
        ("echo v3.250.1", "warning: v3.250.1 ("),
        ("echo", "warning: {path} reports no version"),
        ("exit 1", "failed: {path} does not run"),
    ],
)
def test_the_status_of_the_cli_depends_on_its_version(
    context: CheckContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    expected: str,
) -> None:
    """It must not be older than the SDK; versions before 3.254 cannot import."""
    monkeypatch.setattr(machine, "version", lambda _name: "3.272.1")
    path = write_command(tmp_path, "pulumi", script)

    finding = machine.check_pulumi_cli(context)

    assert f"{finding.status}: {finding.message}".startswith(expected.format(path=path))
    assert ("cannot import" in finding.message) == ("3.250" in finding.message)


def test_a_missing_cli_is_a_warning(context: CheckContext) -> None:
    """The local engine and reviews work without it."""
    finding = machine.check_pulumi_cli(context)

    assert finding.status == "warning"
    assert "pulumi.com" in finding.remedy


@pytest.mark.parametrize(("version", "status"), [("3.142.0", "ok"), ("3.141.9", "failed")])
def test_an_old_sdk_is_a_failure(
    context: CheckContext, monkeypatch: pytest.MonkeyPatch, version: str, status: str
) -> None:
    """Older ones are not tested."""
    monkeypatch.setattr(machine, "version", lambda _name: version)

    assert machine.check_sdk(context).status == status


def check_python(context: CheckContext) -> Finding:
    """Return the finding about Python."""
    return machine.check_python(context)


def test_the_python_that_pulumi_starts_must_import_the_provider(
    context: CheckContext, tmp_path: Path
) -> None:
    """python3 takes precedence over python, PULUMI_PYTHON_CMD over both."""
    missing = check_python(context)
    write_command(tmp_path, "python", "echo 3.10.1")
    python = check_python(context)
    write_command(tmp_path, "python3", "exit 1")
    python3 = check_python(context)
    variable = check_python(build_context(tmp_path, "", PULUMI_PYTHON_CMD=sys.executable))

    assert [each.status for each in (missing, python, python3, variable)] == [
        "failed",
        "ok",
        "failed",
        "ok",
    ]
    assert "cannot import bim360_provider" in python3.message
    assert sys.prefix in python3.remedy


def test_the_virtualenv_of_pulumi_yaml_takes_precedence(
    context: CheckContext, tmp_path: Path
) -> None:
    """Python on PATH is not used."""
    assert context.sources.project == {}
    text = "name: a\nruntime: {name: python, options: {virtualenv: venv}}\n"

    finding = check_python(build_context(tmp_path, text))

    assert finding.status == "failed"
    assert str(tmp_path / "venv/bin/python") in finding.message


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        ("", "skipped", "no Pulumi.yaml"),
        ("name: a\nruntime: python\nmain: stacks\n", "ok", "supports dynamic providers"),
        ("name: a\nruntime: nodejs\n", "failed", "runtime in Pulumi.yaml is nodejs"),
        ("name: a\nruntime: {name: python, options: {virtualenv: venv}}\n", "ok", ""),
        (
            "name: a\nmain: stacks\nruntime: {name: python, options: {virtualenv: venv}}\n",
            "failed",
            "does not work with a `main:`",
        ),
        (
            "name: a\nmain: stacks\nruntime: {name: python, options: {virtualenv: /opt/venv}}\n",
            "ok",
            "",
        ),
        (
            "name: a\nmain: stacks\nruntime: {name: python, options: {toolchain: uv}}\n",
            "failed",
            "`uv`",
        ),
    ],
)
def test_settings_that_prevent_dynamic_providers_are_failures(
    tmp_path: Path, text: str, status: str, message: str
) -> None:
    """A relative environment does not work with a program in a subfolder."""
    (tmp_path / "stacks").mkdir()

    finding = machine.check_project_file(build_context(tmp_path, text))

    assert finding.status == status
    assert message in finding.message
