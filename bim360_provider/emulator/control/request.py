"""A request to the control plane."""

from dataclasses import dataclass

from pydantic import JsonValue


class ControlRequestError(Exception):
    """A request that cannot be carried out; the message is one line."""


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """A request: the segments of its path, its query and its body."""

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
