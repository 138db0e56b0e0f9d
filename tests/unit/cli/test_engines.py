"""Which engine runs the demo."""

import os
from pathlib import Path

import pytest

from bim360_provider.cli import demo_engine
from bim360_provider.cli.demo_engine import choose_engine


def program(folder: Path, body: str) -> Path:
    """Put an executable ``pulumi`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pulumi"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def no_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without a CLI on PATH and without a way to the installer."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr(demo_engine, "INSTALLER_URL", "https://127.0.0.1:1")
    return tmp_path


def test_a_cli_on_path_is_taken(no_way_out: Path) -> None:
    """What a person has installed goes before everything else, and its version is said."""
    file = program(no_way_out / "path", "echo v3.300.0")

    engine = choose_engine("auto", no_way_out / "cli", print)

    assert engine is not None
    assert engine.pulumi == str(file)
    assert "v3.300.0" in engine.description


def test_a_cli_that_does_not_say_its_version_is_taken_too(no_way_out: Path) -> None:
    """A CLI built from source prints an empty version and works."""
    program(no_way_out / "path", "exit 0")

    engine = choose_engine("auto", no_way_out / "cli", print)

    assert engine is not None
    assert engine.pulumi
    assert "does not say its version" in engine.description


def test_a_cli_that_does_not_run_is_passed_over(no_way_out: Path) -> None:
    """A broken file named pulumi must not stop the demo."""
    program(no_way_out / "path", "exit 127")

    engine = choose_engine("auto", no_way_out / "cli", lambda _: None)

    assert engine is not None
    assert engine.kind == "local"


def test_without_a_way_to_the_installer_the_local_engine_runs(no_way_out: Path) -> None:
    """The reason is said, in one line, and the demo goes on."""
    said: list[str] = []

    engine = choose_engine("auto", no_way_out / "cli", said.append)

    assert engine is not None
    assert engine.pulumi is None
    assert "is not Pulumi" in engine.description
    assert said[-1].startswith("It could not be installed: no way to https://127.0.0.1:1")


def test_a_cli_that_was_installed_before_is_used_again(no_way_out: Path) -> None:
    """The installer is asked once, not at every run."""
    said: list[str] = []
    program(no_way_out / "cli" / "bin", "echo v3.272.0")

    engine = choose_engine("auto", no_way_out / "cli", said.append)

    assert engine is not None
    assert "installed for it" in engine.description
    assert said == []


def test_the_cli_can_be_insisted_on(no_way_out: Path) -> None:
    """Somebody who asks for Pulumi does not get something else."""
    assert choose_engine("pulumi", no_way_out / "cli", lambda _: None) is None


def test_the_local_engine_can_be_insisted_on(no_way_out: Path) -> None:
    """Even where a CLI is on PATH."""
    program(no_way_out / "path", "echo v3.300.0")

    engine = choose_engine("local", no_way_out / "cli", print)

    assert engine is not None
    assert engine.pulumi is None
