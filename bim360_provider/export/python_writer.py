"""Values as Python, in the one form that ``ruff format`` and ``black`` leave as it is."""

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.export.names import allocate_variable

__all__ = ["INDENT", "WIDTH", "format_literal", "format_number", "format_text", "render_program"]

WIDTH: Final = 88
"""Columns of a line: what both formatters take unless told otherwise."""

INDENT: Final = 4

MAX_EXACT_INTEGER: Final = 2**53
"""Whole numbers below it are floats without loss."""

ReferenceFormatter: TypeAlias = Callable[[Reference], str]
"""Returns the variable that a reference means."""

HEADER_TEMPLATE: Final = '''"""{title}

Written by `bim360 export`, with {import_file} beside it for `pulumi import --file`.
From the import on it is an ordinary stack: change it in pull requests.
"""

{seal}

{imports}
'''


def format_literal(value: Any, spell: ReferenceFormatter, before: int, depth: int) -> str:
    """Return a value as Python.

    Args:
        value: Text, a number, a list, a mapping, a reference, or any of these inside another.
        spell: Returns what to write for a reference.
        before: Columns of the line that are taken before it.
        depth: How deep the line is indented.
    """
    flat = _format_flat_value(value, spell)
    if before + count_columns(flat) + len(",") <= WIDTH:
        return flat
    if isinstance(value, Reference) and value.key is not None:
        head, _, key = flat.partition("[")
        return f"{head}[\n{' ' * (depth + INDENT)}{key[:-1]}\n{' ' * depth}]"
    return (
        _format_multiline_value(value, spell, depth)
        if isinstance(value, (list, Mapping)) and value
        else flat
    )


def format_text(value: str) -> str:
    """Return text in double quotes, or in single ones where that saves backslashes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_escape_character(character, quote) for character in value) + quote


def format_number(value: float) -> str:
    """Return a number; a whole one without its point, and thousands apart."""
    if not math.isfinite(value):
        msg = f"{value} is no number that Python can write"
        raise ValueError(msg)
    exact = value == int(value) and abs(value) < MAX_EXACT_INTEGER
    return f"{int(value) if exact else value:_}".replace("e+", "e")


def count_columns(words: str) -> int:
    """Return how wide a terminal shows text, at most."""
    return sum(1 + (unicodedata.east_asian_width(each) in "FWA") for each in words)


def _escape_character(character: str, quote: str) -> str:
    if character in (quote, "\\"):
        return f"\\{character}"
    return character if character.isprintable() else repr(character)[1:-1]


def _format_flat_value(value: Any, spell: ReferenceFormatter) -> str:
    if isinstance(value, str):
        return format_text(value)
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, (int, float)):
        return format_number(value)
    if isinstance(value, Reference):
        return spell(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{format_text(key)}: {_format_flat_value(each, spell)}' for key, each in value.items())}}}"
    return f"[{', '.join(_format_flat_value(each, spell) for each in value)}]"


def _format_multiline_value(value: Any, spell: ReferenceFormatter, depth: int) -> str:
    """Return a list or a mapping with a line for each element."""
    margin = " " * (depth + INDENT)
    lines = []
    pairs = value.items() if isinstance(value, Mapping) else ((None, each) for each in value)
    for key, each in pairs:
        head = margin if key is None else f"{margin}{format_text(key)}: "
        lines.append(f"{head}{format_literal(each, spell, count_columns(head), depth + INDENT)},")
    first, last = "{}" if isinstance(value, Mapping) else "[]"
    return "\n".join([first, *lines, f"{' ' * depth}{last}"])


def render_program(
    declarations: Sequence[Declaration], title: str, import_file: str, seal: str
) -> str:
    """Return the text of the file.

    Args:
        declarations: In the order in which they are to stand.
        title: The first line of the docstring; it holds neither quotes nor backslashes.
        import_file: The name of the file beside it.
        seal: The comment by which the next export knows its own.
    """
    variables = _allocate_variables(declarations)

    def spell(reference: Reference) -> str:
        name = variables[reference.kind, reference.id]
        key = "" if reference.key is None else f"[{format_text(reference.key)}]"
        return f"{name}.{reference.attribute}{key}"

    head = HEADER_TEMPLATE.format(
        title=title, import_file=import_file, seal=seal, imports=_render_imports(declarations)
    )
    parts = [_render_declaration(each, variables, spell) for each in declarations]
    return "\n".join([head, "\n\n".join(parts), ""])


def _render_imports(declarations: Iterable[Declaration]) -> str:
    kinds = sorted({each.kind for each in declarations})
    flat = f"from bim360_provider import {', '.join(kinds)}"
    if len(flat) <= WIDTH:
        return flat
    lines = "".join(f"{' ' * INDENT}{kind},\n" for kind in kinds)
    return f"from bim360_provider import (\n{lines})"


def _allocate_variables(declarations: Sequence[Declaration]) -> dict[tuple[str, str], str]:
    """Return the variables of those that others refer to."""
    wanted = {(each.kind, each.id) for each in _find_references(declarations)}
    taken = {each.kind for each in declarations}
    return {
        (each.kind, each.id): allocate_variable(each.name, each.kind, taken)
        for each in declarations
        if (each.kind, each.id) in wanted
    }


def _find_references(value: object) -> Iterable[Reference]:
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, Declaration):
        yield from _find_references(list(value.arguments.values()))
    elif isinstance(value, dict):
        yield from _find_references(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _find_references(each)


def _render_declaration(
    each: Declaration, variables: dict[tuple[str, str], str], spell: ReferenceFormatter
) -> str:
    name = variables.get((each.kind, each.id))
    margin = " " * INDENT
    lines = [_render_comment(note) for note in each.notes]
    lines.append(f"{name} = {each.kind}(" if name else f"{each.kind}(")
    lines.append(f"{margin}{format_text(each.name)},")
    for argument, value in each.arguments.items():
        head = f"{margin}{argument}="
        lines.append(f"{head}{format_literal(value, spell, count_columns(head), INDENT)},")
    return "\n".join([*lines, ")"])


def _render_comment(words: str) -> str:
    """Return a comment that is one line whatever it quotes."""
    return "# " + "".join(each if each.isprintable() else ascii(each)[1:-1] for each in words)
