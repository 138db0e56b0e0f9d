"""``make pulumi`` installs the whole CLI or nothing, and explains a failure."""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pulumi_cli
import pytest

from tests.meta.source_files import ROOT

VERSION = "3.274.1"
FAKE = b"#!/bin/sh\necho v3.274.1\n"
CUT = 60
"""Bytes of an archive that breaks off."""

TESTS_OF_THE_CLI = "tests/cli/test_review.py"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for cache and CLI, on a machine without network, Go and CLI."""
    monkeypatch.setattr(pulumi_cli, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(pulumi_cli, "INSTALLED", tmp_path / "installed")
    monkeypatch.setattr(pulumi_cli, "RELEASES", "http://127.0.0.1:1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def release() -> bytes:
    """Return an archive like Pulumi's."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name in ("pulumi", "pulumi-language-python"):
            entry = tarfile.TarInfo(f"pulumi/{name}")
            entry.size, entry.mode = len(FAKE), 0o755
            archive.addfile(entry, io.BytesIO(FAKE))
    return written.getvalue()


@contextmanager
def released(sent: bytes, length: int) -> Iterator[str]:
    """Serve an archive, with its announced length."""

    class Releases(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Releases) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_the_version_is_that_of_go_mod(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One pin for the release and for the build."""
    (place / "go.mod").write_text("require github.com/pulumi/pulumi/pkg/v3 v3.1.2\n")
    monkeypatch.setattr(pulumi_cli, "MODULE", place)

    assert pulumi_cli.pinned_version() == "3.1.2"


def test_a_release_is_unpacked_and_kept(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second time nothing is downloaded; a missing executable is linked."""
    archive = release()
    with released(archive, len(archive)) as url:
        monkeypatch.setattr(pulumi_cli, "RELEASES", url)
        first = pulumi_cli.main()
    second = pulumi_cli.main()

    assert (first, second) == (0, 0)
    assert f"build/pulumi/pulumi, version {VERSION}." in capsys.readouterr().out
    assert (place / "installed/pulumi-language-python").read_bytes() == FAKE
    assert (place / "installed/pulumi-resource-pulumi-python").is_symlink()


@pytest.mark.parametrize("announced", [len(release()), CUT])
def test_an_interrupted_download_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch, announced: int
) -> None:
    """If the connection breaks, or the server ends early."""
    with released(release()[:CUT], announced) as url:
        monkeypatch.setattr(pulumi_cli, "RELEASES", url)
        ended = pulumi_cli.main()

    assert ended == 1
    assert [path for path in place.rglob("*") if path.name.startswith("pulumi")] == []


def test_a_missing_network_and_go_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """With the page that explains it."""
    ended = pulumi_cli.main()

    output = capsys.readouterr().out
    assert ended == 1
    assert "the release cannot be downloaded" in output
    assert "could not be installed: Go, which could build it, is not on PATH." in output
    assert "https://www.pulumi.com/docs/install" in output


def test_a_cli_on_path_is_used_as_it_is(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is downloaded, and a CLI that was installed before is removed."""
    (place / "bin").mkdir()
    (place / "bin/pulumi").write_bytes(FAKE)
    (place / "bin/pulumi").chmod(0o755)
    (place / "installed").mkdir()

    ended = pulumi_cli.main()

    assert ended == 0
    assert f"The tests use {place}/bin/pulumi, version {VERSION}." in capsys.readouterr().out
    assert not (place / "installed").exists()
    assert not (place / "cache").exists()


@pytest.mark.parametrize(("required", "ended"), [("1", 1), ("", 0)])
def test_a_skipped_test_of_the_cli_fails_where_the_cli_is_required(
    required: str, ended: int
) -> None:
    """CI sets it: a skip among 2,000 tests goes unnoticed."""
    completed = subprocess.run(  # noqa: S603 - the test's own command
        [sys.executable, "-m", "pytest", "-n", "0", "-q", TESTS_OF_THE_CLI],
        cwd=ROOT,
        env={**os.environ, "REQUIRE_PULUMI": required},
        capture_output=True,
        text=True,
        check=False,
    )

    assert completed.returncode == ended, completed.stdout
    assert ("REQUIRE_PULUMI=1 forbids: " in completed.stdout) == bool(ended)
    assert "needs the Pulumi CLI on PATH" in completed.stdout


def test_ci_requires_the_cli() -> None:
    """Both ways in which CI starts the tests."""
    assert "export REQUIRE_PULUMI=1" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert 'REQUIRE_PULUMI: "1"' in (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
