"""Check that the pipelines use variables, commands, flags and files that exist.

tests/engine/commands/test_pipelines.py runs their steps, except those for Kubernetes.
"""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer
import yaml

from bim360_provider.core.settings import CONFIG_KEYS
from tests.meta.source_files import ROOT

EXAMPLES = sorted(
    path
    for folder in ("bim360_provider/cli/pipelines", "docs/how-to/pipelines")
    for path in (ROOT / folder).iterdir()
)
PIPELINES = [*EXAMPLES, ROOT / ".github/workflows/ci.yml"]
OF_OURS = re.compile(r"\b((?:BIM360|APS)_[A-Z0-9_]+)\b")
CALLED = re.compile(r"\bbim360 ([a-z]+)([^\n|>;&]*)")
FLAG = re.compile(r"(?<=\s)--[a-z][a-z-]*")


def _name(path: Path) -> str:
    return path.name


def objects(name: str) -> list[Any]:
    """Return the Kubernetes objects of an example."""
    text = (ROOT / "docs/how-to/pipelines" / name).read_text(encoding="utf-8")
    return list(yaml.safe_load_all(text))


def of_kind(kind: str) -> dict[str, Any]:
    """Return the only object of a kind in the examples for Kubernetes."""
    every = [*objects("kubernetes-redis.yml"), *objects("kubernetes-stack.yml")]
    (found,) = [each for each in every if each["kind"] == kind]
    return dict(found)


def calls() -> Iterator[tuple[str, str, list[str]]]:
    """Yield each call of `bim360`: its file, its command and its flags; comments are prose."""
    for path in PIPELINES:
        lines = path.read_text(encoding="utf-8").splitlines()
        code = "\n".join(re.sub(r"(^|\s)#.*", "", line) for line in lines)
        for command, rest in CALLED.findall(code):
            yield path.name, command, FLAG.findall(rest)


@pytest.mark.parametrize("path", PIPELINES, ids=_name)
def test_every_variable_of_ours_is_a_setting(path: Path) -> None:
    """A misspelled variable would leave the setting at its default silently."""
    named = set(OF_OURS.findall(path.read_text(encoding="utf-8")))

    assert named - set(CONFIG_KEYS.values()) == set()


def test_every_command_and_flag_of_ours_exists() -> None:
    """Users copy the examples."""
    commands = importlib.import_module("bim360_provider.cli.app")
    known: Any = typer.main.get_command(commands.create_app())
    seen = list(calls())

    wrong = [
        (path, command, flag)
        for path, command, flags in seen
        for flag in ["", *flags]
        if command not in known.commands
        or (flag and all(flag not in each.opts for each in known.commands[command].params))
    ]

    assert {path for path, _, _ in seen} >= {"github-preview.yml", "gitlab-ci.yml"}
    assert wrong == []


def test_apply_and_drift_do_not_cancel_each_other_at_github() -> None:
    """GitHub keeps one waiting run of a group, and cancels an older one."""
    groups = [
        yaml.safe_load((ROOT / "bim360_provider/cli/pipelines" / name).read_text(encoding="utf-8"))[
            "concurrency"
        ]
        for name in ("github-apply.yml", "github-drift.yml", "github-preview.yml")
    ]

    assert len({group["group"] for group in groups}) == 3
    assert not any(group["cancel-in-progress"] for group in groups)


def test_the_stack_on_kubernetes_uses_the_shared_rate_limit() -> None:
    """Its address is the service's, whose pods are the deployment's."""
    service, redis = of_kind("Service"), of_kind("Deployment")
    env = of_kind("Stack")["spec"]["envRefs"]

    address = urlsplit(env["BIM360_RATE_LIMIT_STORE"]["literal"]["value"])
    (port,) = service["spec"]["ports"]
    (container,) = redis["spec"]["template"]["spec"]["containers"]

    named = "{name}.{namespace}.svc.cluster.local".format(**service["metadata"])
    assert (address.scheme, address.hostname, address.port) == ("redis", named, port["port"])
    assert container["ports"] == [{"containerPort": port["port"]}]
    assert service["spec"]["selector"] == redis["spec"]["template"]["metadata"]["labels"]
    assert redis["spec"]["selector"]["matchLabels"] == service["spec"]["selector"]


def test_the_stack_on_kubernetes_has_an_account_and_reads_one_secret() -> None:
    """No manifest contains a secret, and deleting the object archives nothing."""
    account, bound, stack = map(of_kind, ("ServiceAccount", "ClusterRoleBinding", "Stack"))
    env = stack["spec"]["envRefs"]

    secrets = {name for name, ref in env.items() if ref["type"] == "Secret"}

    assert secrets == {"PULUMI_ACCESS_TOKEN", "APS_CLIENT_ID", "APS_CLIENT_SECRET"}
    assert len({env[name]["secret"]["name"] for name in secrets}) == 1
    assert len({env[name]["secret"]["key"] for name in secrets}) == len(secrets)
    assert stack["spec"]["serviceAccountName"] == account["metadata"]["name"]
    assert bound["subjects"] == [{"kind": "ServiceAccount", **account["metadata"]}]
    assert stack["spec"]["destroyOnFinalize"] is False


def test_the_image_has_the_pulumi_of_the_examples() -> None:
    """An older version could not read the state of a newer one."""
    texts = [path.read_text(encoding="utf-8") for path in EXAMPLES]
    pinned = [
        re.findall(r"(?:pulumi-version: |pulumi-python-3\.\d+:)(\d+\.\d+\.\d+)", t) for t in texts
    ]

    assert len({version for versions in pinned for version in versions}) == 1
