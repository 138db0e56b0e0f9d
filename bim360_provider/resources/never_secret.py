"""Never secret: what names other people's things in the state cannot be hidden there."""

from typing import Any, TypeVar

import pulumi
from pulumi import Input, Output

from bim360_provider.errors import InputError

__all__ = ["never_secret"]

T = TypeVar("T")


class SecretGivenError(InputError, pulumi.RunError):
    """A secret where none can be; being a ``RunError``, it is printed without a traceback."""


def never_secret(called: str, argument: str, value: Input[Any], then: Input[T]) -> Input[T]:
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
            raise SecretGivenError(_refused(called, argument))

    return Output.all(then, judged()).apply(lambda values: values[0])


def _refused(called: str, argument: str) -> str:
    return (
        f"BIM 360: {called} has a secret in {argument}, whose e-mails and keys the state holds in "
        "the clear; write them in the clear, or pass them through pulumi.Output.unsecret."
    )
