"""README, documents, locks and CI name the same versions, which can be installed together."""

import re
from collections.abc import Iterator

import pytest
import tomli
from packaging.requirements import Requirement
from packaging.version import Version

from bim360_provider.cli.demo_engine import CLI_VERSION
from bim360_provider.doctor.checks.machine import MIN_SDK_VERSION
from tests.meta.source_files import ROOT

PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOWEST = {
    each.name: next(Version(spec.version) for spec in each.specifier if spec.operator == ">=")
    for each in map(Requirement, PROJECT["dependencies"])
}
PACKAGES = ("pulumi", "pydantic")


def read(name: str) -> str:
    """Return a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def find_locked(name: str, lock: str) -> Version:
    """Return the version of a package in a lock file."""
    found = re.search(rf"^{name}==(\S+)", read(lock), re.MULTILINE)
    assert found is not None
    return Version(found[1])


def find_cli(folder: str) -> Version:
    """Return the version of the CLI that `make pulumi` gets."""
    found = re.search(r"pulumi/pkg/v3 v(\S+)", read(f".ci/{folder}/go.mod"))
    assert found is not None
    return Version(found[1])


def list_cli_versions() -> Iterator[tuple[str, str]]:
    """Yield each version of the CLI that a file installs or names as tested."""
    pattern = r"(?:CLI |pulumi-version: |pulumi/pulumi[\w.-]*:)v?(\d+\.\d+\.\d+)"
    folders = [path for name in ("docs/how-to", ".github") for path in (ROOT / name).rglob("*")]
    files = [path for path in (ROOT / "README.md", *folders) if path.is_file()]
    for path in files:
        for version in re.findall(pattern, path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), version


@pytest.mark.parametrize("package", PACKAGES)
def test_the_lowest_version_is_the_one_of_the_oldest_tests(package: str) -> None:
    """A version that can be installed is tested."""
    assert find_locked(package, "requirements-oldest.lock") == LOWEST[package]


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("page", ["README.md", "docs/reference/versions.md"])
def test_the_documents_name_the_tested_range(package: str, page: str) -> None:
    """From the oldest to the newest version."""
    for lock in ("requirements-oldest.lock", "requirements.lock"):
        assert str(find_locked(package, lock)) in read(page), lock


def test_the_doctor_requires_the_lowest_version() -> None:
    """It fails for an SDK that is not supported."""
    assert LOWEST["pulumi"].release[:2] == MIN_SDK_VERSION


def test_all_files_name_the_cli_that_the_tests_use() -> None:
    """README, pipelines, workflows and the demo."""
    pinned = str(find_cli("pulumi"))

    assert pinned == CLI_VERSION
    assert {name: found for name, found in list_cli_versions() if found != pinned} == {}


@pytest.mark.parametrize(
    ("folder", "lock"),
    [("pulumi", "requirements.lock"), ("pulumi-oldest", "requirements-oldest.lock")],
)
def test_the_cli_is_not_older_than_the_package(folder: str, lock: str) -> None:
    """Both can be installed together, as the README requires."""
    assert find_cli(folder).release[:2] >= find_locked("pulumi", lock).release[:2]
