"""The lock names what pyproject.toml requires, on every Python that the project supports."""

import re
from collections.abc import Iterator, Mapping

import pytest
import tomli
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.meta.source_files import ROOT

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PYPROJECT = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OWN_NAME = canonicalize_name(PYPROJECT["project"]["name"])


def environment(python: str) -> dict[str, str]:
    """Return the values for markers: the named Python on Linux."""
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_python_implementation": "CPython",
        "extra": "",
    }


def applies(requirement: Requirement, python: str) -> bool:
    """Return whether a requirement applies to this Python."""
    return requirement.marker is None or requirement.marker.evaluate(environment(python))


def entries() -> Iterator[tuple[Requirement, str]]:
    """Yield each pinned requirement of the lock, with the lines that belong to it."""
    for block in re.split(r"\n(?=\w)", LOCK):
        first = block.splitlines()[0]
        if not first.startswith("#"):
            yield Requirement(first.rstrip(" \\")), block


def pinned(python: str) -> Mapping[str, str]:
    """Return the version of every package that the lock installs on this Python."""
    return {
        canonicalize_name(each.name): next(iter(each.specifier)).version
        for each, _ in entries()
        if applies(each, python)
    }


def list_requirements() -> list[Requirement]:
    """Return every requirement of pyproject.toml but those on the project itself."""
    project = PYPROJECT["project"]
    lines = [
        *PYPROJECT["build-system"]["requires"],
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
        *(line for group in PYPROJECT["dependency-groups"].values() for line in group),
    ]
    lines = [line for line in lines if isinstance(line, str)]  # a group may include another
    found = [Requirement(line) for line in lines]
    return [each for each in found if canonicalize_name(each.name) != OWN_NAME]


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_has_what_pyproject_requires(python: str) -> None:
    """A change of pyproject.toml needs `make lock`."""
    have = pinned(python)
    missing = [
        f"{each}: the lock has {have.get(canonicalize_name(each.name), 'nothing')}"
        for each in list_requirements()
        if applies(each, python)
        and not each.specifier.contains(have.get(canonicalize_name(each.name), "0"))
    ]

    assert not missing, "\n".join(missing)


def test_the_lock_has_only_what_is_required() -> None:
    """A requirement that left pyproject.toml leaves the lock as well."""
    ours = {canonicalize_name(each.name) for each in list_requirements()}
    left_over = [
        each.name
        for each, block in entries()
        if re.search(rf"# +(?:via )?{OWN_NAME} ", block)
        and canonicalize_name(each.name) not in ours
    ]

    assert not left_over, left_over


def test_every_package_is_pinned_by_version_and_hash() -> None:
    """A file that was replaced on the index is refused."""
    loose = [
        str(each)
        for each, block in entries()
        if [spec.operator for spec in each.specifier] != ["=="] or "--hash=sha256:" not in block
    ]

    assert not loose, loose


def test_the_lock_names_no_index() -> None:
    """The index is a setting of the machine."""
    assert "://" not in LOCK


def test_the_pip_next_to_the_set_up_is_the_one_it_names() -> None:
    """The wheel and its hash are changed together."""
    named = re.findall(r'"(pip-[\w.-]+\.whl)"', (ROOT / ".ci/environment.py").read_text())

    assert named == [each.name for each in (ROOT / ".ci").glob("*.whl")]
