"""An order to the control plane."""

from dataclasses import dataclass

from pydantic import JsonValue


class ControlRequestError(Exception):
    """An order that cannot be carried out; the message is one line."""


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """An order: the parts of its path, its query and its body."""

    path_segments: tuple[str, ...]
    query: dict[str, str]
    body: JsonValue

    @property
    def target_id(self) -> str:
        """The last part of the path."""
        return self.path_segments[-1]

    def parse_fields(self) -> dict[str, JsonValue]:
        """Return the body as an object.

        Raises:
            OrderError: It is none.
        """
        if not isinstance(self.body, dict):
            msg = "the body is not a JSON object"
            raise ControlRequestError(msg)
        return self.body
