"""Update: only what a destroy has to know can change."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.hq import HqClient

__all__ = ["update"]

Values = Mapping[str, Any]


def update(client: HqClient, entity_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Keep what a destroy has to know; HQ has nothing to change."""
    del client, entity_id
    return {**state, **inputs, "on_destroy": inputs.get("on_destroy")}
