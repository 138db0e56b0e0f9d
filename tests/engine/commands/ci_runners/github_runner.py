"""Runs the steps of a GitHub workflow as GitHub's runner does, as far as the examples need it."""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tests.meta.source_files import ROOT

PIPELINE_EXAMPLES: Final = ROOT / "bim360_provider/cli/pipelines"
EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")
GATE_LABEL_CONDITION = re.compile(
    r"!contains\(github\.event\.pull_request\.labels\.\*\.name, '([\w-]+)'\) && '([^']*)' \|\| ''"
)
STEP_TIMEOUT: Final = 120


@dataclass
class GitHubRunner:
    """A repository at GitHub with its runner.

    Attributes:
        folder: The checkout.
        env: The variables of the machine: PATH, and the emulator's address.
        secrets: Variables that only steps get which declare them.
        labels: Those of the pull request.
        said: What the last job printed.
    """

    folder: Path
    env: Mapping[str, str]
    secrets: Mapping[str, str]
    labels: list[str] = field(default_factory=list)
    output: str = ""

    def __post_init__(self) -> None:
        """Begin with an empty repository."""
        self._store_file = self.folder / "host.json"
        self._store_file.write_text(
            '{"comments": [], "issues": [], "labels": []}', encoding="utf-8"
        )

    def run_preview(self) -> tuple[int, str]:
        """Run the preview of a pull request; return the exit code and the step that failed."""
        return self._run_job("github-preview.yml", "preview")

    def run_apply(self) -> tuple[int, str]:
        """Run the jobs of a merge."""
        return self._run_job("github-apply.yml", "apply")

    def run_drift(self) -> tuple[int, str]:
        """Run the scheduled jobs."""
        return self._run_job("github-drift.yml", "drift")

    @property
    def comments(self) -> list[str]:
        """The comments of the pull request."""
        return [each["body"] for each in self._read_store()["comments"]]

    @property
    def issues(self) -> list[tuple[str, str]]:
        """The issues: state and body."""
        return [(each["state"], each["body"]) for each in self._read_store()["issues"]]

    def _read_store(self) -> Any:
        return json.loads(self._store_file.read_text(encoding="utf-8"))

    def _run_job(self, document: str, name: str) -> tuple[int, str]:
        workflow = yaml.safe_load((PIPELINE_EXAMPLES / document).read_text(encoding="utf-8"))
        assert workflow["defaults"]["run"]["shell"] == "bash"
        job = workflow["jobs"][name]
        outputs: dict[str, str] = {}
        self.output = ""
        for step in job["steps"]:
            if "run" not in step or step["name"] == "Install":
                continue
            code = self._run_step(step, job["env"], outputs)
            if code:
                return code, step["name"]
        return 0, ""

    def _run_step(self, step: Any, shared: Mapping[str, str], outputs: dict[str, str]) -> int:
        variables = {**shared, **step.get("env", {})}
        files = {key: self.folder / key for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        files["GITHUB_OUTPUT"].write_text("", encoding="utf-8")
        completed = subprocess.run(  # noqa: S603 - the example's own step
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607 - found on PATH
            cwd=self.folder,
            env={
                **self.env,
                "GITHUB_REPOSITORY": "own/stacks",
                "HOST_FILE": str(self._store_file),
                **{key: str(place) for key, place in files.items()},
                **{key: self._evaluate(value, outputs) for key, value in variables.items()},
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=STEP_TIMEOUT,
            check=False,
        )
        self.output += completed.stdout
        for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            outputs[f"steps.{step['id']}.outputs.{key}"] = value
        return completed.returncode

    def _evaluate(self, value: str, outputs: Mapping[str, str]) -> str:
        known = {
            **{f"secrets.{key}": secret for key, secret in self.secrets.items()},
            "github.token": "github-token",
            "github.repository": "own/stacks",
            "github.event.pull_request.number": "7",
            **outputs,
        }
        return EXPRESSION.sub(lambda found: self._lookup_value(found[1], known), value)

    def _lookup_value(self, expression: str, known: Mapping[str, str]) -> str:
        gates = GATE_LABEL_CONDITION.fullmatch(expression)
        if gates:
            return "" if gates[1] in self.labels else gates[2]
        return known[expression]
