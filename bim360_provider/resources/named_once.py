"""Named once: two resources of one program must not have one name, for HQ keeps names unique."""

import unicodedata
import weakref
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import pulumi
from pulumi import Input, Output
from pulumi.runtime import get_root_resource

from bim360_provider.errors import InputError

__all__ = ["email_form", "id_form", "name_form", "named_once"]

Key: TypeAlias = tuple[str, int, str]
"""The type, the provider and the normal form of the name."""

Claim: TypeAlias = tuple[str, bool]
"""Which resource has the name, and whether it was declared in the clear."""

_runs: Final[weakref.WeakKeyDictionary[Any, dict[Key, Claim]]] = weakref.WeakKeyDictionary()
"""Each run has a root of its own: programs of the automation API share a process."""


class NamedTwiceError(InputError, pulumi.RunError):
    """A name in two resources; being a ``RunError``, it is printed without a traceback."""


def named_once(
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
    claims = {} if root is None else _runs.setdefault(root, {})
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
            raise NamedTwiceError(_twice(called, other, quoted))

    if isinstance(value, Output):
        # No secret of it is kept: what is compared stays in this process.
        Output.unsecret(value.apply(claim))
    elif isinstance(value, str):
        claim(value, shown=True)


def name_form(name: str) -> str:
    """Return the form in which HQ compares names: case matters there, the Unicode form does not."""
    return unicodedata.normalize("NFC", name.strip())


def email_form(email: str) -> str:
    """Return the form of an e-mail."""
    return email.strip().lower()


def id_form(item_id: str) -> str:
    """Return the form of an id of HQ."""
    return item_id.strip().lower().removeprefix("b.")


def _twice(called: str, other: str, what: str) -> str:
    return (
        f"BIM 360: {other} and {called} have {what} in common, which HQ keeps unique: "
        "change it in one of them, or remove one."
    )
