"""A request to the control plane, with all inputs of its handler."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pydantic import JsonValue

if TYPE_CHECKING:
    from bim360_provider.emulator.emulator import Emulator


class ControlRequestError(Exception):
    """A request that cannot be carried out; the message is one line."""


@dataclass(frozen=True, slots=True)
class ControlCall:
    """The emulator, the segments of the request's path, its query and its body."""

    emulator: "Emulator"
    path_segments: tuple[str, ...]
    query: dict[str, str]
    body: JsonValue

    @property
    def target_id(self) -> str:
        """The last segment of the path."""
        return self.path_segments[-1]

    def parse_fields(self) -> dict[str, JsonValue]:
        """Return the body as an object.

        Raises:
            ControlRequestError: It is not an object.
        """
        if not isinstance(self.body, dict):
            msg = "the body is not a JSON object"
            raise ControlRequestError(msg)
        return self.body


ControlAction: TypeAlias = Callable[[ControlCall], JsonValue]
