"""Render Python programs in the format of ``ruff format`` and ``black``."""

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.export.names import allocate_variable

__all__ = ["INDENT", "WIDTH", "format_literal", "format_number", "format_text", "render_program"]

WIDTH: Final = 88
"""Columns of a line: the default of both formatters."""

INDENT: Final = 4

MAX_EXACT_INTEGER: Final = 2**53
"""Floats represent whole numbers below this limit exactly."""

ReferenceFormatter: TypeAlias = Callable[[Reference], str]
"""Returns the source text of a reference."""

HEADER_TEMPLATE: Final = '''"""{title}

Written by `bim360 export`, with {import_file} for `pulumi import --file`.
After the import it is an ordinary stack: change it in pull requests.
"""

{seal}

{imports}
'''


def format_literal(
    value: Any, format_reference: ReferenceFormatter, prefix_width: int, depth: int
) -> str:
    """Return a value as a Python literal.

    Args:
        value: A text, number, list, mapping, reference, or a nested combination.
        format_reference: Returns the source text of a reference.
        prefix_width: Columns before the value on its line.
        depth: The indentation of the line.
    """
    flat = _format_flat_value(value, format_reference)
    if prefix_width + count_columns(flat) + len(",") <= WIDTH:
        return flat
    if isinstance(value, Reference) and value.key is not None:
        head, _, key = flat.partition("[")
        return f"{head}[\n{' ' * (depth + INDENT)}{key[:-1]}\n{' ' * depth}]"
    return (
        _format_multiline_value(value, format_reference, depth)
        if isinstance(value, (list, Mapping)) and value
        else flat
    )


def format_text(value: str) -> str:
    """Return text in double quotes, or in single quotes if that saves backslashes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_escape_character(character, quote) for character in value) + quote


def format_number(value: float) -> str:
    """Return a number with grouped thousands, and without a decimal point if it is whole."""
    if not math.isfinite(value):
        msg = f"{value} is not a finite number"
        raise ValueError(msg)
    is_exact = value == int(value) and abs(value) < MAX_EXACT_INTEGER
    return f"{int(value) if is_exact else value:_}".replace("e+", "e")


def count_columns(text: str) -> int:
    """Return the maximum width of a text on a terminal."""
    return sum(1 + (unicodedata.east_asian_width(each) in "FWA") for each in text)


def _escape_character(character: str, quote: str) -> str:
    if character in (quote, "\\"):
        return f"\\{character}"
    return character if character.isprintable() else repr(character)[1:-1]


def _format_flat_value(value: Any, format_reference: ReferenceFormatter) -> str:
    if isinstance(value, str):
        return format_text(value)
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, (int, float)):
        return format_number(value)
    if isinstance(value, Reference):
        return format_reference(value)
    if isinstance(value, Mapping):
        pairs = (
            f"{format_text(key)}: {_format_flat_value(each, format_reference)}"
            for key, each in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    return f"[{', '.join(_format_flat_value(each, format_reference) for each in value)}]"


def _format_multiline_value(value: Any, format_reference: ReferenceFormatter, depth: int) -> str:
    """Return a list or a mapping with one line for each element."""
    margin = " " * (depth + INDENT)
    lines = []
    pairs = value.items() if isinstance(value, Mapping) else ((None, each) for each in value)
    for key, each in pairs:
        head = margin if key is None else f"{margin}{format_text(key)}: "
        literal = format_literal(each, format_reference, count_columns(head), depth + INDENT)
        lines.append(f"{head}{literal},")
    first, last = "{}" if isinstance(value, Mapping) else "[]"
    return "\n".join([first, *lines, f"{' ' * depth}{last}"])


def render_program(
    declarations: Sequence[Declaration], title: str, import_file: str, seal: str
) -> str:
    """Return the text of a program.

    Args:
        declarations: The declarations in the order of the program.
        title: The first line of the docstring, without quotes and backslashes.
        import_file: The name of the import file.
        seal: The comment that identifies exported files.
    """
    variables = _allocate_variables(declarations)

    def format_reference(reference: Reference) -> str:
        name = variables[reference.kind, reference.id]
        key = "" if reference.key is None else f"[{format_text(reference.key)}]"
        return f"{name}.{reference.attribute}{key}"

    head = HEADER_TEMPLATE.format(
        title=title, import_file=import_file, seal=seal, imports=_render_imports(declarations)
    )
    parts = [_render_declaration(each, variables, format_reference) for each in declarations]
    return "\n".join([head, "\n\n".join(parts), ""])


def _render_imports(declarations: Iterable[Declaration]) -> str:
    kinds = sorted({each.kind for each in declarations})
    flat = f"from bim360_provider import {', '.join(kinds)}"
    if len(flat) <= WIDTH:
        return flat
    lines = "".join(f"{' ' * INDENT}{kind},\n" for kind in kinds)
    return f"from bim360_provider import (\n{lines})"


def _allocate_variables(declarations: Sequence[Declaration]) -> dict[tuple[str, str], str]:
    """Return the variables of the declarations with references to them."""
    referenced = {(each.kind, each.id) for each in _find_references(declarations)}
    used = {each.kind for each in declarations}
    return {
        (each.kind, each.id): allocate_variable(each.name, each.kind, used)
        for each in declarations
        if (each.kind, each.id) in referenced
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
    each: Declaration, variables: dict[tuple[str, str], str], format_reference: ReferenceFormatter
) -> str:
    name = variables.get((each.kind, each.id))
    margin = " " * INDENT
    lines = [_render_comment(note) for note in each.notes]
    lines.append(f"{name} = {each.kind}(" if name else f"{each.kind}(")
    lines.append(f"{margin}{format_text(each.name)},")
    for argument, value in each.arguments.items():
        head = f"{margin}{argument}="
        literal = format_literal(value, format_reference, count_columns(head), INDENT)
        lines.append(f"{head}{literal},")
    return "\n".join([*lines, ")"])


def _render_comment(text: str) -> str:
    """Return a comment on one line; other characters than printable ones are escaped."""
    return "# " + "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
