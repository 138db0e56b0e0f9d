"""The engine that all contestants run on: the Pulumi CLI on PATH, or the local engine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.grid import Operation

PASSPHRASE: Final = "bench"  # noqa: S105 - encrypts a state that is thrown away

EXCLUDED_PREFIXES: Final = ("PULUMI_", "APS_", "BIM360_", "FORGE_", "PYTHONPATH")
"""What a bench must not inherit: a real account, another backend."""

ROOT: Final = Path(__file__).resolve().parents[1]

PULUMI_COMMANDS: Final[dict[Operation, tuple[str, ...]]] = {
    "preview": ("preview",),
    "up": ("up", "--yes", "--skip-preview"),
    "again": ("preview", "--expect-no-changes"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}

LOCAL_COMMANDS: Final[dict[Operation, tuple[str, ...]]] = {
    "preview": ("preview",),
    "up": ("up",),
    "again": ("preview", "--expect-no-changes"),
    "refresh": ("refresh",),
    "destroy": ("destroy",),
}


@dataclass(frozen=True)
class BenchEngine:
    """An engine; `pulumi` is the CLI's path, or None for the local engine."""

    description: str
    pulumi: str | None = None

    def write_project(self, folder: Path, contestant: str) -> None:
        """Write a project that declares a contestant's portfolio, and make its stack."""
        (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n", "utf-8")
        program = (
            "import os\n\n"
            f"from bench.contestants.{contestant} import declare\n\n"
            'declare(int(os.environ["BENCH_COUNT"]))\n'
        )
        (folder / "__main__.py").write_text(program, "utf-8")
        if self.pulumi is not None:
            (folder / "backend").mkdir()
            subprocess.run(
                [self.pulumi, "stack", "init", "bench", "--non-interactive"],
                cwd=folder,
                env=self.build_environment(folder, {}),
                check=True,
                capture_output=True,
            )

    def build_command(self, op: Operation, folder: Path) -> list[str]:
        """Return the words that do an operation."""
        if self.pulumi is not None:
            return [
                self.pulumi,
                *PULUMI_COMMANDS[op],
                "--stack=bench",
                "--non-interactive",
                "--color=never",
            ]
        state = f"--state={folder / 'state.json'}"
        module = [sys.executable, "-m", "bim360_provider.testing"]
        return [*module, *LOCAL_COMMANDS[op], "--stack=bench", f"--cwd={folder}", state, "--json"]

    def build_environment(self, folder: Path, more: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a run; nothing of a real account or backend gets in."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(EXCLUDED_PREFIXES)}
        return {
            **kept,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
            "PYTHONPATH": f"{ROOT / 'bench' / 'site'}{os.pathsep}{ROOT}",
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            **more,
        }


def choose_engine(wanted: str) -> BenchEngine:
    """Return the engine: ``auto`` takes the CLI where there is one.

    Raises:
        SystemExit: The CLI was asked for and is not on PATH.
    """
    found = shutil.which("pulumi")
    if wanted == "local" or (wanted == "auto" and found is None):
        return BenchEngine("the local engine of this package")
    if found is None:
        sys.exit("There is no Pulumi CLI on PATH; leave --engine out to use the local engine.")
    said = subprocess.run([found, "version"], capture_output=True, text=True, check=False)
    return BenchEngine(f"the Pulumi CLI {said.stdout.strip() or 'without a version'}", found)
