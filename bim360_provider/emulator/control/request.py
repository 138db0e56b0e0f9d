"""An order to the control plane."""

from dataclasses import dataclass

from pydantic import JsonValue


class OrderError(Exception):
    """An order that cannot be carried out; the message is one line."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order: the parts of its path, its query and its body."""

    parts: tuple[str, ...]
    query: dict[str, str]
    body: JsonValue

    @property
    def target(self) -> str:
        """The last part of the path."""
        return self.parts[-1]

    def fields(self) -> dict[str, JsonValue]:
        """Return the body as an object.

        Raises:
            OrderError: It is none.
        """
        if not isinstance(self.body, dict):
            msg = "the body is not a JSON object"
            raise OrderError(msg)
        return self.body
