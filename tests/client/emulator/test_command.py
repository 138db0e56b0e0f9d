"""The command ``python -m bim360_provider.emulator``."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from typer.testing import CliRunner

from bim360_provider.emulator import serve
from bim360_provider.emulator.cli import app, print_address

FIRST_LINE = "BIM 360 emulator listening on "


@contextmanager
def start_command(*flags: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command on a free port and yield its process and its URL."""
    command = [sys.executable, "-m", "bim360_provider.emulator", "--port", "0", *flags]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().removeprefix(FIRST_LINE).strip()
        finally:
            process.kill()


def test_the_first_line_has_the_url_and_sigterm_stops_the_emulator() -> None:
    """Scripts wait for exactly this line; the exit code is 0."""
    with start_command() as (process, url):
        health = requests.get(f"{url}/_emulator/health", timeout=5)
        process.send_signal(signal.SIGTERM)

        assert health.json()["status"] == "ok"
        assert process.wait(5) == 0


def test_the_emulator_can_stop_with_its_parent(tmp_path: Path) -> None:
    """The end of standard input stops it; its state is saved."""
    database = tmp_path / "hq.db"
    with start_command("--exit-with-parent", "--db", str(database)) as (process, _):
        assert process.stdin
        process.stdin.close()

        assert process.wait(5) == 0
        assert database.exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--seed", "nowhere.json"], "seed nowhere.json cannot be read"),
        (["-o", "enums"], '--option "enums" must be name=value'),
        (["--port", "{used}"], "Choose another --port"),
        (["--port", "65536"], "a port is 0 to 65535"),
        (["--prot", "1"], "No such option"),
    ],
)
def test_a_failed_start_exits_with_2_while_its_parent_runs(flags: list[str], message: str) -> None:
    """The thread that reads the open pipe must not abort Python."""
    command = [sys.executable, "-m", "bim360_provider.emulator", "--port", "0"]
    with serve() as running:
        port = running.url.rpartition(":")[2]
        flags_with_port = [flag.replace("{used}", port) for flag in flags]
        with subprocess.Popen(  # noqa: S603 - our own module
            [*command, *flags_with_port, "--exit-with-parent"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr
            stderr = process.stderr.read()

            assert process.wait(20) == 2

    assert message in stderr
    assert "Fatal Python error" not in stderr


def test_flags_and_files_reach_the_emulator(tmp_path: Path) -> None:
    """A flag overrides the options of the seed."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"options": {"job_duration": 9, "rate_limit_per_minute": 9}}))
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps({"then": {"status": 503}}))
    flags = ["--seed", str(seed), "--rate-limit", "0", "-o", "enums=loose"]
    with start_command(*flags, "--faults", str(faults)) as (_, url):
        options = requests.get(f"{url}/_emulator/options", timeout=5).json()
        failed = requests.get(f"{url}/hq/v1/accounts", timeout=5)

    assert (options["job_duration"], options["rate_limit_per_minute"]) == (9, 0)
    assert (options["enums"], failed.status_code) == ("loose", 503)


def test_a_port_in_use_exits_with_2_and_one_line() -> None:
    """No traceback."""
    with serve() as running:
        port = running.url.rpartition(":")[2]
        result = CliRunner().invoke(app, ["--port", port])

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "Choose another --port" in result.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--seed", "nowhere.json"], "seed nowhere.json cannot be read"),
        (["-o", "enums"], '--option "enums" must be name=value'),
        (
            ["-o", "enum=loose"],
            "options.enum: unknown key; the nearest known one is enums",
        ),
        (["--db", "/"], "cannot be used as the emulator's database"),
        (["--host", "192.0.2.1"], "--allow-remote"),
    ],
)
def test_an_invalid_flag_exits_with_one_line(flags: list[str], message: str) -> None:
    """The exit code is 2."""
    result = CliRunner().invoke(app, ["--port", "0", *flags])

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(("package", "code"), [("typer", 1), ("uvicorn", 2)])
def test_a_missing_package_is_one_line(tmp_path: Path, package: str, code: int) -> None:
    """The message names the extra to install."""
    fake = f"raise ModuleNotFoundError('no', name='{package}')\n"
    (tmp_path / f"{package}.py").write_text(fake)
    result = subprocess.run(
        [sys.executable, "-m", "bim360_provider.emulator", "--port", "0"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert result.returncode == code
    assert (
        result.stderr == f"{package} is not installed: pip install '../bim360_provider[emulator]'\n"
    )


def test_a_terminal_shows_the_variables_to_export(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Base URL, client, secret and account; with a custom seed only the base URL."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_address("http://127.0.0.1:3600", is_builtin_seed=True)
    with_builtin = capsys.readouterr().out
    print_address("http://127.0.0.1:3600", is_builtin_seed=False)
    with_custom = capsys.readouterr().out

    assert with_builtin.startswith(f"{FIRST_LINE}http://127.0.0.1:3600\n")
    for name in ("BIM360_BASE_URL", "APS_CLIENT_ID", "APS_CLIENT_SECRET", "BIM360_ACCOUNT_ID"):
        assert f"export {name}=" in with_builtin
        assert (f"export {name}=" in with_custom) == (name == "BIM360_BASE_URL")
