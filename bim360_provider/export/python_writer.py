"""Values as Python, in the one form that ``ruff format`` and ``black`` leave as it is."""

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.export.names import variable

__all__ = ["INDENT", "WIDTH", "literal", "number", "program", "text"]

WIDTH: Final = 88
"""Columns of a line: what both formatters take unless told otherwise."""

INDENT: Final = 4

EXACT: Final = 2**53
"""Whole numbers below it are floats without loss."""

Spell: TypeAlias = Callable[[Reference], str]
"""Returns the variable that a reference means."""


def literal(value: Any, spell: Spell, before: int, depth: int) -> str:
    """Return a value as Python.

    Args:
        value: Text, a number, a list, a mapping, a reference, or any of these inside another.
        spell: Returns what to write for a reference.
        before: Columns of the line that are taken before it.
        depth: How deep the line is indented.
    """
    flat = _flat(value, spell)
    if before + columns(flat) + len(",") <= WIDTH:
        return flat
    if isinstance(value, Reference) and value.key is not None:
        head, _, key = flat.partition("[")
        return f"{head}[\n{' ' * (depth + INDENT)}{key[:-1]}\n{' ' * depth}]"
    return _exploded(value, spell, depth) if isinstance(value, (list, Mapping)) and value else flat


def text(value: str) -> str:
    """Return text in double quotes, or in single ones where that saves backslashes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_escaped(character, quote) for character in value) + quote


def number(value: float) -> str:
    """Return a number; a whole one without its point, and thousands apart."""
    if not math.isfinite(value):
        msg = f"{value} is no number that Python can write"
        raise ValueError(msg)
    exact = value == int(value) and abs(value) < EXACT
    return f"{int(value) if exact else value:_}".replace("e+", "e")


def columns(words: str) -> int:
    """Return how wide a terminal shows text, at most."""
    return sum(1 + (unicodedata.east_asian_width(each) in "FWA") for each in words)


def _escaped(character: str, quote: str) -> str:
    if character in (quote, "\\"):
        return f"\\{character}"
    return character if character.isprintable() else repr(character)[1:-1]


def _flat(value: Any, spell: Spell) -> str:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, Reference):
        return spell(value)
    if isinstance(value, Mapping):
        return (
            f"{{{', '.join(f'{text(key)}: {_flat(each, spell)}' for key, each in value.items())}}}"
        )
    return f"[{', '.join(_flat(each, spell) for each in value)}]"


def _exploded(value: Any, spell: Spell, depth: int) -> str:
    """Return a list or a mapping with a line for each element."""
    margin = " " * (depth + INDENT)
    lines = []
    pairs = value.items() if isinstance(value, Mapping) else ((None, each) for each in value)
    for key, each in pairs:
        head = margin if key is None else f"{margin}{text(key)}: "
        lines.append(f"{head}{literal(each, spell, columns(head), depth + INDENT)},")
    first, last = "{}" if isinstance(value, Mapping) else "[]"
    return "\n".join([first, *lines, f"{' ' * depth}{last}"])


HEAD: Final = '''"""{title}

Written by `bim360 export`, with {import_file} beside it for `pulumi import --file`.
From the import on it is an ordinary stack: change it in pull requests.
"""

{seal}

{imports}
'''


def program(declarations: Sequence[Declaration], title: str, import_file: str, seal: str) -> str:
    """Return the text of the file.

    Args:
        declarations: In the order in which they are to stand.
        title: The first line of the docstring; it holds neither quotes nor backslashes.
        import_file: The name of the file beside it.
        seal: The comment by which the next export knows its own.
    """
    variables = _variables(declarations)

    def spell(reference: Reference) -> str:
        name = variables[reference.kind, reference.id]
        key = "" if reference.key is None else f"[{text(reference.key)}]"
        return f"{name}.{reference.attribute}{key}"

    head = HEAD.format(
        title=title, import_file=import_file, seal=seal, imports=_imports(declarations)
    )
    parts = [_declared(each, variables, spell) for each in declarations]
    return "\n".join([head, "\n\n".join(parts), ""])


def _imports(declarations: Iterable[Declaration]) -> str:
    kinds = sorted({each.kind for each in declarations})
    flat = f"from bim360_provider import {', '.join(kinds)}"
    if len(flat) <= WIDTH:
        return flat
    lines = "".join(f"{' ' * INDENT}{kind},\n" for kind in kinds)
    return f"from bim360_provider import (\n{lines})"


def _variables(declarations: Sequence[Declaration]) -> dict[tuple[str, str], str]:
    """Return the variables of those that others refer to."""
    wanted = {(each.kind, each.id) for each in _references(declarations)}
    taken = {each.kind for each in declarations}
    return {
        (each.kind, each.id): variable(each.name, each.kind, taken)
        for each in declarations
        if (each.kind, each.id) in wanted
    }


def _references(value: object) -> Iterable[Reference]:
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, Declaration):
        yield from _references(list(value.arguments.values()))
    elif isinstance(value, dict):
        yield from _references(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _references(each)


def _declared(each: Declaration, variables: dict[tuple[str, str], str], spell: Spell) -> str:
    name = variables.get((each.kind, each.id))
    margin = " " * INDENT
    lines = [_comment(note) for note in each.notes]
    lines.append(f"{name} = {each.kind}(" if name else f"{each.kind}(")
    lines.append(f"{margin}{text(each.name)},")
    for argument, value in each.arguments.items():
        head = f"{margin}{argument}="
        lines.append(f"{head}{literal(value, spell, columns(head), INDENT)},")
    return "\n".join([*lines, ")"])


def _comment(words: str) -> str:
    """Return a comment that is one line whatever it quotes."""
    return "# " + "".join(each if each.isprintable() else ascii(each)[1:-1] for each in words)
