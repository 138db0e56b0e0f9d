"""The doctor looks at this machine: the CLI, the Python that Pulumi starts, and Pulumi.yaml."""

import sys
from pathlib import Path

import pytest

from bim360_provider.doctor.checks import machine
from bim360_provider.doctor.context import CheckContext, Finding
from bim360_provider.doctor.sources import read_sources

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the commands are shell scripts")


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CheckContext:
    """Return a checkup on a machine with nothing but what a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return project(tmp_path, "")


def project(folder: Path, text: str, **environ: str) -> CheckContext:
    """Return a checkup of a project whose Pulumi.yaml says this; nothing is no such file."""
    if text:
        (folder / "Pulumi.yaml").write_text(text)
    return CheckContext(read_sources(folder, None, environ))


def command(folder: Path, name: str, script: str) -> Path:
    """Put a command on PATH."""
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
        ("echo", "warning: {path} does not say its version"),
        ("exit 1", "failed: {path} does not run"),
    ],
)
def test_the_cli_is_judged_by_its_version(
    case: CheckContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, expected: str
) -> None:
    """It must not be older than the SDK; a newer one works; too old cannot import."""
    monkeypatch.setattr(machine, "version", lambda _name: "3.272.1")
    path = command(tmp_path, "pulumi", script)

    finding = machine.check_pulumi_cli(case)

    assert f"{finding.status}: {finding.seen}".startswith(expected.format(path=path))
    assert ("cannot import" in finding.seen) == ("3.250" in finding.seen)


def test_without_a_cli_it_is_a_warning(case: CheckContext) -> None:
    """There is the local engine; and who only reviews needs none."""
    finding = machine.check_pulumi_cli(case)

    assert finding.status == "warning"
    assert "pulumi.com" in finding.remedy


@pytest.mark.parametrize(("found", "status"), [("3.272.0", "ok"), ("3.267.9", "failed")])
def test_the_sdk_is_new_enough_or_not(
    case: CheckContext, monkeypatch: pytest.MonkeyPatch, found: str, status: str
) -> None:
    """Its host finds the provider of a `.get()` from 3.268 on."""
    monkeypatch.setattr(machine, "version", lambda _name: found)

    assert machine.check_sdk(case).status == status


def python(case: CheckContext) -> Finding:
    """Return what is found about Python."""
    return machine.check_python(case)


def test_the_python_of_pulumi_is_asked_whether_it_knows_the_provider(
    case: CheckContext, tmp_path: Path
) -> None:
    """python3 goes before python, and PULUMI_PYTHON_CMD before both."""
    nothing = python(case)
    command(tmp_path, "python", "echo 3.10.1")
    second = python(case)
    command(tmp_path, "python3", "exit 1")
    first = python(case)
    named = python(project(tmp_path, "", PULUMI_PYTHON_CMD=sys.executable))

    assert [each.status for each in (nothing, second, first, named)] == [
        "failed",
        "ok",
        "failed",
        "ok",
    ]
    assert "cannot import bim360_provider" in first.seen
    assert sys.prefix in first.remedy


def test_the_virtualenv_of_pulumi_yaml_is_the_python_that_is_asked(
    case: CheckContext, tmp_path: Path
) -> None:
    """Not the one on PATH."""
    assert case.sources.project == {}
    text = "name: a\nruntime: {name: python, options: {virtualenv: venv}}\n"

    finding = python(project(tmp_path, text))

    assert finding.status == "failed"
    assert str(tmp_path / "venv/bin/python") in finding.seen


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("", "skipped", "no Pulumi.yaml"),
        ("name: a\nruntime: python\nmain: stacks\n", "ok", "as dynamic providers need it"),
        ("name: a\nruntime: nodejs\n", "failed", "runtime is nodejs"),
        ("name: a\nruntime: {name: python, options: {virtualenv: venv}}\n", "ok", ""),
        (
            "name: a\nmain: stacks\nruntime: {name: python, options: {virtualenv: venv}}\n",
            "failed",
            "do not go together",
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
def test_what_keeps_dynamic_providers_from_starting_is_found(
    tmp_path: Path, text: str, status: str, words: str
) -> None:
    """A relative environment and a program in a sub-folder."""
    (tmp_path / "stacks").mkdir()

    finding = machine.check_project_file(project(tmp_path, text))

    assert finding.status == status
    assert words in finding.seen
