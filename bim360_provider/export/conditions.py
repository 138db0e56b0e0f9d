"""Branches of a program that a stack never enters, as far as their conditions show it."""

import ast

__all__ = ["without_dead_branches"]


def without_dead_branches(module: ast.Module, stack: str) -> ast.Module:
    """Return a module without the branches that a run of a stack never enters.

    Known are constants, ``TYPE_CHECKING``, and a comparison of ``get_stack()`` with a text.

    Args:
        module: The program; it is changed.
        stack: The name of the stack, without organization and project.
    """
    _Pruned(stack).visit(module)
    return ast.fix_missing_locations(module)


class _Pruned(ast.NodeTransformer):
    """Empties the branches of ``if`` that never run."""

    def __init__(self, stack: str) -> None:
        self._stack = stack

    def visit_If(self, node: ast.If) -> ast.AST:
        """Keep what may run; a branch that is left empty passes."""
        holds = _holds(node.test, self._stack)
        self.generic_visit(node)
        if holds is False:
            node.body = [ast.Pass()]
        if holds is True:
            node.orelse = []
        return node


def _holds(test: ast.expr, stack: str) -> bool | None:
    """Return whether a condition holds; None if its text does not show it."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if getattr(test, "attr", getattr(test, "id", "")) == "TYPE_CHECKING":
        return False
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    sides = [test.left, test.comparators[0]]
    texts = [each.value for each in sides if isinstance(each, ast.Constant)]
    if len(texts) != 1 or not any(map(_is_stack, sides)):
        return None
    equal = texts[0] == stack
    return {ast.Eq: equal, ast.NotEq: not equal}.get(type(test.ops[0]))


def _is_stack(value: ast.expr) -> bool:
    function = value.func if isinstance(value, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", "")) == "get_stack"
