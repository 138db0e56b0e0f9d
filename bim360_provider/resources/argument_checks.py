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
    """A class whose ``TypeError`` for a wrong argument name suggests the right one.

    The names are checked before ``__init__``, because a wrapper of it would add a line to the stack
    trace that Pulumi stores for each resource. Signatures stay as they are.
    """

    if not TYPE_CHECKING:  # type checkers and editors use __init__ alone

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            """Check the names of the arguments and return an instance."""
            if args or kwargs:  # a look-up by id has no arguments
                _refuse_unknown_arguments(cls.__name__, cls.__init__, len(args) + 1, kwargs)
            return super().__new__(cls)


def check_argument_names(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function whose ``TypeError`` for a wrong argument name suggests the right one."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        _refuse_unknown_arguments(f"{function.__name__}()", function, len(args), kwargs)
        return function(*args, **kwargs)

    return call


@functools.cache
def _read_signature(function: Callable[..., Any]) -> tuple[frozenset[str], int] | None:
    """Return the argument names and the number of positional ones; None if it has ``**``."""
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
    """A secret in a public argument; as a ``RunError``, it is printed without a traceback."""


def refuse_secret(
    called: str, argument: str, value: Input[Any], then: Input[ValueT]
) -> Input[ValueT]:
    """Return ``then``, which resolves only after a check that a value contains no secret.

    Pulumi hides only an output with the name of a secret argument. The provider uses e-mails and
    keys as keys of other outputs too, where every reader of the state could read them.

    Args:
        called: The resource as messages name it.
        argument: The argument's name.
        value: The argument's value.
        then: Another argument of the resource, which waits for the check.

    Raises:
        InputError: In the output, or at the program's end: the value is or contains a secret.
    """
    output: Output[Any] = Output.from_input(value)

    async def check() -> None:
        if await output.is_secret():
            raise SecretArgumentError(_describe_secret(called, argument))

    return Output.all(then, check()).apply(lambda values: values[0])


def _describe_secret(called: str, argument: str) -> str:
    return (
        f"BIM 360: {called} has a secret in {argument}, whose e-mails and keys the state stores "
        "as plain text; write them as plain text, or pass them through pulumi.Output.unsecret."
    )


MemberClaims: TypeAlias = dict[tuple[str, str], tuple[str, bool]]
"""The resource that declares a member and whether its values are secret, by project id and
e-mail."""

_member_claims: Final[weakref.WeakKeyDictionary[Any, MemberClaims]] = weakref.WeakKeyDictionary()
"""By the root resource of a run, because programs of the automation API share a process."""

MASK: Final = "[secret]"
"""Pulumi's text for a secret value."""


class DuplicateMemberError(InputError, pulumi.RunError):
    """A member in two resources; as a ``RunError``, it is printed without a traceback."""


def refuse_duplicate_member(called: str, project_id: Input[str], members: Input[Any]) -> Input[str]:
    """Return the project's id, which in an ``up`` resolves after a check for duplicate members.

    A preview does not wait for the check: an unknown member must not make the id unknown.

    Args:
        called: The resource as messages name it.
        project_id: The project's id.
        members: The members, each a mapping with ``email``; other fields are ignored.

    Raises:
        InputError: In the output, or at the program's end: another resource declares a member.
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

    # Not secret, because a secret member would otherwise make the project's id secret.
    hidden: Output[bool] = Output.from_input(is_secret())
    claimed = Output.unsecret(Output.all(hidden, project_id, members).apply(claim))
    if is_dry_run():
        return project_id
    return Output.all(project_id, claimed).apply(lambda values: str(values[0]))


def _walk_member_keys(project_id: Any, members: Any) -> Iterator[tuple[str, str]]:
    """Yield the project id and e-mail of each member; the provider reports malformed members."""
    rows = members if isinstance(members, (list, tuple)) else ()
    for row in rows:
        email = row.get("email") if isinstance(row, Mapping) else None
        if isinstance(project_id, str) and isinstance(email, str):
            # The normal form of the models, which a program does not load.
            project = project_id.strip().lower().removeprefix("b.")
            yield project, unicodedata.normalize("NFC", email.strip().lower())


def _describe_duplicate_member(called: str, key: tuple[str, str], other: str) -> str:
    project, email = key
    return (
        f"BIM 360: {email} is declared twice in project {project}, by {other} and by {called}: "
        "the two would undo each other; remove the user from one of them."
    )


ValueKey: TypeAlias = tuple[str, int, str]
"""The type, the provider and the normal form of the value."""

ValueClaim: TypeAlias = tuple[str, bool]
"""The resource that declares the value, and whether messages may show the value."""

_value_claims: Final[weakref.WeakKeyDictionary[Any, dict[ValueKey, ValueClaim]]] = (
    weakref.WeakKeyDictionary()
)
"""By the root resource of a run, because programs of the automation API share a process."""


class DuplicateValueError(InputError, pulumi.RunError):
    """A unique value in two resources; as a ``RunError``, it is printed without a traceback."""


def refuse_duplicate_value(
    resource: pulumi.CustomResource,
    resource_name: str,
    what: str,
    value: Input[Any] | None,
    normalize: Callable[[str], str],
) -> None:
    """Check that no other resource of the same type declares the same unique value.

    Resources with different providers are not compared, because they may be in different accounts.
    An unknown value is compared when it resolves.

    Args:
        resource: The registered resource.
        resource_name: Pulumi's name of the resource.
        what: The unique argument as messages name it, such as ``the name``.
        value: The value; None if it is not declared.
        normalize: Returns the normal form by which values are compared.

    Raises:
        InputError: Another resource has the value; raised at once for a plain value, else at the
            program's end. A value from an output is not quoted, because it may be secret.
    """
    root = get_root_resource()
    claims = {} if root is None else _value_claims.setdefault(root, {})
    kind = type(resource).__name__
    provider = id(getattr(resource, "_provider", None))
    called = f"{kind} '{resource_name}'"

    def claim(known: Any, *, shown: bool = False) -> None:
        if not isinstance(known, str):
            return  # the provider reports a malformed value
        mine = (called, shown)
        other, was_shown = claims.setdefault((kind, provider, normalize(known)), mine)
        if other != called:
            quoted = f"{what} '{known}'" if shown and was_shown else what
            raise DuplicateValueError(_describe_duplicate_value(called, other, quoted))

    if isinstance(value, Output):
        # The compared value never leaves this process.
        Output.unsecret(value.apply(claim))
    elif isinstance(value, str):
        claim(value, shown=True)


def normalize_name(name: str) -> str:
    """Return a name as HQ compares it: case matters, the Unicode form does not."""
    return unicodedata.normalize("NFC", name.strip())


def normalize_email(email: str) -> str:
    """Return an e-mail in lower case without spaces."""
    return email.strip().lower()


def normalize_id(item_id: str) -> str:
    """Return an HQ id in lower case without ``b.``."""
    return item_id.strip().lower().removeprefix("b.")


def _describe_duplicate_value(called: str, other: str, what: str) -> str:
    return (
        f"BIM 360: {other} and {called} have {what} in common, which HQ keeps unique: "
        "change it in one of them, or remove one."
    )
