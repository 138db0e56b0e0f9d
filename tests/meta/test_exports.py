"""The package's public names: complete, documented, and none by accident."""

import importlib
import re
from types import ModuleType

import pytest

from tests.meta.source_files import PACKAGE, ROOT, iterate_texts, list_modules

# Every package lists its public names; these are the ones that people import from, so each name
# is explained in the README or under docs/.
FRONT_DOORS = (
    PACKAGE,
    f"{PACKAGE}.emulator",
    f"{PACKAGE}.errors",
    f"{PACKAGE}.hq",
    f"{PACKAGE}.resources",
    f"{PACKAGE}.testing",
)

PACKAGES = sorted(
    module.dotted_name
    for module in list_modules()
    if module.path.name == "__init__.py" and "__all__" in module.text
)


def offered(module: ModuleType) -> set[str]:
    """Return the public names of a module: those in ``__all__``, or its own definitions."""
    listed_names = getattr(module, "__all__", None)
    if listed_names is not None:
        return set(listed_names)
    own = (name for name, each in vars(module).items() if _is_own(module, each))
    return {name for name in own if not name.startswith("_")}


def _is_own(module: ModuleType, each: object) -> bool:
    return getattr(each, "__module__", None) == module.__name__


def public(module: ModuleType) -> set[str]:
    """Return the names without an underscore, except submodules and typing tools."""
    return {
        name
        for name, each in vars(module).items()
        if not name.startswith("_")
        and not isinstance(each, ModuleType)
        and not str(getattr(each, "__module__", "")).startswith("typing")
        and name != "TYPE_CHECKING"
    }


def prose() -> str:
    """Return all documents for users."""
    return "\n".join(
        text
        for place, text in iterate_texts()
        if place.endswith(".md") and (place.startswith("docs/") or place == "README.md")
    )


@pytest.mark.parametrize("name", PACKAGES)
def test_all_lists_exactly_the_public_names(name: str) -> None:
    """No listed name is missing, and no public name is unlisted."""
    module = importlib.import_module(name)
    listed_names = list(module.__all__)

    missing = [each for each in listed_names if not hasattr(module, each)]
    unlisted = public(module) - set(listed_names)

    assert missing == []
    assert unlisted == set()
    assert len(listed_names) == len(set(listed_names))


@pytest.mark.parametrize("name", FRONT_DOORS)
def test_every_public_name_is_documented(name: str) -> None:
    """A name without documentation is not public."""
    text = prose()
    silent = sorted(
        each
        for each in offered(importlib.import_module(name))
        if not re.search(rf"\b{re.escape(each)}\b", text)
    )

    assert not silent, f"not in README.md or docs/: {', '.join(silent)}"


def test_the_package_is_marked_as_typed() -> None:
    """Without this file, type checkers of users ignore all annotations."""
    assert (ROOT / PACKAGE / "py.typed").exists()
