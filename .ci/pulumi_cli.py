"""Gets the Pulumi CLI for the tests: from PATH, by download, or built with Go.

``.ci/pulumi/go.mod`` pins the version. A CLI on PATH is used unchanged. Otherwise the release is
downloaded; if that fails, ``pulumi`` is built from its Go module. No package registry serves
Pulumi's Python language host, so a built CLI runs with the one in ``tests/support/pulumi_cli``.
Either way ``build/pulumi`` contains the executables for PATH. With the argument ``oldest`` it gets
the oldest supported version, which ``.ci/pulumi-oldest/go.mod`` pins, whatever is on PATH.

The cache is outside of the checkout (``XDG_CACHE_HOME`` or ``~/.cache``), so all clones share it.
An interrupted build continues where it stopped.
"""

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import requests
import urllib3
from quietly import ROOT, SetupError, say

OLDEST = sys.argv[1:] == ["oldest"]
MODULE = ROOT / ".ci" / ("pulumi-oldest" if OLDEST else "pulumi")
LAUNCHERS = ROOT / "tests" / "support" / "pulumi_cli"
INSTALLED = ROOT / "build" / "pulumi"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "bim360-provider/pulumi")

RELEASES = "https://get.pulumi.com/releases/sdk"
DOWNLOAD_TIMEOUT = 20.0
"""Seconds without data, because a network that drops packets must not block for minutes."""

DOWNLOAD_ERRORS = (OSError, EOFError, tarfile.TarError, zlib.error, urllib3.exceptions.HTTPError)
"""The errors of a download; the last one if the connection breaks within the archive."""

BUILD_BYTES = 4_000_000_000
"""Disk space for modules, compiled packages and the binary."""

VERSION_VARIABLES = ("sdk/v3/go/common/version.Version", "pkg/v3/version.Version")
"""Where newer and older versions of the CLI read their version."""

PROGRESS_SECONDS = 30.0


def pinned_version() -> str:
    """Return the version that go.mod pins, such as ``3.274.1``."""
    match = re.search(r"pulumi/pkg/v3 v(\S+)", (MODULE / "go.mod").read_text())
    if match is None:
        msg = ".ci/pulumi/go.mod does not pin a version of pulumi/pkg/v3."
        raise SetupError(msg)
    return match[1]


def find_on_path() -> Path | None:
    """Return the CLI on PATH, ignoring the one that this script installs."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    others = os.pathsep.join(each for each in folders if Path(each) != INSTALLED)
    found = shutil.which("pulumi", path=others)
    return Path(found) if found else None


def read_version(binary: Path) -> str:
    """Return the output of ``pulumi version``, without the ``v``."""
    environ = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    process = subprocess.run(
        [binary, "version"], env=environ, capture_output=True, text=True, check=False
    )
    return process.stdout.strip().removeprefix("v")


def download(version: str, folder: Path) -> None:
    """Unpack the released CLI into a folder.

    Raises:
        DOWNLOAD_ERRORS: The server is unreachable, has no release for this machine, or breaks off.
    """
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    url = f"{RELEASES}/pulumi-v{version}-{platform.system().lower()}-{machine}.tar.gz"
    with (
        requests.get(url, stream=True, timeout=DOWNLOAD_TIMEOUT) as response,
        tempfile.TemporaryDirectory(dir=folder) as unpacked,
    ):
        response.raise_for_status()
        with tarfile.open(fileobj=response.raw, mode="r|gz") as archive:
            # Pythons older than 3.11.4 and 3.10.12 have no filter.
            archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
            archive.extractall(unpacked)  # noqa: S202 - filtered, see above
        for file in Path(unpacked, "pulumi").iterdir():
            file.rename(folder / file.name)


def build(version: str, folder: Path) -> None:
    """Build the CLI with Go into a folder, which also holds both caches of Go until it is done.

    Raises:
        SetupError: Go is missing, the disk space is too small, or the build fails.
    """
    go = shutil.which("go")
    if go is None:
        msg = "Go, which could build it, is not on PATH"
        raise SetupError(msg)
    if shutil.disk_usage(folder).free < BUILD_BYTES:
        msg = f"building it needs 4 GB of disk space in {folder}"
        raise SetupError(msg)
    say(f"  building pulumi {version} with Go, once: 3 to 15 minutes on 2 cores")
    linked = [f"-X github.com/pulumi/pulumi/{each}=v{version}" for each in VERSION_VARIABLES]
    flags = ("-trimpath", "-ldflags", " ".join(("-s", "-w", *linked)))
    compile_ = (go, "build", *flags, "-o", folder / "pulumi")
    run((*compile_, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"), go_environment(folder), folder)
    for cache in ("modules", "packages"):
        shutil.rmtree(folder / cache)


def go_environment(folder: Path) -> dict[str, str]:
    """Return Go's environment: separate, removable caches, and no C compiler."""
    caches = {"GOMODCACHE": str(folder / "modules"), "GOCACHE": str(folder / "packages")}
    return {**os.environ, **caches, "GOFLAGS": "-modcacherw", "CGO_ENABLED": "0"}


