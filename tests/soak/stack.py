"""The stack of a soak: a program that declares the content of a file, run as people run it."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID

PROGRAM: Final = Path(__file__).with_name("project") / "__main__.py"
SITE_FOLDER: Final = Path(__file__).with_name("site")
ACTING_USER: Final = "acting@example.com"
ROOT: Final = Path(__file__).resolve().parents[2]
"""First on the path, so that a soak tests the tree that contains it."""

PROCESS_TIMEOUT: Final = 300.0
"""Real seconds for a run or for a process to end; a run takes a few."""

LOCK_TAKEOVER_TEXT: Final = "took over the lock of process"
"""The engine's message about the killed run before it: not an error of this one."""


@dataclass(frozen=True)
class ResourceState:
    """One resource in the state."""

    id: str
    inputs: Mapping[str, Any]
    urn: str = ""


@dataclass(frozen=True)
class EngineRun:
    """One run of the engine: its arguments, its output, and its exit code."""

    args: tuple[str, ...]
    exit_code: int
    output: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All messages; none if the engine was killed."""
        try:
            document, _ = json.JSONDecoder().raw_decode(self.output)
        except ValueError:
            return []
        return list(document.get("diagnostics", ()))

    def list_messages(self, severity: str) -> list[str]:
        """Return the texts of one severity."""
        return [each["message"] for each in self.messages if each["severity"] == severity]


class SoakStack:
    """A folder with the program, its state, and the output of every run."""

    def __init__(self, folder: Path, url: str, secret: str) -> None:
        self.folder = folder
        self._project = folder / "project"
        self._runs = folder / "runs"
        self._host_pid = folder / "host.pid"
        self._state = folder / "state.json"
        for place in (self._project, self._runs):
            place.mkdir(parents=True)
        (self._project / "Pulumi.yaml").write_text("name: soak\nruntime: python\n", "utf-8")
        shutil.copy(PROGRAM, self._project)
        self._environment = {
            "APS_CLIENT_ID": CLIENT_ID,
            "APS_CLIENT_SECRET": secret,
            "BIM360_ACCOUNT_ID": ACCOUNT_ID,
            "BIM360_ACTING_USER": ACTING_USER,
            "BIM360_BASE_URL": url,
            "BIM360_MAX_ARCHIVES": "unlimited",
            "PYTHONPATH": f"{SITE_FOLDER}{os.pathsep}{ROOT}",
            "SOAK_CLOCK": f"{url}/_emulator/clock",
            "SOAK_HOST_PID": str(self._host_pid),
        }
        self._engine: subprocess.Popen[str] | None = None
        self._run_count = 0

    def declare(self, declaration: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
        """Write what the program declares from now on, and the images."""
        text = json.dumps(declaration, indent=1)
        (self._project / "declared.json").write_text(text, "utf-8")
        for name, content in pictures.items():
            (self._project / f"{name}.png").write_bytes(content)

    def read_state(self) -> dict[str, dict[str, ResourceState]]:
        """Return the resources of the state, by the end of the type and by resource name."""
        if not self._state.exists():
            return {}
        found: dict[str, dict[str, ResourceState]] = {}
        for each in json.loads(self._state.read_text("utf-8"))["resources"]:
            name, kind = each["urn"].rpartition("::")[2], each["type"].rpartition("/")[2]
            if "id" in each and not each.get("pending_delete"):
                # A resource that waits for its replacement or its name is not settled: no other
                # change may affect it.
                waits = each.get("deleted") or "name" in each["outputs"].get("unfinished", ())
                inputs = {} if waits else each["inputs"]
                found.setdefault(kind, {})[name] = ResourceState(each["id"], inputs, each["urn"])
        return found

    def run(self, *arguments: str) -> EngineRun:
        """Run one command of the engine to its end, and to the end of its host."""
        self._host_pid.unlink(missing_ok=True)
        place = ["--stack=soak", f"--cwd={self._project}", f"--state={self._state}", "--json"]
        command = [sys.executable, "-m", "bim360_provider.testing", *arguments, *place]
        with subprocess.Popen(  # noqa: S603 - our own command
            command,
            env={**os.environ, **self._environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as self._engine:
            output, _ = self._engine.communicate(timeout=PROCESS_TIMEOUT)
        self._wait_for_host()
        self._run_count += 1
        called = "-".join(word for word in arguments if "urn:" not in word)
        (self._runs / f"{self._run_count:03}-{called}.txt").write_text(output, "utf-8")
        return EngineRun(arguments, self._engine.returncode, output)

    def kill(self, victim: str) -> None:
        """Kill the engine, the provider's host, or both, as a crash would."""
        if victim != "host" and self._engine is not None:
            self._engine.kill()
        if victim != "engine" and (pid := self._read_host_pid()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _read_host_pid(self) -> int:
        try:
            return int(self._host_pid.read_text("ascii"))
        except (OSError, ValueError):
            return 0

    def _wait_for_host(self) -> None:
        """Wait until the host of a killed engine has noticed: it may send requests until then."""
        pid = self._read_host_pid()
        with suppress(ProcessLookupError):
            host = os.pidfd_open(pid) if pid else -1
            if pid:
                select.select([host], [], [], PROCESS_TIMEOUT)
                os.close(host)
