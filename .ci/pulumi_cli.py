"""Gets the Pulumi CLI that the tests run on: from PATH, from Pulumi, or built with Go.

The version is that of ``.ci/pulumi/go.mod``. A CLI that is on PATH is used as it is. Otherwise the
released one is fetched, and where that cannot be reached, ``pulumi`` is built from its Go module.
No package registry serves Pulumi's Python language host, so a built CLI runs with the one in
``tests/support/pulumi_cli``. Either way ``build/pulumi`` has all that belongs on PATH.

The cache is outside of the checkout (``XDG_CACHE_HOME``, else ``~/.cache``), so that each clone
finds what another one built. A build that is interrupted goes on where it stopped.
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

MODULE = ROOT / ".ci" / "pulumi"
LAUNCHERS = ROOT / "tests" / "support" / "pulumi_cli"
INSTALLED = ROOT / "build" / "pulumi"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "bim360-provider/pulumi")

RELEASES = "https://get.pulumi.com/releases/sdk"
DOWNLOAD_TIMEOUT = 20.0
"""Seconds without a byte; a network that drops packets must not hold a build up for minutes."""

NO_RELEASE = (OSError, EOFError, tarfile.TarError, zlib.error, urllib3.exceptions.HTTPError)
"""What a download raises: the last one where the connection breaks within the archive."""

BUILD_BYTES = 4_000_000_000
"""Modules, compiled packages and the binary, together."""

PROGRESS_SECONDS = 30.0


def pinned() -> str:
    """Return the version that go.mod names, such as ``3.274.1``."""
    found = re.search(r"pulumi/pkg/v3 v(\S+)", (MODULE / "go.mod").read_text())
    if found is None:
        msg = ".ci/pulumi/go.mod names no version of pulumi/pkg/v3."
        raise SetupError(msg)
    return found[1]


def on_path() -> Path | None:
    """Return the CLI that the user has, leaving out the one that this script installs."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    others = os.pathsep.join(each for each in folders if Path(each) != INSTALLED)
    found = shutil.which("pulumi", path=others)
    return Path(found) if found else None


def version_of(binary: Path) -> str:
    """Return what ``pulumi version`` prints, without the ``v``."""
    environ = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    ran = subprocess.run(
        [binary, "version"], env=environ, capture_output=True, text=True, check=False
    )
    return ran.stdout.strip().removeprefix("v")


def download(version: str, folder: Path) -> None:
    """Unpack the released CLI into a folder.

    Raises:
        NO_RELEASE: It cannot be reached, has no release for this machine, or breaks off.
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
    """Build the CLI with Go into a folder; both of Go's caches lie beside it until it is done.

    Raises:
        SetupError: There is no Go, no room, or the build fails.
    """
    go = shutil.which("go")
    if go is None:
        msg = "and there is no Go to build it with"
        raise SetupError(msg)
    if shutil.disk_usage(folder).free < BUILD_BYTES:
        msg = f"and {folder} has less than 4 GB of room to build it"
        raise SetupError(msg)
    say(f"  building pulumi {version} with Go, once: 3 to 15 minutes on 2 cores")
    linked = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{version}"
    compile_ = (go, "build", "-trimpath", "-ldflags", f"-s -w {linked}", "-o", folder / "pulumi")
    run((*compile_, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"), go_environment(folder), folder)
    for cache in ("modules", "packages"):
        shutil.rmtree(folder / cache)


def go_environment(folder: Path) -> dict[str, str]:
    """Return Go's settings: caches of its own that can be removed, and no C compiler."""
    caches = {"GOMODCACHE": str(folder / "modules"), "GOCACHE": str(folder / "packages")}
    return {**os.environ, **caches, "GOFLAGS": "-modcacherw", "CGO_ENABLED": "0"}


def run(command: tuple[object, ...], environ: Mapping[str, str], folder: Path) -> None:
    """Run a long command, with a line now and then.

    Raises:
        SetupError: It failed; the end of its log is printed before.
    """
    log = folder / "build.log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [str(part) for part in command], cwd=MODULE, env=environ, stdout=output, stderr=output
        ) as process,
    ):
        started = time.monotonic()
        while not ended(process):
            say(f"  {time.monotonic() - started:.0f} s ...")
    if process.returncode:
        say("".join(log.read_text().splitlines(keepends=True)[-5:]).rstrip())
        msg = f"and `go build` failed; the lines above say why, {log} has all"
        raise SetupError(msg)
    log.unlink()


def ended(process: "subprocess.Popen[bytes]") -> bool:
    """Return whether a process has ended, after a while."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PROGRESS_SECONDS)
    return process.returncode is not None


def cached(version: str) -> Path:
    """Return the folder of the cache that has the CLI, filling it first where it is empty."""
    pins = b"".join((MODULE / name).read_bytes() for name in ("go.mod", "go.sum"))
    ready = CACHE / f"{version}-{platform.machine()}-{hashlib.sha256(pins).hexdigest()[:12]}"
    with one_at_a_time():
        if not ready.exists():
            draft = ready.with_name(f"{ready.name}.draft")
            draft.mkdir(exist_ok=True)
            obtain(version, draft)
            draft.rename(ready)
    return ready


def obtain(version: str, folder: Path) -> None:
    """Fetch the release, else build."""
    try:
        say(f"Getting pulumi {version} ...")
        download(version, folder)
    except NO_RELEASE:
        say("  the release cannot be fetched")
        build(version, folder)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let two checkouts get the CLI one after the other."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(folder: Path) -> None:
    """Put the CLI and its two plugins into ``build/pulumi``.

    In one real folder: the CLI warns of a plugin that lies elsewhere than its own executable.
    """
    shutil.rmtree(INSTALLED, ignore_errors=True)
    INSTALLED.mkdir(parents=True)
    for file in folder.iterdir():
        link_or_copy(file, INSTALLED / file.name)
    for launcher in LAUNCHERS.glob("pulumi-*"):
        if not (INSTALLED / launcher.name).exists():
            (INSTALLED / launcher.name).symlink_to(launcher)


def link_or_copy(source: Path, target: Path) -> None:
    """Link a file; where the cache is on another disk, copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def main() -> int:
    """Get the CLI and return the exit status."""
    version = pinned()
    try:
        own = on_path()
        if own is not None:
            shutil.rmtree(INSTALLED, ignore_errors=True)
            say(f"The tests use {own}, version {version_of(own)}.")
            return 0
        install(cached(version))
    except SetupError as error:
        say(f"There is no Pulumi CLI on PATH, {error}.")
        say("The tests that need one are skipped; https://www.pulumi.com/docs/install has it.")
        return 1
    except KeyboardInterrupt:
        return 130
    say(f"The tests use build/pulumi/pulumi, version {version_of(INSTALLED / 'pulumi')}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
