"""The stack's file: readable Python, a declaration for each thing, the same every time."""

from collections.abc import Iterable, Sequence
from typing import Final

from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.export.literals import INDENT, WIDTH, Spell, columns, literal, text
from bim360_provider.export.naming import variable

__all__ = ["program"]

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
