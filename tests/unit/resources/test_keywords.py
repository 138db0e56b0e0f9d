"""Misspelled arguments: a ``TypeError`` suggests the most similar one."""

import inspect
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

import bim360_provider
from bim360_provider.errors import InputError
from bim360_provider.resources.base import Bim360Resource

PUBLIC: dict[str, Callable[..., Any]] = {
    name: getattr(bim360_provider, name)
    for name in bim360_provider.__all__
    if name.startswith(("Bim360", "get_"))
    and callable(getattr(bim360_provider, name))
    and not (
        inspect.isclass(getattr(bim360_provider, name))
        and issubclass(getattr(bim360_provider, name), Exception)
    )
}
RESOURCES = [each for each in PUBLIC.values() if inspect.isclass(each)]


@pytest.mark.parametrize("name", PUBLIC)
def test_the_message_for_a_misspelled_argument_suggests_the_most_similar(name: str) -> None:
    """The last letter is missing, or the parts are joined in another way."""
    function = PUBLIC[name]
    arguments = [
        each.name
        for each in inspect.signature(function).parameters.values()
        if each.kind is inspect.Parameter.KEYWORD_ONLY
    ]

    for argument in arguments:
        wrong = argument.replace("_", "") + "x"
        with pytest.raises(TypeError, match=f"has no argument '{wrong}'; did you mean {argument}"):
            function(**({"resource_name": "it"} if function in RESOURCES else {}), **{wrong: "x"})


@pytest.mark.parametrize("function", RESOURCES)
def test_positional_arguments_are_refused(function: Callable[..., Any]) -> None:
    """Only the resource's own name is positional."""
    with pytest.raises(TypeError, match=r"takes its arguments by name, such as \w+=…; only the"):
        function("it", "Tower")


@pytest.mark.parametrize("function", RESOURCES)
def test_signatures_are_unchanged(function: Callable[..., Any]) -> None:
    """Editors and type checkers use them."""
    kinds = {each.kind for each in inspect.signature(function).parameters.values()}

    assert inspect.Parameter.VAR_KEYWORD not in kinds
    assert inspect.Parameter.VAR_POSITIONAL not in kinds


@pytest.mark.parametrize("kind", [*Bim360Resource.__subclasses__(), bim360_provider.Bim360Team])
def test_import_in_the_options_is_refused_in_one_line(kind: Any) -> None:
    """The message has the alternatives, instead of Pulumi's ``KeyError: '__provider'``."""
    parameters = inspect.signature(kind).parameters.values()
    needed = [each.name for each in parameters if each.default is each.empty]
    given = {name: [] if name in ("members", "units") else "x" for name in needed}
    if kind is bim360_provider.Bim360ProjectImage:
        given["path"] = __file__

    with pytest.raises(InputError) as caught:
        kind(**given, opts=pulumi.ResourceOptions(import_="an-id"))

    if "path" not in given:
        assert "import_ does not work" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, pulumi.RunError)
