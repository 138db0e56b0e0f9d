"""Validate arguments against a model and report all problems at once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from bim360_provider.models import display, normalize
from bim360_provider.models.display import quote_value
from bim360_provider.models.suggestions import ARGUMENT_ALIASES, suggest_value

__all__ = [
    "UNKNOWN",
    "Problem",
    "Unknown",
    "is_unknown",
    "validate_arguments",
    "warn_about_response",
    "warn_about_values",
]


class Unknown:
    """A value that is not known until another resource is created."""

    def __repr__(self) -> str:
        """Return Pulumi's text for an unknown value."""
        return "[unknown]"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Problem:
    """A problem of one argument, with a message that says how to correct it.

    Attributes:
        argument: The argument's name.
        message: The rest of a sentence that begins with the argument's name.
        warning: Whether the preview only warns and accepts the value.
    """

    argument: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        """Return the message as a sentence."""
        name = self.argument
        return f"{name if name.isidentifier() else normalize.quote_value(name)} {self.message}"


def is_unknown(value: object) -> bool:
    """Return whether a value, or any element of it, is not known yet."""
    if isinstance(value, Mapping):
        return any(is_unknown(element) for element in value.values())
    return isinstance(value, Unknown) or (
        isinstance(value, (list, tuple)) and any(is_unknown(element) for element in value)
    )


def validate_arguments(
    model: type[BaseModel],
    given: Mapping[str, Any],
    open_lists: frozenset[str] = frozenset(),
    *,
    check_required: bool = True,
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form, and all problems.

    Args:
        model: Defines the arguments and their values.
        given: The declared arguments; unknown values stay as they are.
        open_lists: Arguments that accept any text, also values outside HQ's public list.
        check_required: Whether a missing required argument is a problem.
    """
    fields = model.model_fields
    problems = [
        _describe_unknown_argument(fields, name, given) for name in given if name not in fields
    ]
    inputs: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if name not in given:
            if check_required and field.is_required():
                problems.append(Problem(name, "is missing"))
        elif is_unknown(given[name]):
            inputs[name] = given[name]
        else:
            inputs[name], problem = _validate_argument(
                model, name, given[name], is_open_list=name in open_lists
            )
            problems += [problem] if problem else []
    return inputs, problems


def _validate_argument(
    model: type[BaseModel], name: str, value: object, *, is_open_list: bool
) -> tuple[Any, Problem | None]:
    try:
        return _build_adapter(model, name).validate_python(value), None
    except ValidationError as error:
        problem = Problem(name, _format_error(error))
    if is_open_list and isinstance(value, str) and value.strip():
        try:
            return normalize.limit_text(255)(value), None
        except ValueError:
            return value, problem
    return value, problem


@cache
def _build_adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    field = model.model_fields[name]
    kind: Any = field.annotation
    for constraint in field.metadata:
        kind = Annotated[kind, constraint]
    return TypeAdapter(kind)


def _format_error(error: ValidationError) -> str:
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    return str(cause) if cause else first["msg"]


def _describe_unknown_argument(
    fields: Collection[str], name: str, given: Collection[str]
) -> Problem:
    near = suggest_value(name, fields, aliases=ARGUMENT_ALIASES, excluded=given)
    advice = f"; did you mean {near}?" if near else ""
    return Problem(name, f"is not an argument{advice}")


def warn_about_response(
    warn: Callable[[str], None],
    label: str,
    sent: Mapping[str, Any],
    row: BaseModel,
    is_same: Callable[[str, Any, Any], bool],
) -> None:
    """Warn once if a response has other values than were sent.

    Args:
        warn: Shows a warning.
        label: The object's name for users, such as ``project 'Tower'``.
        sent: The fields of the request body, as arguments.
        row: HQ's response; a field that is missing in it is not compared.
        is_same: Returns whether an argument and HQ's value are equivalent.
    """
    named = {name: getattr(row, name) for name in sent if name in row.model_fields_set}
    others = {name: live for name, live in named.items() if not is_same(name, sent[name], live)}
    warn_about_values(warn, label, {name: (sent[name], live) for name, live in others.items()})


def warn_about_values(
    warn: Callable[[str], None], label: str, others: Mapping[str, tuple[Any, Any]]
) -> None:
    """Warn once about values that HQ changed; both values of a secret are masked."""
    if not others:
        return
    values = "; ".join(_format_mismatch(name, *pair) for name, pair in others.items())
    warn(
        f"BIM 360: HQ stored other values of {label} than were sent: {values}. "
        "Declare what HQ stores, or every `pulumi up` sends them again."
    )


def _format_mismatch(name: str, sent: Any, stored: Any) -> str:
    hidden = display.has_secret(sent)
    return (
        f"{name} {quote_value(sent)}, stored as {display.MASK if hidden else quote_value(stored)}"
    )
