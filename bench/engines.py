"""The engine that runs the subjects: the Pulumi CLI on PATH, or the local engine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.matrix import Operation

PASSPHRASE: Final = "bench"  # noqa: S105 - encrypts a temporary state

EXCLUDED_PREFIXES: Final = ("PULUMI_", "APS_", "BIM360_", "FORGE_", "PYTHONPATH")
"""Prefixes of variables that are not passed on: a real account, another backend."""

ROOT: Final = Path(__file__).resolve().parents[1]

PULUMI_COMMANDS: Final[dict[Operation, tuple[str, ...]]] = {
    "preview": ("preview",),
    "up": ("up", "--yes", "--skip-preview"),
    "preview_unchanged": ("preview", "--expect-no-changes"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}

LOCAL_COMMANDS: Final[dict[Operation, tuple[str, ...]]] = {
    "preview": ("preview",),
    "up": ("up",),
    "preview_unchanged": ("preview", "--expect-no-changes"),
    "refresh": ("refresh",),
    "destroy": ("destroy",),
}


@dataclass(frozen=True)
class BenchEngine:
    """An engine.

    Attributes:
        description: The engine and its version, as shown in the report.
        pulumi: Path of the Pulumi CLI, or None for the local engine.
    """

    description: str
    pulumi: str | None = None

    def write_project(self, folder: Path, subject: str) -> None:
        """Write a Pulumi project that declares the portfolio of a subject, and create its stack."""
        (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n", "utf-8")
        program = (
            "import os\n\n"
            f"from bench.subjects.{subject} import declare\n\n"
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
        """Return the command line for an operation."""
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

    def build_environment(self, folder: Path, variables: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a run, without variables of a real account or backend."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(EXCLUDED_PREFIXES)}
        return {
            **inherited,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{inherited.get('PATH', '')}",
            "PYTHONPATH": f"{ROOT / 'bench' / 'site'}{os.pathsep}{ROOT}",
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            **variables,
        }


def choose_engine(wanted: str) -> BenchEngine:
    """Return the engine; ``auto`` uses the Pulumi CLI if it is on PATH.

    Raises:
        SystemExit: The Pulumi CLI was requested and is not on PATH.
    """
    path = shutil.which("pulumi")
    if wanted == "local" or (wanted == "auto" and path is None):
        return BenchEngine("the local engine of this package")
    if path is None:
        sys.exit("The Pulumi CLI is not on PATH; omit --engine to use the local engine.")
    version = subprocess.run([path, "version"], capture_output=True, text=True, check=False)
    return BenchEngine(f"the Pulumi CLI {version.stdout.strip() or '(unknown version)'}", path)


def describe_missing_peer() -> str:
    """Return why OpenTofu with the generic REST provider was not measured.

    No package registry serves both: the Go module proxy has OpenTofu, whose module cannot be built
    without its ``replace`` lines, and refuses ``github.com/Mastercard/terraform-provider-restapi``.
    """
    tofu = shutil.which("tofu")
    if tofu is None:
        return "OpenTofu with the REST provider was not measured: `tofu` is not on PATH."
    return f"OpenTofu with the REST provider was not measured: no projects are written for {tofu}."
