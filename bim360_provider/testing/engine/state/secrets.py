"""Secrets on their way to the state and back: only a digest is ever written.

Pulumi encrypts secrets in its state. This engine does not keep them: a run gets them anew from the
program and the configuration, and knows them again by their digest.
"""

import base64
import binascii
import hashlib
import json
import pickletools
import threading
from typing import Final

from bim360_provider.testing.engine.state.marshal import sealed_text
from bim360_provider.testing.engine.state.values import (
    Properties,
    Sealed,
    Secret,
    Value,
    has_sealed,
    has_unknown,
    leaves,
    plain,
    rebuilt,
    secrets_of,
)

# scrypt at the strength its RFC gives for interactive use (https://www.rfc-editor.org/rfc/rfc7914#section-2):
# about 40 ms and 16 MB a value, so a short secret cannot be guessed from its digest in bulk.
SCRYPT_N: Final = 2**14
SCRYPT_R: Final = 8
SCRYPT_P: Final = 1

# What the pickle of an instance without any state consists of, when its class is named rather than
# copied: a module, a class, and a call without arguments.
_NAMING_OPCODES: Final = frozenset(
    {
        *("PROTO", "FRAME", "SHORT_BINUNICODE", "BINUNICODE", "GLOBAL", "STACK_GLOBAL", "MEMOIZE"),
        *("BINPUT", "EMPTY_TUPLE", "NEWOBJ", "REDUCE", "STOP", "EMPTY_DICT"),
    }
)


# A shorter secret is likely to be part of innocent text by accident. 3 is Pulumi's limit for the
# screen; for the state, where a false alarm hides a value from the next run, we ask for more.
SHORTEST_MASKED: Final = 3
SHORTEST_SOUGHT: Final = 8


class Keyring:
    """Knows the secrets of one run, and finds them by digest."""

    def __init__(self, salt: bytes) -> None:
        self.salt = salt
        self._lock = threading.RLock()
        self._digests: dict[str, str] = {}
        self._values: dict[str, Value] = {}
        self._undigested: dict[str, Value] = {}
        self._texts: set[str] = set()

    def learn(self, value: Value) -> None:
        """Remember every secret in a value for as long as the run lasts."""
        for secret in secrets_of(value):
            if not has_unknown(secret) and not has_sealed(secret):
                inner = plain(secret)
                with self._lock:
                    self._undigested[_canonical(inner)] = inner
                    self._texts.update(_texts_in(inner))

    def seal(self, secret: Secret) -> Sealed:
        """Return the digest that stands for a secret in the state."""
        inner = plain(secret)
        return (
            inner if isinstance(inner, Sealed) else Sealed(self._digest(_canonical(inner), inner))
        )

    def open(self, properties: Properties) -> Properties:
        """Return a copy in which every secret that is known in this run is whole again."""
        if not has_sealed(properties):
            return properties
        with self._lock:
            for text, value in self._undigested.items():
                self._digest(text, value)
            self._undigested.clear()
        return {key: rebuilt(value, self._open_leaf) for key, value in properties.items()}

    def gives_away(self, text: str) -> bool:
        """Tell whether a text is, or holds, a secret of this run."""
        with self._lock:
            return any(
                secret == text or (len(secret) >= SHORTEST_SOUGHT and secret in text)
                for secret in self._texts
            )

    def mask(self, text: str) -> str:
        """Return a text for people, with every secret of this run blotted out."""
        with self._lock:
            known = sorted(self._texts, key=len, reverse=True)
        for secret in known:
            text = text.replace(secret, "[secret]")
        return text

    def _open_leaf(self, leaf: Value) -> Value:
        return self._values.get(leaf.digest, leaf) if isinstance(leaf, Sealed) else leaf

    def _digest(self, text: str, value: Value) -> str:
        with self._lock:
            if text not in self._digests:
                cost = {"n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P}
                digest = hashlib.scrypt(text.encode(), salt=self.salt, dklen=32, **cost).hex()
                self._digests[text] = digest
                self._values[digest] = value
            return self._digests[text]


def _canonical(value: Value) -> str:
    return json.dumps(rebuilt(value, _json_leaf), sort_keys=True)


def _texts_in(value: Value) -> set[str]:
    """Return the texts in a secret that are long enough to be looked for; a provider is none."""
    texts = {leaf for leaf in leaves(value) if isinstance(leaf, str)}
    return {text for text in texts if len(text) >= SHORTEST_MASKED and not is_only_a_name(text)}


def _json_leaf(leaf: Value) -> Value:
    return sealed_text(leaf) if isinstance(leaf, Sealed) else leaf


def is_only_a_name(provider: str) -> bool:
    """Tell whether a pickled provider is a class's name and nothing else.

    Such a pickle can hold no secret, so it may be kept as it is even where the program marks it
    secret, which Pulumi does by default.
    """
    try:
        opcodes = [op.name for op, _, _ in pickletools.genops(base64.b64decode(provider))]
    except (ValueError, binascii.Error):
        return False
    return _NAMING_OPCODES.issuperset(opcodes)
