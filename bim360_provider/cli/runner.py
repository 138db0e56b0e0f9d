"""Runs preview, up and destroy of a stack on either engine, in a folder of the demo's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bim360_provider.cli.engines import Engine

__all__ = ["Runner"]

PASSPHRASE: Final = "demo"  # noqa: S105 - encrypts nothing but the demo's own throw-away state

LEFT_OUT: Final = ("PULUMI_", "APS_", "BIM360_", "FORGE_")
"""What the demo must not inherit: credentials and settings of a real account or backend."""


@dataclass(frozen=True)
class Runner:
    """One stack of one project, on one engine.

    Attributes:
        engine: What runs it.
        project: The folder of ``Pulumi.yaml``.
        stack: The stack's name.
        folder: Where state and settings of the demo are kept.
        hq: Environment variables that lead to the emulator.
    """

    engine: Engine
    project: Path
    stack: str
    folder: Path
    hq: Mapping[str, str]

    def prepare(self) -> None:
        """Make sure that the stack exists; the project's own files are not touched."""
        if self.engine.pulumi is None:
            return
        init = self.folder / "init"
        settings = init / f"Pulumi.{self.stack}.yaml"
        if not settings.exists():
            (self.folder / "state").mkdir(parents=True, exist_ok=True)
            init.mkdir(parents=True, exist_ok=True)
            (init / "Pulumi.yaml").write_text(f"name: {self._name()}\nruntime: python\n")
            self._pulumi(["stack", "init", self.stack, "--non-interactive"], init, quiet=True)
        self._unlock()
        own = self.project / self._config_dir() / f"Pulumi.{self.stack}.yaml"
        told = own.read_text(encoding="utf-8") if own.exists() else ""
        salt = settings.read_text(encoding="utf-8")
        self._config_file().write_text(f"{told.rstrip()}\n{salt}", encoding="utf-8")

    def run(self, command: str, *flags: str) -> int:
        """Run a command of the engine with its output on the terminal; return its exit code."""
        if self.engine.pulumi is None:
            state = self.folder / f"{self.stack}.json"
            options = ["--stack", self.stack, "--cwd", str(self.project), "--state", str(state)]
            module = [sys.executable, "-m", "bim360_provider.testing", command]
            return self._call([*module, *options, *flags], self.project)
        yes = [] if command == "preview" else ["--yes", "--skip-preview"]
        config = ["--stack", self.stack, "--config-file", str(self._config_file())]
        return self._pulumi([command, *yes, *config, *flags], self.project)

    def _config_file(self) -> Path:
        return self.folder / f"Pulumi.{self.stack}.yaml"

    def _name(self) -> str:
        return self._setting("name") or self.project.name

    def _config_dir(self) -> str:
        return self._setting("stackConfigDir") or "."

    def _setting(self, key: str) -> str | None:
        lines = (self.project / "Pulumi.yaml").read_text(encoding="utf-8").splitlines()
        found = [line.partition(":")[2].strip() for line in lines if line.startswith(f"{key}:")]
        return found[0].strip("'\"") if found else None

    def _unlock(self) -> None:
        """Take away the lock of a demo that was killed; ours keeps two from running at once."""
        shutil.rmtree(self.folder / "state" / ".pulumi" / "locks", ignore_errors=True)

    def _pulumi(self, arguments: list[str], cwd: Path, *, quiet: bool = False) -> int:
        return self._call([str(self.engine.pulumi), *arguments], cwd, quiet=quiet)

    def _call(self, command: list[str], cwd: Path, *, quiet: bool = False) -> int:
        output = subprocess.DEVNULL if quiet else None
        return subprocess.run(  # noqa: S603 - the chosen engine, arguments of our own
            command, cwd=cwd, env=self._environ(), check=False, stdout=output
        ).returncode

    def _environ(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(LEFT_OUT)}
        here = Path(sys.executable).parent
        beside = [str(Path(self.engine.pulumi).parent)] if self.engine.pulumi else []
        return {
            **kept,
            **self.hq,
            "PATH": os.pathsep.join([str(here), *beside, kept.get("PATH", "")]),
            "PULUMI_BACKEND_URL": (self.folder / "state").resolve().as_uri(),
            "PULUMI_HOME": str((self.folder / "home").resolve()),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }
