"""Small modules, short functions, a docstring on each: read top down in one sitting."""

import ast
from collections.abc import Iterator
from statistics import median, quantiles

from tests.meta.source_files import FunctionNode, SourceModule, list_modules
from tests.meta.waivers import LONG_FUNCTIONS, LONG_MODULES

MAX_MODULE = 400
MAX_FUNCTION = 45
MAX_MEDIAN = 7
MAX_P90 = 25

OURS = (".ci", "bench", "bim360_provider", "stacks")


def length(function: FunctionNode) -> int:
    """Return the lines of a function from ``def`` to its end, without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def long_modules() -> dict[str, int]:
    """Return the modules over the limit, each with its lines."""
    return {
        module.location: lines
        for module in list_modules(*OURS)
        if (lines := len(module.text.splitlines())) > MAX_MODULE
    }


def long_functions() -> dict[str, int]:
    """Return the functions over the limit, each with its lines."""
    return {
        f"{module.location}:{function.name}": lines
        for module in list_modules(*OURS, "tests")
        for function in module.iterate_functions()
        if (lines := length(function)) > MAX_FUNCTION
    }


def _listed(found: dict[str, int]) -> str:
    return "\n".join(f"{place} has {lines} lines" for place, lines in found.items())


def test_no_module_is_longer_than_400_lines() -> None:
    """What does not fit has two purposes."""
    long = {place: lines for place, lines in long_modules().items() if place not in LONG_MODULES}

    assert not long, _listed(long)


def test_no_function_is_longer_than_45_lines() -> None:
    """One screen, also in the tests."""
    long = {key: lines for key, lines in long_functions().items() if key not in LONG_FUNCTIONS}

    assert not long, _listed(long)


def test_most_functions_are_a_handful_of_lines() -> None:
    """The median and the ninetieth percentile of the best clients of this kind."""
    lengths = [
        length(each) for module in list_modules(*OURS) for each in module.iterate_functions()
    ]

    assert median(lengths) <= MAX_MEDIAN
    assert quantiles(lengths, n=10)[-1] <= MAX_P90


def test_everything_public_says_what_it_is_for() -> None:
    """Modules and classes all, functions where others call them."""
    silent = [each for module in list_modules(*OURS) for each in _silent(module)]

    assert not silent, "\n".join(silent)


def _silent(module: SourceModule) -> Iterator[str]:
    if not ast.get_docstring(module.syntax):
        yield f"{module.location}: the module has no docstring"
    for node in _outer(module.syntax):
        if not ast.get_docstring(node):
            yield f"{module.locate_node(node)}: {node.name} has no docstring"


def _outer(parent: ast.Module | ast.ClassDef) -> Iterator[FunctionNode | ast.ClassDef]:
    for node in parent.body:
        if isinstance(node, ast.ClassDef):
            yield node
            yield from _outer(node) if not node.name.startswith("_") else ()
        elif isinstance(node, FunctionNode) and not node.name.startswith("_") and not _typed(node):
            yield node


def _typed(function: FunctionNode) -> bool:
    """Tell the signatures that stand for another one's: overloads and overrides."""
    marks = {ast.unparse(each).rsplit(".", 1)[-1] for each in function.decorator_list}
    return bool(marks & {"overload", "override", "setter"})


def test_every_exemption_is_still_needed() -> None:
    """An exemption that exempts nothing is taken out."""
    assert set(LONG_FUNCTIONS) <= set(long_functions())
    assert set(LONG_MODULES) <= set(long_modules())