def run(command: tuple[object, ...], environ: Mapping[str, str], folder: Path) -> None:
    """Run a long command and print the elapsed seconds at intervals.

    Raises:
        SetupError: The command failed; the end of its log is printed before.
    """
    log = folder / "build.log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [str(part) for part in command], cwd=MODULE, env=environ, stdout=output, stderr=output
        ) as process,
    ):
        started = time.monotonic()
        while not wait_briefly(process):
            say(f"  {time.monotonic() - started:.0f} s ...")
    if process.returncode:
        say("".join(log.read_text().splitlines(keepends=True)[-5:]).rstrip())
        msg = f"`go build` failed: see the lines above or the full log, {log}"
        raise SetupError(msg)
    log.unlink()


def wait_briefly(process: "subprocess.Popen[bytes]") -> bool:
    """Wait for a process, at most `PROGRESS_SECONDS`; return whether it has ended."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PROGRESS_SECONDS)
    return process.returncode is not None


def fill_cache(version: str) -> Path:
    """Return the cache folder of the CLI; download or build the CLI first if it is missing."""
    pins = b"".join((MODULE / name).read_bytes() for name in ("go.mod", "go.sum"))
    ready = CACHE / f"{version}-{platform.machine()}-{hashlib.sha256(pins).hexdigest()[:12]}"
    with cache_lock():
        if not ready.exists():
            draft = ready.with_name(f"{ready.name}.draft")
            draft.mkdir(exist_ok=True)
            obtain(version, draft)
            draft.rename(ready)
    return ready


def obtain(version: str, folder: Path) -> None:
    """Download the release; build the CLI if that fails."""
    try:
        say(f"Getting pulumi {version} ...")
        download(version, folder)
    except DOWNLOAD_ERRORS:
        say("  the release cannot be downloaded")
        build(version, folder)


@contextlib.contextmanager
def cache_lock() -> Iterator[None]:
    """Let only one checkout at a time fill the cache."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(folder: Path) -> None:
    """Put the CLI and its two plugins into ``build/pulumi``.

    They must be in the same folder: the CLI warns about a plugin outside of its own folder.
    """
    shutil.rmtree(INSTALLED, ignore_errors=True)
    INSTALLED.mkdir(parents=True)
    for file in folder.iterdir():
        link_or_copy(file, INSTALLED / file.name)
    for launcher in LAUNCHERS.glob("pulumi-*"):
        if not (INSTALLED / launcher.name).exists():
            (INSTALLED / launcher.name).symlink_to(launcher)


def link_or_copy(source: Path, target: Path) -> None:
    """Link a file, or copy it if the cache is on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def main() -> int:
    """Get the CLI and return the exit status."""
    version = pinned_version()
    try:
        user_cli = None if OLDEST else find_on_path()
        if user_cli is not None:
            shutil.rmtree(INSTALLED, ignore_errors=True)
            say(f"The tests use {user_cli}, version {read_version(user_cli)}.")
            return 0
        install(fill_cache(version))
    except SetupError as error:
        say(f"The Pulumi CLI is not on PATH and could not be installed: {error}.")
        say(
            "Tests that need it are skipped. To install it, see https://www.pulumi.com/docs/install"
        )
        return 1
    except KeyboardInterrupt:
        return 130
    say(f"The tests use build/pulumi/pulumi, version {read_version(INSTALLED / 'pulumi')}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
