"""The pipelines that `bim360 init` writes, with a fake host and, if needed, a fake CLI."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.commands.ci_runners.github_runner import GitHubRunner
from tests.engine.commands.ci_runners.gitlab_runner import GitLabRunner, run_gitlab
from tests.engine.crashes.crash_harness import (
    CrashStack,
    create_crash_stack,
    only_in_make_crashes,
)

Host = GitHubRunner | GitLabRunner

CLI = shutil.which("pulumi")
HOSTS = Path(__file__).with_name("ci_runners")
FINE, PLAN_FAILED, GATE_TRIGGERED = 0, 1, 3
NEEDS_CLI = (
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(CLI is None, reason="needs the Pulumi CLI on PATH"),
)
SECRETS = ("APS_CLIENT_ID", "APS_CLIENT_SECRET")

pytestmark = [
    pytest.mark.skipif(
        any(shutil.which(tool) is None for tool in ("bash", "curl", "jq")),
        reason="the examples use bash, curl and jq, as the hosts have them",
    )
]


def on_hosts(*sample: str) -> pytest.MarkDecorator:
    """Return the mark for a test on each host and engine; the sample is for the usual suite."""
    cases = [
        pytest.param(
            case,
            marks=[
                *(NEEDS_CLI if case.endswith("pulumi") else ()),
                *(() if case in sample else (only_in_make_crashes,)),
            ],
        )
        for case in ("github-local", "gitlab-local", "github-pulumi", "gitlab-pulumi")
    ]
    return pytest.mark.parametrize("host", cases, indirect=True)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[CrashStack]:
    """Return a stack that declares one tower, at an HQ without projects."""
    with create_crash_stack(tmp_path / "stack") as created:
        yield created


@pytest.fixture
def host(request: pytest.FixtureRequest, stack: CrashStack, tmp_path: Path) -> Iterator[Host]:
    """Return the host of the stack's repository."""
    name, engine = request.param.split("-")
    hq = {key: value for key, value in stack.env.items() if key not in SECRETS}
    machine = {**hq, **_machine(tmp_path, engine)}
    if engine == "pulumi":
        init = ["pulumi", "stack", "init", "dev", "--non-interactive"]
        subprocess.run(init, cwd=stack.folder, env=machine, check=True, capture_output=True)  # noqa: S603 - our own command
    secrets = {key: stack.env[key] for key in SECRETS} | {"PULUMI_ACCESS_TOKEN": ""}
    if name == "github":
        yield GitHubRunner(stack.folder, machine, secrets)
    else:
        with run_gitlab(stack.folder, machine, secrets) as created:
            yield created


def _machine(folder: Path, engine: str) -> dict[str, str]:
    scripts = {"gh": HOSTS / "fake_gh_cli.py"}
    if engine == "local":
        scripts["pulumi"] = HOSTS / "fake_pulumi_cli.py"
    commands = folder / "bin"
    commands.mkdir()
    for name, script in scripts.items():
        (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
        (commands / name).chmod(0o755)
    (folder / "backend").mkdir()
    paths = [str(commands), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {
        "PATH": os.pathsep.join(paths),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "only for tests",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
    }


@on_hosts("gitlab-local")
def test_a_request_gets_one_comment_that_is_updated(host: Host, stack: CrashStack) -> None:
    """The second push changes the first comment; nothing is created at HQ."""
    first = host.run_preview()
    first_comments = host.comments
    stack.declare(city="Seattle", name="Harbor Point Tower")

    second = host.run_preview()

    assert (first, second) == ((FINE, ""), (FINE, "")), host.output
    assert len(first_comments) == len(host.comments) == 1
    assert "Tower A" in first_comments[0]
    assert "Harbor Point Tower" in host.comments[0]
    assert stack.list_projects() == []


@on_hosts("github-local")
def test_a_gate_stops_the_request_and_a_label_opens_it(host: Host, stack: CrashStack) -> None:
    """The comment lists the changes in either case."""
    stack.declare(*({"name": f"Tower {number}"} for number in range(10)))
    applied = host.run_apply()
    stack.declare()

    code, where = host.run_preview()
    host.labels.append("gates-open")
    allowed = host.run_preview()

    assert applied == (FINE, ""), host.output
    assert (code, where) == (GATE_TRIGGERED, where)
    assert where in ("Gate", "preview")
    assert allowed == (FINE, ""), host.output
    assert "Tower 9" in host.comments[0]
    assert [project["status"] for project in stack.list_projects()].count("archived") == 0


@on_hosts("gitlab-local")
def test_a_failed_plan_is_reported_and_not_applied(host: Host, stack: CrashStack) -> None:
    """A mistake in an argument: the comment quotes the error, and a merge sends nothing."""
    stack.declare(currency="EURO")

    code, _ = host.run_preview()
    applied, _ = host.run_apply()

    assert code == PLAN_FAILED
    assert "did you mean 'EUR'?" in host.comments[0]
    assert applied != FINE
    assert stack.list_projects() == []


@on_hosts("github-local")
def test_a_preview_without_a_plan_is_reported_too(host: Host, stack: CrashStack) -> None:
    """For example if the project file was deleted."""
    (stack.folder / "Pulumi.yaml").unlink()

    code, _ = host.run_preview()

    assert code != FINE
    assert len(host.comments) == 1
    assert host.comments[0].startswith("<!-- bim360 review: dev -->\n")
    assert "There is no review." in host.comments[0]


@on_hosts("gitlab-local", "github-pulumi")
def test_a_merge_is_applied_and_drift_opens_and_closes_an_issue(
    host: Host, stack: CrashStack
) -> None:
    """Changed by hand, reported once, updated, restored by the next merge, closed."""
    applied = host.run_apply()
    [tower] = stack.list_projects()
    quiet = host.run_drift()
    stack.hq.call_control_plane("PATCH", f"/projects/{tower['id']}", {"city": "Tacoma", "value": 9})

    found = [host.run_drift(), host.run_drift()]
    reported = list(host.issues)
    restored = host.run_apply()
    closed = host.run_drift()

    assert [applied, quiet, *found, restored, closed] == [(FINE, "")] * 6, host.output
    assert [state for state, _ in reported] == ["open"]
    assert "Tower A" in reported[0][1]
    assert stack.list_projects()[0]["value"] == tower["value"]
    assert [state for state, _ in host.issues] in (["closed"], ["clos"])
