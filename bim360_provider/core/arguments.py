"""Arguments against a model: every problem at once, unknown values passed through."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from bim360_provider.models import normal
from bim360_provider.models.aliases import ARGUMENT_ALIASES
from bim360_provider.models.suggestions import suggestion

__all__ = ["UNKNOWN", "Problem", "Unknown", "is_unknown", "validated"]


class Unknown:
    """A value that another resource has yet to give."""

    def __repr__(self) -> str:
        """Return what Pulumi prints for it."""
        return "[unknown]"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one argument, in words that say what to write instead.

    Attributes:
        argument: Its name.
        words: What is wrong with it.
        warning: It is told in the preview, and let through.
    """

    argument: str
    words: str
    warning: bool = False

    def __str__(self) -> str:
        """Return the sentence that people read."""
        name = self.argument
        return f"{name if name.isidentifier() else normal.shown(name)} {self.words}"


def is_unknown(value: object) -> bool:
    """Return whether a value, or any element of it, is not known yet."""
    if isinstance(value, Mapping):
        return any(is_unknown(element) for element in value.values())
    return isinstance(value, Unknown) or (
        isinstance(value, (list, tuple)) and any(is_unknown(element) for element in value)
    )


def validated(
    model: type[BaseModel],
    given: Mapping[str, Any],
    open_lists: frozenset[str] = frozenset(),
    *,
    complete: bool = True,
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the given arguments in normal form, and everything that is wrong with them.

    Args:
        model: Says which arguments there are and what each may hold.
        given: Arguments that were given; values may be unknown.
        open_lists: Arguments for which any text passes, whatever the public list says.
        complete: Whether a required argument that is not given is a problem.
    """
    fields = model.model_fields
    problems = [_no_such(fields, name, given) for name in given if name not in fields]
    inputs: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if name not in given:
            if complete and field.is_required():
                problems.append(Problem(name, "is missing"))
        elif is_unknown(given[name]):
            inputs[name] = given[name]
        else:
            inputs[name], problem = _one(model, name, given[name], lenient=name in open_lists)
            problems += [problem] if problem else []
    return inputs, problems


def _one(
    model: type[BaseModel], name: str, value: object, *, lenient: bool
) -> tuple[Any, Problem | None]:
    try:
        return _adapter(model, name).validate_python(value), None
    except ValidationError as error:
        problem = Problem(name, _words(error))
    if lenient and isinstance(value, str) and value.strip():
        try:
            return normal.text(255)(value), None
        except ValueError:
            return value, problem
    return value, problem


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    field = model.model_fields[name]
    kind: Any = field.annotation
    for constraint in field.metadata:
        kind = Annotated[kind, constraint]
    return TypeAdapter(kind)


def _words(error: ValidationError) -> str:
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    return str(cause) if cause else first["msg"]


def _no_such(fields: Collection[str], name: str, given: Collection[str]) -> Problem:
    near = suggestion(name, fields, aliases=ARGUMENT_ALIASES, excluded=given)
    advice = f"; did you mean {near}?" if near else ""
    return Problem(name, f"is not an argument{advice}")
