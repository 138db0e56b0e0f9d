"""Small modules, short functions, a docstring on each: read top down in one sitting."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from statistics import median, quantiles

import pytest

from tests.meta.source_files import PACKAGE, ROOT, FunctionNode, SourceModule, list_modules
from tests.meta.waivers import LONG_FUNCTIONS, LONG_MODULES

MAX_MODULE = 400
MAX_FUNCTION = 45
MAX_MEDIAN = 7
MAX_P90 = 25
MAX_FILES_PER_FOLDER = 20
MAX_MODULES = 273

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
    """A longer module has two purposes."""
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


def test_everything_public_has_a_docstring() -> None:
    """All modules and classes, and functions that other modules can call."""
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
    """Return whether a function has the signature of another one: an overload or override."""
    marks = {ast.unparse(each).rsplit(".", 1)[-1] for each in function.decorator_list}
    return bool(marks & {"overload", "override", "setter"})


def test_no_folder_has_more_than_20_python_files() -> None:
    """A reader finds a file by looking, not by searching."""
    counts = Counter(
        module.path.parent.relative_to(ROOT).as_posix() for module in list_modules(PACKAGE, "tests")
    )

    assert [each for each in counts.items() if each[1] > MAX_FILES_PER_FOLDER] == []


def test_the_package_has_at_most_273_modules() -> None:
    """A new module replaces another one, or is part of one that exists."""
    assert len(list_modules()) <= MAX_MODULES


def list_import_time_imports(body: list[ast.stmt]) -> Iterator[ast.ImportFrom]:
    """Yield the imports that run when a module is imported, without those for type checkers."""
    for node in body:
        if isinstance(node, ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If):
            checks_types = "TYPE_CHECKING" in ast.unparse(node.test)
            yield from list_import_time_imports(
                [*(() if checks_types else node.body), *node.orelse]
            )
        elif isinstance(node, ast.Try | ast.With):
            yield from list_import_time_imports(node.body)


def build_import_graph(modules: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Return which modules each module imports at import time, by dotted names.

    A name that is imported from a package is that package's module, if there is one.
    """
    graph: dict[str, set[str]] = {name: set() for name in modules}
    for name, syntax in modules.items():
        for node in list_import_time_imports(syntax.body):
            for alias in node.names:
                source = f"{node.module}.{alias.name}"
                graph[name].add(source if source in modules else node.module or "")
        graph[name] = graph[name] & modules.keys() - {name}
    return graph


def find_cycle(graph: dict[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, the first one again at the end."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle
    return []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Each module can be read, and imported first, without the ones that import it."""
    graph = build_import_graph({module.dotted_name: module.syntax for module in list_modules()})

    assert " imported by ".join(find_cycle(graph)) == ""


@pytest.mark.parametrize(
    ("text", "cycle"),
    [
        ("from a import x", ["a", "b", "a"]),
        ("try:\n    from a import x\nexcept ImportError:\n    pass", ["a", "b", "a"]),
        ("if TYPE_CHECKING:\n    from a import x", []),
        ("def f():\n    from a import x", []),
    ],
)
def test_a_cycle_is_one_of_imports_at_import_time(text: str, cycle: list[str]) -> None:
    """Imports in functions and for type checkers do not count."""
    modules = {"a": ast.parse("from b import y"), "b": ast.parse(text)}

    assert sorted(find_cycle(build_import_graph(modules))) == sorted(cycle)


def test_every_class_name_of_the_package_has_one_meaning() -> None:
    """A reader who met a class in one folder knows it in the next."""
    places: dict[str, list[str]] = defaultdict(list)
    for module in list_modules():
        for node in module.iterate_definitions():
            if isinstance(node, ast.ClassDef):
                places[node.name].append(module.locate_node(node))
    repeated = {name: where for name, where in places.items() if len(where) > 1}

    assert repeated == {}


def test_every_exemption_is_still_needed() -> None:
    """An unused exemption has to be removed."""
    assert set(LONG_FUNCTIONS) <= set(long_functions())
    assert set(LONG_MODULES) <= set(long_modules())
