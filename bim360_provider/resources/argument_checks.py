"""Checks of arguments before Pulumi registers a resource: unknown names, secrets and duplicates."""

import difflib
import functools
import inspect
import unicodedata
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeAlias, TypeVar

import pulumi
from pulumi import Input, Output
from pulumi.runtime import get_root_resource, is_dry_run

from bim360_provider.errors import InputError

__all__ = [
    "ArgumentNameCheck",
    "check_argument_names",
    "normalize_email",
    "normalize_id",
    "normalize_name",
    "refuse_duplicate_member",
    "refuse_duplicate_value",
    "refuse_secret",
]

P = ParamSpec("P")

R = TypeVar("R")

POSITIONAL_KINDS = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class ArgumentNameCheck:
    """A class whose ``TypeError`` about an argument says what to write instead.

    The arguments are looked at before ``__init__`` begins: a frame around it would be one more
    line of the stack trace that Pulumi keeps of each resource. Signatures stay as they are.
    """

    if not TYPE_CHECKING:  # type checkers and editors look at __init__ alone

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            """Return an instance, once the names of its arguments are known to be right."""
            if args or kwargs:  # a look-up by id has none
                _refuse_unknown_arguments(cls.__name__, cls.__init__, len(args) + 1, kwargs)
            return super().__new__(cls)


