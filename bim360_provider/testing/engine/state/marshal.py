"""Converts property values to and from protobuf, as Pulumi's deployment engine does.

The signatures are part of Pulumi's wire format:
https://github.com/pulumi/pulumi/blob/master/developer-docs/providers/implementers-guide.md
"""

import re
from typing import Any, Final

from google.protobuf import struct_pb2

from bim360_provider.testing.engine.state.values import (
    UNKNOWN,
    Properties,
    Secret,
    SecretDigest,
    Value,
)

UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- a public constant
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

MAX_EXACT_INTEGER: Final = 2**53
"""Below this limit a double, the only number type of a protobuf Struct, is exact."""

_DIGEST_PATTERN: Final = re.compile(r"\[secret ([0-9a-f]{64})\]")


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Return the properties of a Struct; nulls are kept, secrets and unknowns get our types."""
    return {key: _parse_value(value) for key, value in struct.fields.items()}


def drop_nulls(properties: Properties) -> Properties:
    """Return the properties without nulls, which count as not set."""
    return {key: value for key, value in properties.items() if value is not None}


def to_struct(properties: Properties, *, keep_secrets: bool) -> struct_pb2.Struct:
    """Return properties as a Struct, with secrets marked or in plain text.

    Args:
        properties: The properties.
        keep_secrets: True for the program, which needs the marks; False for a host.
    """
    struct = struct_pb2.Struct()
    struct.update({key: _to_json(value, keep=keep_secrets) for key, value in properties.items()})
    return struct


def _parse_value(value: struct_pb2.Value) -> Value:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return _parse_text(value.string_value)
    if kind == "number_value":
        return _parse_number(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_parse_value(item) for item in value.list_value.values]
    return _parse_object(from_struct(value.struct_value)) if kind == "struct_value" else None


def _parse_text(text: str) -> Value:
    if text == UNKNOWN_TEXT:
        return UNKNOWN
    match = _DIGEST_PATTERN.fullmatch(text)
    return SecretDigest(match.group(1)) if match else text


def _parse_number(number: float) -> int | float:
    return int(number) if number.is_integer() and abs(number) < MAX_EXACT_INTEGER else number


def _parse_object(fields: Properties) -> Value:
    signature = fields.get(SIGNATURE_KEY)
    if signature == SECRET_SIGNATURE:
        return Secret(fields.get("value"))
    if signature == OUTPUT_SIGNATURE:
        value = fields.get("value", UNKNOWN)
        return Secret(value) if fields.get("secret") else value
    return fields


def _to_json(value: Value, *, keep: bool) -> Any:
    if isinstance(value, dict):
        return {key: _to_json(item, keep=keep) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_json(item, keep=keep) for item in value]
    if isinstance(value, Secret):
        inner = _to_json(value.value, keep=keep)
        return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": inner} if keep else inner
    return format_digest(value) if isinstance(value, SecretDigest) else _to_scalar(value)


def format_digest(digest: SecretDigest) -> str:
    """Return the text that replaces a secret of which the state has only the digest."""
    return f"[secret {digest.digest}]"


def _to_scalar(value: Value) -> Any:
    return UNKNOWN_TEXT if value is UNKNOWN else value
