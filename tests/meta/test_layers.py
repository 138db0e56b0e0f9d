"""Imports go downward only, and each layer imports only the libraries that it needs."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.meta.source_files import PACKAGE, SourceModule, list_modules


@dataclass(frozen=True)
class Layer:
    """The allowed imports of a layer: other layers of the package, and third-party libraries."""

    below: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()


def _layer(below: str = "", libraries: str = "") -> Layer:
    return Layer(frozenset(below.split()), frozenset(libraries.split()))


# grpc, google (protobuf) and yaml come with pulumi, which uses them; urllib3 comes with requests,
# which sends through it.
LAYERS = {
    "errors": _layer(),
    "files": _layer(),
    "models": _layer("errors", "email_validator pydantic"),
    "hq": _layer("errors files models", "pydantic pyrate_limiter redis requests urllib3"),
    # One decision of the core that a review shows as well; it reads a state and imports no client.
    "core.removal": _layer("models"),
    "core": _layer("errors models hq core.removal", "pydantic"),
    "dynamic": _layer("errors models hq core", "grpc pulumi pydantic"),
    "resources": _layer("errors models hq core dynamic", "pulumi pydantic yaml"),
    "review": _layer("errors models core.removal", "rich"),
    "export": _layer("errors files models hq core dynamic resources", "pulumi yaml"),
    "doctor": _layer("errors models hq core", "yaml"),
    "emulator": _layer("", "jinja2 pydantic rich typer uvicorn"),
    "testing": _layer(
        "errors files models hq core dynamic resources emulator",
        "google grpc pulumi pydantic pytest requests rich typer yaml",
    ),
    "cli": _layer(
        "errors files models hq core dynamic resources review export doctor emulator testing",
        "pulumi pydantic requests rich typer yaml",
    ),
    # The package itself re-exports what a stack needs.
    PACKAGE: _layer("errors resources"),
}

# The allowed imports of a stack: the public names of the package, and Pulumi.
STACKS = _layer("resources", "pulumi")

# Network modules of the standard library, forbidden in layers that only compute.
SOCKETS = ("asyncio", "http.client", "http.server", "select", "socket", "ssl", "urllib.request")
NO_SOCKETS = ("errors", "models", "core", "core.removal", "dynamic", "resources", "review")


def layer_of(dotted: str) -> str:
    """Return the layer of a module of the package, or of a name in it, by its dotted name."""
    parts = dotted.split(".")
    single_module = ".".join(parts[1:3])
    if single_module in LAYERS:
        return single_module
    return parts[1] if len(parts) > 1 else PACKAGE


def imports(module: SourceModule) -> Iterator[tuple[str, str]]:
    """Yield the place and the full name of everything a module imports, also inside functions."""
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield module.locate_node(node), alias.name
        elif isinstance(node, ast.ImportFrom):
            source = _source(module, node)
            for alias in node.names:
                yield module.locate_node(node), f"{source}.{alias.name}"


def _source(module: SourceModule, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.dotted_name.split(".")
    depth = node.level - (module.path.name == "__init__.py")
    return ".".join([*package[: len(package) - depth], *(node.module or "").split(".")])


def violations(module: SourceModule, own: str, allowed: Layer) -> Iterator[str]:
    """Yield each import that a layer does not allow, and where."""
    for place, name in imports(module):
        top = name.split(".")[0]
        if top == PACKAGE:
            if (layer := _target(name)) not in {own, *allowed.below}:
                yield f"{place}: {own} may not import {layer} ({name})"
        elif top not in sys.stdlib_module_names and top not in allowed.libraries:
            yield f"{place}: {own} may not import the library {top}"


def _target(name: str) -> str:
    layer = layer_of(name)
    return layer if layer in LAYERS else PACKAGE


def _of(layer: str) -> list[SourceModule]:
    return [module for module in list_modules() if layer_of(module.dotted_name) == layer]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_lies_below(layer: str) -> None:
    """Stacks, resources, dynamic, core, hq, models, errors: never the other way round."""
    found = [each for module in _of(layer) for each in violations(module, layer, LAYERS[layer])]

    assert not found, "\n".join(found)


def test_every_module_belongs_to_a_layer() -> None:
    """A new folder needs a row in the table above."""
    strangers = [
        module.location for module in list_modules() if layer_of(module.dotted_name) not in LAYERS
    ]

    assert not strangers, "\n".join(strangers)


@pytest.mark.parametrize("layer", NO_SOCKETS)
def test_only_hq_opens_sockets(layer: str) -> None:
    """Check, diff and the models must work without a network."""
    found = [
        f"{place}: {layer} may not import {name}"
        for module in _of(layer)
        for place, name in imports(module)
        if name.startswith(SOCKETS)
    ]

    assert not found, "\n".join(found)


def test_a_stack_imports_only_public_names() -> None:
    """A reviewer of a stack reads projects, not HTTP or models."""
    own = {module.path.stem for module in list_modules("stacks")}
    found = [
        each
        for module in list_modules("stacks")
        for each in violations(module, PACKAGE, STACKS)
        if each.rsplit(" ", 1)[1] not in own
    ]

    assert not found, "\n".join(found)


def test_the_rule_finds_an_upward_import() -> None:
    """A rule that cannot fail is useless."""
    module = list_modules()[0]
    upward = SourceModule(
        module.path, "", ast.parse(f"def f():\n    from {PACKAGE}.hq import client")
    )

    found = list(violations(upward, "models", LAYERS["models"]))

    assert found == [f"{module.location}:2: models may not import hq ({PACKAGE}.hq.client)"]
