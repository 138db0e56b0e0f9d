"""Runs the jobs of a GitLab pipeline as its runner does, with a fake API of notes and issues."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.engine.commands.ci_runners.github_runner import STEP_TIMEOUT
from tests.meta.source_files import ROOT

TOKEN: Final = "bot-token"
BOT_USER_ID: Final = 42
NOTES_PATH: Final = "/api/v4/projects/5/merge_requests/7/notes"
ISSUES_PATH: Final = "/api/v4/projects/5/issues"


class FakeGitLabApi(BaseHTTPRequestHandler):
    """The few endpoints that the example uses."""

    notes: ClassVar[list[dict[str, Any]]] = []
    issues: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        """List notes or issues."""
        path, query = self._parse_request()
        if path == "/api/v4/user":
            self._send_json({"id": BOT_USER_ID})
        elif path == NOTES_PATH:
            self._send_json(self.notes)
        elif path == ISSUES_PATH and query["state"] == "opened":
            wanted = query["labels"]
            self._send_json(
                [i for i in self.issues if i["labels"] == wanted and i["state"] == "opened"]
            )
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """Create a note or an issue."""
        path, _ = self._parse_request()
        form = self._read_form()
        if path == NOTES_PATH:
            self.notes.append({"id": 100 + len(self.notes), "author": {"id": BOT_USER_ID}, **form})
        elif path == ISSUES_PATH:
            self.issues.append({"iid": 1 + len(self.issues), "state": "opened", **form})
        else:
            self.send_error(404)
            return
        self._send_json({}, 201)

    def do_PUT(self) -> None:
        """Change a note or an issue."""
        path, _ = self._parse_request()
        form = self._read_form()
        if form.get("state_event") == "close":
            form["state"] = "closed"
        single = re.fullmatch(rf"(?:{NOTES_PATH}|{ISSUES_PATH})/(\d+)", path)
        known = {str(each.get("id") or each["iid"]): each for each in [*self.notes, *self.issues]}
        if single is None or single[1] not in known:
            self.send_error(404)
            return
        known[single[1]].update(form)
        self._send_json({})

    def log_message(self, *_: Any) -> None:
        """Keep the output of the tests clean."""

    def _parse_request(self) -> tuple[str, dict[str, str]]:
        assert self.headers["PRIVATE-TOKEN"] == TOKEN
        url = urlsplit(self.path)
        return url.path, {key: values[0] for key, values in parse_qs(url.query).items()}

    def _read_form(self) -> dict[str, Any]:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        return {key: values[0] for key, values in parse_qs(sent).items()}

    def _send_json(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass
class GitLabRunner:
    """A project at GitLab with its runner; the same interface as ``GitHubRunner``."""

    folder: Path
    env: Mapping[str, str]
    secrets: Mapping[str, str]
    url: str
    labels: list[str] = field(default_factory=list)
    output: str = ""

    def run_preview(self) -> tuple[int, str]:
        """Run the preview of a merge request; return the exit code and the job that failed."""
        return self._run_job("preview")

    def run_apply(self) -> tuple[int, str]:
        """Run the jobs of a merge."""
        return self._run_job("apply")

    def run_drift(self) -> tuple[int, str]:
        """Run the scheduled jobs."""
        return self._run_job("drift")

    @property
    def comments(self) -> list[str]:
        """The notes of the merge request."""
        return [each["body"] for each in FakeGitLabApi.notes]

    @property
    def issues(self) -> list[tuple[str, str]]:
        """The issues: state and description."""
        return [
            (each["state"].removesuffix("ed"), each["description"]) for each in FakeGitLabApi.issues
        ]

    def _run_job(self, name: str) -> tuple[int, str]:
        pipeline = yaml.safe_load(
            (ROOT / "bim360_provider/cli/pipelines/gitlab-ci.yml").read_text("utf-8")
        )
        variables = {key: str(value) for key, value in pipeline["variables"].items()}
        completed = subprocess.run(  # noqa: S603 - the example's own job
            ["bash", "-eo", "pipefail", "-c", "\n".join(pipeline[name]["script"])],  # noqa: S607 - found on PATH
            cwd=self.folder,
            env={
                **self.env,
                **self.secrets,
                **variables,
                "BOT_TOKEN": TOKEN,
                "CI_API_V4_URL": self.url,
                "CI_PROJECT_ID": "5",
                "CI_MERGE_REQUEST_IID": "7",
                "CI_MERGE_REQUEST_LABELS": ",".join(self.labels),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=STEP_TIMEOUT,
            check=False,
        )
        self.output = completed.stdout
        return completed.returncode, name if completed.returncode else ""


@contextmanager
def run_gitlab(
    folder: Path, env: Mapping[str, str], secrets: Mapping[str, str]
) -> Iterator[GitLabRunner]:
    """Serve a GitLab without notes and issues."""
    FakeGitLabApi.notes.clear()
    FakeGitLabApi.issues.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), FakeGitLabApi) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield GitLabRunner(folder, env, secrets, f"http://127.0.0.1:{server.server_port}/api/v4")
        server.shutdown()
        thread.join()