def check_argument_names(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function whose ``TypeError`` about an argument says what to write instead."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        _refuse_unknown_arguments(f"{function.__name__}()", function, len(args), kwargs)
        return function(*args, **kwargs)

    return call


@functools.cache
def _read_signature(function: Callable[..., Any]) -> tuple[frozenset[str], int] | None:
    """Return the names of arguments and how many may be positional; None if any name is taken."""
    parameters = inspect.signature(function).parameters.values()
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
        return None
    positional = sum(each.kind in POSITIONAL_KINDS for each in parameters)
    return frozenset(each.name for each in parameters), positional


def _refuse_unknown_arguments(
    called: str, function: Callable[..., Any], positional: int, keywords: dict[str, Any]
) -> None:
    known = _read_signature(function)
    if known is None:
        return
    names, most = known
    if positional > most:
        example = next(iter(sorted(names - {"self", "opts", "resource_name"})))
        msg = (
            f"{called} takes its arguments by name, such as {example}=…; only the resource's own "
            "name comes before them"
        )
        raise TypeError(msg if "resource_name" in names else msg.partition(";")[0])
    for name in keywords:
        if name not in names:
            near = difflib.get_close_matches(name, names - {"self"}, n=1)
            advice = f"; did you mean {near[0]}?" if near else ""
            msg = f"{called} has no argument '{name}'{advice}"
            raise TypeError(msg)


ValueT = TypeVar("ValueT")


class SecretArgumentError(InputError, pulumi.RunError):
    """A secret where none can be; being a ``RunError``, it is printed without a traceback."""


def refuse_secret(
    called: str, argument: str, value: Input[Any], then: Input[ValueT]
) -> Input[ValueT]:
    """Return ``then``, which is known only once it is certain that a value holds no secret.

    Pulumi hides an output that has the name of a secret argument, and no other. The provider keeps
    e-mails and keys as names of things, also in outputs of other names: there anybody could read
    them who may read the state.

    Args:
        called: What people call the resource.
        argument: The argument's name.
        value: What was written for it, secrets and all.
        then: Another value of the resource, the only thing that is held up.

    Raises:
        InputError: In the output, or in the program's end: the value is, or holds, a secret.
    """
    whole: Output[Any] = Output.from_input(value)

    async def judged() -> None:
        if await whole.is_secret():
            raise SecretArgumentError(_describe_secret(called, argument))

    return Output.all(then, judged()).apply(lambda values: values[0])


def _describe_secret(called: str, argument: str) -> str:
    return (
        f"BIM 360: {called} has a secret in {argument}, whose e-mails and keys the state holds in "
        "the clear; write them in the clear, or pass them through pulumi.Output.unsecret."
    )


MemberClaims: TypeAlias = dict[tuple[str, str], tuple[str, bool]]
"""Which resource has a person in a project, by the project's id and the e-mail, and whether one of
the two is a secret there."""

_member_claims: Final[weakref.WeakKeyDictionary[Any, MemberClaims]] = weakref.WeakKeyDictionary()
"""Each run has a root of its own: programs of the automation API share a process."""

MASK: Final = "[secret]"
"""What stands in place of a value that must not be shown, as Pulumi writes it."""


class DuplicateMemberError(InputError, pulumi.RunError):
    """A person in two resources; being a ``RunError``, it is printed without a traceback."""


def refuse_duplicate_member(called: str, project_id: Input[str], members: Input[Any]) -> Input[str]:
    """Return the project's id, which in an ``up`` is known only once nobody is in it twice.

    A preview looks beside it: what is not known of a member must not make the project unknown.

    Args:
        called: What people call the resource.
        project_id: The project.
        members: The members, each a mapping with ``email``; what else it holds is not judged.

    Raises:
        InputError: In the output, or in the program's end: another resource has one of them.
    """
    root = get_root_resource()
    known = {} if root is None else _member_claims.setdefault(root, {})

    async def is_secret() -> Any:
        return await Output.all(project_id, members).is_secret()

    def claim(values: list[Any]) -> None:
        hidden, *declared = values
        others = {key: known[key] for key in _walk_member_keys(*declared) if key in known}
        for key, (other, was_hidden) in others.items():
            shown = (MASK, MASK) if hidden or was_hidden else key
            raise DuplicateMemberError(_describe_duplicate_member(called, shown, other))
        known.update(dict.fromkeys(_walk_member_keys(*declared), (called, hidden)))

    # No secret, or the project would be one because a member is.
    hidden: Output[bool] = Output.from_input(is_secret())
    claimed = Output.unsecret(Output.all(hidden, project_id, members).apply(claim))
    if is_dry_run():
        return project_id
    return Output.all(project_id, claimed).apply(lambda values: str(values[0]))


def _walk_member_keys(project_id: Any, members: Any) -> Iterator[tuple[str, str]]:
    """Yield who is in which project; what is malformed is for the check to tell."""
    rows = members if isinstance(members, (list, tuple)) else ()
    for row in rows:
        email = row.get("email") if isinstance(row, Mapping) else None
        if isinstance(project_id, str) and isinstance(email, str):
            # As a check normalizes them; a program loads no model for that.
            project = project_id.strip().lower().removeprefix("b.")
            yield project, unicodedata.normalize("NFC", email.strip().lower())


def _describe_duplicate_member(called: str, key: tuple[str, str], other: str) -> str:
    project, email = key
    return (
        f"BIM 360: {email} is declared twice in project {project}, by {other} and by {called}: "
        "the two would undo each other; take them out of one."
    )


ValueKey: TypeAlias = tuple[str, int, str]
"""The type, the provider and the normal form of the name."""

ValueClaim: TypeAlias = tuple[str, bool]
"""Which resource has the name, and whether it was declared in the clear."""

_value_claims: Final[weakref.WeakKeyDictionary[Any, dict[ValueKey, ValueClaim]]] = (
    weakref.WeakKeyDictionary()
)
"""Each run has a root of its own: programs of the automation API share a process."""


class DuplicateValueError(InputError, pulumi.RunError):
    """A name in two resources; being a ``RunError``, it is printed without a traceback."""


def refuse_duplicate_value(
    resource: pulumi.CustomResource,
    resource_name: str,
    what: str,
    value: Input[Any] | None,
    form: Callable[[str], str],
) -> None:
    """Compare a value that must be unique with those of the other resources of its type.

    Resources with different providers are not compared: they may be in different accounts. A value
    that is not known yet, as in some previews, is compared once it is.

    Args:
        resource: The resource, as it has been registered.
        resource_name: Pulumi's name of it.
        what: What is unique, such as ``the name``.
        value: The value; None if none is declared.
        form: Returns the form in which two values are the same.

    Raises:
        InputError: Another resource has the value; at once if it is known, else at the program's
            end. A value that came from an output, in either of them, is not quoted, because it may
            be a secret.
    """
    root = get_root_resource()
    claims = {} if root is None else _value_claims.setdefault(root, {})
    kind = type(resource).__name__
    provider = id(getattr(resource, "_provider", None))
    called = f"{kind} '{resource_name}'"

    def claim(known: Any, *, shown: bool = False) -> None:
        if not isinstance(known, str):
            return  # what is malformed is for the check to report
        mine = (called, shown)
        other, was_shown = claims.setdefault((kind, provider, form(known)), mine)
        if other != called:
            quoted = f"{what} '{known}'" if shown and was_shown else what
            raise DuplicateValueError(_describe_duplicate_value(called, other, quoted))

    if isinstance(value, Output):
        # No secret of it is kept: what is compared stays in this process.
        Output.unsecret(value.apply(claim))
    elif isinstance(value, str):
        claim(value, shown=True)


def normalize_name(name: str) -> str:
    """Return the form in which HQ compares names: case matters there, the Unicode form does not."""
    return unicodedata.normalize("NFC", name.strip())


def normalize_email(email: str) -> str:
    """Return the form of an e-mail."""
    return email.strip().lower()


def normalize_id(item_id: str) -> str:
    """Return the form of an id of HQ."""
    return item_id.strip().lower().removeprefix("b.")


def _describe_duplicate_value(called: str, other: str, what: str) -> str:
    return (
        f"BIM 360: {other} and {called} have {what} in common, which HQ keeps unique: "
        "change it in one of them, or remove one."
    )
