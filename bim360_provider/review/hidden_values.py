"""Values that a plan does not show: secrets, and values that are not known yet."""

import re
from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.review.plan import SECRET

__all__ = ["hides", "is_secret", "is_unknown", "may_equal"]

UNKNOWNS: Final = frozenset(
    {
        "[unknown]",
        "<computed>",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # a string, or any value
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # an array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)
"""What engines write for an unknown value; Pulumi's ids are in pulumi/pulumi, plugin/rpc.go."""

TYPED: Final = re.compile(r"output<[^>]*>+")
"""How Pulumi's own displays write an unknown value of a known type: ``output<string>``."""


def is_secret(value: Any) -> bool:
    """Return whether a value is a secret, which the engine has masked."""
    return bool(value == SECRET)


def is_unknown(value: Any) -> bool:
    """Return whether a value is only known after another resource has been created."""
    return isinstance(value, str) and (value in UNKNOWNS or bool(TYPED.fullmatch(value)))


def hides(value: Any) -> bool:
    """Return whether a value, or any part of it, is secret or unknown."""
    if isinstance(value, Mapping):
        return any(map(hides, value)) or any(map(hides, value.values()))
    if isinstance(value, list):
        return any(map(hides, value))
    return is_secret(value) or is_unknown(value)


def may_equal(value: Any, expected: object) -> bool:
    """Return whether a value equals another one, or cannot be seen and so may equal it."""
    return bool(value == expected) or hides(value)
