"""Flags, extras, versions and paths in the documents' commands exist, and their data is valid.

The commands themselves run in tests/engine and tests/cli, under the same file name.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml

from bim360_provider.cli.demo_engine import CLI_VERSION
from tests.meta.source_files import ROOT
from tests.support.code_blocks import (
    SHELL_LANGUAGES,
    CodeBlock,
    list_blocks,
    list_pages,
    split_commands,
)

INSTALL = re.compile(r"pip install '([^'\[]+)\[([\w,]+)\]'")
READERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "yaml": lambda text: list(yaml.safe_load_all(text)),
}
OPTIONS_OF = {"bench": "bench", "soak": "tests.soak", "fuzz": "tests.fuzz"}
"""The module that takes the ARGS of a target of the Makefile."""


def typed() -> Iterator[tuple[str, list[str]]]:
    """Yield each command of the documents, with its place."""
    for block in list_blocks(*SHELL_LANGUAGES):
        for line in block.lines:
            yield from ((block.location, arguments) for arguments in split_commands(line))


def pyproject() -> dict[str, Any]:
    """Return the project's own description."""
    return tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def installs() -> list[tuple[str, str, str]]:
    """Return each install command of pages and messages: its place, what, and the extras."""
    sources = [*list_pages(), *(str(path) for path in ROOT.glob("bim360_provider/**/*.py"))]
    texts = {place: (ROOT / place).read_text(encoding="utf-8") for place in sources}
    return [(place, *each) for place, text in texts.items() for each in INSTALL.findall(text)]


def test_every_install_command_names_a_checkout_and_extras_that_exist() -> None:
    """The package is on no index: users install the checkout, which may be the current folder."""
    extras = set(pyproject()["project"]["optional-dependencies"])
    found = installs()

    checkouts = (".", "../bim360_provider")
    wrong = [row for row in found if row[1] not in checkouts or set(row[2].split(",")) - extras]

    assert len({place for place, _, _ in found}) > 5
    assert wrong == []


def test_pip_installs_the_checkout_with_its_extras(tmp_path: Path) -> None:
    """The command of README and messages, in a folder next to a checkout."""
    (tmp_path / "bim360_provider").symlink_to(ROOT)
    (tmp_path / "projects").mkdir()
    extras = ",".join(sorted({extra for _, _, named in installs() for extra in named.split(",")}))
    offline = ("--dry-run", "--no-index", "--no-build-isolation", "--disable-pip-version-check")

    done = subprocess.run(  # noqa: S603 - the test's own command
        [sys.executable, "-m", "pip", "install", *offline, f"../bim360_provider[{extras}]"],
        cwd=tmp_path / "projects",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Would install bim360-provider-" in done.stdout


@pytest.mark.parametrize("target", OPTIONS_OF)
def test_every_option_that_is_passed_through_make_exists(target: str) -> None:
    """`make` accepts any ARGS; the program does not."""
    passed = [
        argument
        for _, arguments in typed()
        if arguments[:2] == ["make", target]
        for argument in arguments[2:]
    ]
    flags = set(re.findall(r"--[a-z-]+", " ".join(passed)))

    done = subprocess.run(  # noqa: S603 - the test's own command
        [sys.executable, "-m", OPTIONS_OF[target], "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert flags <= set(re.findall(r"--[a-z-]+", done.stdout))


def test_every_path_of_a_documented_test_run_exists() -> None:
    """`make test ARGS="tests/unit -k archive"` collects something."""
    passed = " ".join(
        argument for _, arguments in typed() if "test" in arguments for argument in arguments
    )

    named = set(re.findall(r"tests/\w+", passed))

    assert "tests/unit" in named
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("block", list_blocks(*READERS), ids=lambda block: block.location)
def test_data_in_the_documents_is_valid(block: CodeBlock) -> None:
    """Users copy it into a file."""
    assert READERS[block.language](block.text)


def test_the_documents_name_the_cli_that_the_tests_run_on() -> None:
    """Pipelines, CI and the demo install the version of .ci/pulumi/go.mod."""
    pinned = re.findall(r"pulumi/pkg/v3 v(\S+)", (ROOT / ".ci/pulumi/go.mod").read_text())
    folders = ("bim360_provider/cli/pipelines", "docs/how-to/pipelines")
    examples = [path for folder in folders for path in (ROOT / folder).iterdir()]
    places = [*examples, ROOT / ".github/workflows/ci.yml"]
    texts = [path.read_text(encoding="utf-8") for path in places]
    images = [each for text in texts for each in re.findall(r"pulumi[\w.-]*: ?(\d+\.\d\S+)", text)]
    named = [
        each
        for page in list_pages()
        for each in re.findall(r"CLI (3\.\d+\.\d+)", (ROOT / page).read_text())
    ]

    assert len(images) > 4
    assert len(named) > 1
    assert {*images, *named, CLI_VERSION} == set(pinned)


def test_the_documents_name_the_sdk_that_the_tests_run_on() -> None:
    """It is a release that pip can install, and no newer than the CLI."""
    locked = re.findall(r"^pulumi==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in list_pages()]
    named = [
        each
        for text in texts
        for each in re.findall(r"(?:pulumi==|package(?: `pulumi`)? )(3\.\d+\.\d+)", text)
    ]

    assert len(named) > 1
    assert set(named) == set(locked)
    assert locked[0].split(".")[:2] <= CLI_VERSION.split(".")[:2]
