"""JSON from outside, read so that no document can exhaust the stack."""

import json
from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

MOST_DEPTH: Final = 100
"""Levels of arrays and objects; no body of HQ and no document of the emulator has ten."""


def parse_json(text: str | bytes) -> JsonValue:
    """Return what a JSON document holds.

    Raises:
        ValueError: It is not JSON, holds NaN or Infinity, or is nested too deeply.
    """
    try:
        document: JsonValue = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    level: list[JsonValue] = [document]
    for _ in range(MOST_DEPTH + 1):
        level = [child for each in level for child in _children(each)]
        if not level:
            return document
    raise ValueError(TOO_DEEP)


TOO_DEEP: Final = f"it is nested more than {MOST_DEPTH} levels deep"


def _children(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _no_constant(name: str) -> float:
    msg = f"{name} is not JSON"
    raise ValueError(msg)
