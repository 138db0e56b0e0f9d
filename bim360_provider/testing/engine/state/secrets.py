"""Replaces secrets by digests in the state, and restores them from the values of a run.

Pulumi encrypts secrets in its state. This engine stores only their digests: each run gets the
secrets from the program and the configuration and identifies them by digest.
"""

import base64
import binascii
import hashlib
import json
import pickletools
import threading
from typing import Final

from bim360_provider.testing.engine.state.marshal import format_digest
from bim360_provider.testing.engine.state.values import (
    Properties,
    Secret,
    SecretDigest,
    Value,
    has_secret_digest,
    has_unknown,
    iterate_leaves,
    iterate_secrets,
    rebuild_value,
    unwrap_secrets,
)

# scrypt at the strength its RFC gives for interactive use (https://www.rfc-editor.org/rfc/rfc7914#section-2):
# about 40 ms and 16 MB per value, so that short secrets cannot be guessed in bulk.
SCRYPT_N: Final = 2**14

SCRYPT_R: Final = 8
SCRYPT_P: Final = 1

# Opcodes of a pickled instance without state whose class is stored by name: a module, a class, and
# a call without arguments.
_CLASS_NAME_OPCODES: Final = frozenset(
    {
        *("PROTO", "FRAME", "SHORT_BINUNICODE", "BINUNICODE", "GLOBAL", "STACK_GLOBAL", "MEMOIZE"),
        *("BINPUT", "EMPTY_TUPLE", "NEWOBJ", "REDUCE", "STOP", "EMPTY_DICT"),
    }
)

# A shorter secret may occur in other text by chance. 3 is Pulumi's limit for output. In the state a
# false match would hide a value from the next run, so its limit is higher.
MIN_MASKED_LENGTH: Final = 3

MIN_SEARCHED_LENGTH: Final = 8


class SecretStore:
    """Stores the secrets of a run and finds them by digest."""

    def __init__(self, salt: bytes) -> None:
        self.salt = salt
        self._lock = threading.RLock()
        self._digests: dict[str, str] = {}
        self._values: dict[str, Value] = {}
        self._pending_values: dict[str, Value] = {}
        self._texts: set[str] = set()

    def remember_secrets(self, value: Value) -> None:
        """Store every secret in a value until the run ends."""
        for secret in iterate_secrets(value):
            if not has_unknown(secret) and not has_secret_digest(secret):
                inner = unwrap_secrets(secret)
                with self._lock:
                    self._pending_values[_serialize_canonical(inner)] = inner
                    self._texts.update(_collect_texts(inner))

    def digest_secret(self, secret: Secret) -> SecretDigest:
        """Return the digest that replaces a secret in the state."""
        inner = unwrap_secrets(secret)
        return (
            inner
            if isinstance(inner, SecretDigest)
            else SecretDigest(self._compute_digest(_serialize_canonical(inner), inner))
        )

    def restore_secrets(self, properties: Properties) -> Properties:
        """Return a copy in which the digests of all known secrets are replaced by their values."""
        if not has_secret_digest(properties):
            return properties
        with self._lock:
            for text, value in self._pending_values.items():
                self._compute_digest(text, value)
            self._pending_values.clear()
        return {key: rebuild_value(value, self._restore_leaf) for key, value in properties.items()}

    def has_secret_in(self, text: str) -> bool:
        """Return whether a text is or contains a secret of this run."""
        with self._lock:
            return any(
                secret == text or (len(secret) >= MIN_SEARCHED_LENGTH and secret in text)
                for secret in self._texts
            )

    def mask_text(self, text: str) -> str:
        """Return a text with every secret of this run masked."""
        with self._lock:
            known = sorted(self._texts, key=len, reverse=True)
        for secret in known:
            text = text.replace(secret, "[secret]")
        return text

    def _restore_leaf(self, leaf: Value) -> Value:
        return self._values.get(leaf.digest, leaf) if isinstance(leaf, SecretDigest) else leaf

    def _compute_digest(self, text: str, value: Value) -> str:
        with self._lock:
            if text not in self._digests:
                cost = {"n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P}
                digest = hashlib.scrypt(text.encode(), salt=self.salt, dklen=32, **cost).hex()
                self._digests[text] = digest
                self._values[digest] = value
            return self._digests[text]


def is_class_reference(provider: str) -> bool:
    """Return whether a pickled provider contains only the name of its class.

    Such a pickle cannot contain a secret, so the state may store it even if the program marks it as
    secret, which Pulumi does by default.
    """
    try:
        opcodes = [op.name for op, _, _ in pickletools.genops(base64.b64decode(provider))]
    except (ValueError, binascii.Error):
        return False
    return _CLASS_NAME_OPCODES.issuperset(opcodes)


def _serialize_canonical(value: Value) -> str:
    return json.dumps(rebuild_value(value, _serialize_leaf), sort_keys=True)


def _collect_texts(value: Value) -> set[str]:
    """Return the texts in a secret that are long enough to search for, without providers."""
    texts = {leaf for leaf in iterate_leaves(value) if isinstance(leaf, str)}
    return {
        text for text in texts if len(text) >= MIN_MASKED_LENGTH and not is_class_reference(text)
    }


def _serialize_leaf(leaf: Value) -> Value:
    return format_digest(leaf) if isinstance(leaf, SecretDigest) else leaf
