"""The choice of the demo's engine."""

import os
from pathlib import Path

import pytest

from bim360_provider.cli import demo_engine
from bim360_provider.cli.demo_engine import choose_engine


def write_pulumi(folder: Path, body: str) -> Path:
    """Write an executable ``pulumi`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pulumi"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a folder on a machine without a CLI on PATH and without internet access."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(demo_engine, "INSTALLER_URL", "https://127.0.0.1:1")
    return tmp_path


def test_a_cli_on_path_is_used(offline: Path) -> None:
    """It takes precedence, and its version is shown."""
    file = write_pulumi(offline / "path", "echo v3.300.0")

    engine = choose_engine("auto", offline / "cli", print)

    assert engine is not None
    assert engine.pulumi == str(file)
    assert "v3.300.0" in engine.description


def test_a_cli_without_a_version_is_used(offline: Path) -> None:
    """A CLI built from source prints an empty version and works."""
    write_pulumi(offline / "path", "exit 0")

    engine = choose_engine("auto", offline / "cli", print)

    assert engine is not None
    assert engine.pulumi
    assert "unknown version" in engine.description


def test_a_cli_that_does_not_run_is_skipped(offline: Path) -> None:
    """A broken file named pulumi must not stop the demo."""
    write_pulumi(offline / "path", "exit 127")

    engine = choose_engine("auto", offline / "cli", lambda _: None)

    assert engine is not None
    assert engine.kind == "local"


def test_the_local_engine_replaces_a_cli_that_cannot_be_installed(offline: Path) -> None:
    """One line gives the reason."""
    messages: list[str] = []

    engine = choose_engine("auto", offline / "cli", messages.append)

    assert engine is not None
    assert engine.pulumi is None
    assert "is not Pulumi" in engine.description
    assert messages[-1].startswith(
        "The Pulumi CLI could not be installed: https://127.0.0.1:1 is not reachable"
    )


def test_a_cli_that_the_demo_installed_is_used_again(offline: Path) -> None:
    """The installer runs only once."""
    messages: list[str] = []
    write_pulumi(offline / "cli" / "bin", "echo v3.272.0")

    engine = choose_engine("auto", offline / "cli", messages.append)

    assert engine is not None
    assert "installed for the demo" in engine.description
    assert messages == []


def test_the_choice_pulumi_never_runs_the_local_engine(offline: Path) -> None:
    """Without a CLI there is no engine."""
    assert choose_engine("pulumi", offline / "cli", lambda _: None) is None


def test_the_choice_local_never_runs_the_cli(offline: Path) -> None:
    """Even where a CLI is on PATH."""
    write_pulumi(offline / "path", "echo v3.300.0")

    engine = choose_engine("local", offline / "cli", print)

    assert engine is not None
    assert engine.pulumi is None
