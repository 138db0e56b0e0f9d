"""How values are displayed: on one line, in one Unicode form and without secrets."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

__all__ = [
    "MASK",
    "MAX_QUOTE_LENGTH",
    "compose_text",
    "decompose_text",
    "escape_text",
    "has_secret",
    "has_shared_secrets",
    "keep_secret",
    "mask_text",
    "mask_value",
    "quote_value",
    "share_secret",
]


def compose_text(words: str) -> str:
    """Return a text in Unicode's normal form C, in which two spellings of ``é`` are one.

    macOS and some spreadsheets write names in form D: https://unicode.org/reports/tr15/ .
    """
    return words if words.isascii() else unicodedata.normalize("NFC", words)


def decompose_text(words: str) -> str | None:
    """Return a text in Unicode's normal form D; None where that is the same as form C."""
    form_d = words if words.isascii() else unicodedata.normalize("NFD", words)
    return None if form_d == words else form_d


MASK: Final = "[secret]"
"""What stands in place of a secret value."""

MIN_UNIQUE_LENGTH: Final = 6
"""Characters from which on a text cannot be part of another word by chance."""

MIN_CUT_LENGTH: Final = 3
"""Characters of a shortened value that are still a secret."""

_secret_texts: ContextVar[tuple[str, ...]] = ContextVar("secret_texts", default=())

_shared_texts: set[str] = set()
"""Secret values that the calls of other resources may quote: names that are exchanged."""


@contextmanager
def keep_secret(*values: object) -> Iterator[None]:
    """Keep values, and all that is in them, out of the texts that are masked in this context."""
    known = _secret_texts.get()
    found = {
        text for value in values for leaf in _walk_leaves(value) for text in _list_spellings(leaf)
    }
    token = _secret_texts.set(tuple(sorted({*known, *found}, key=len, reverse=True)))
    try:
        yield
    finally:
        _secret_texts.reset(token)


def share_secret(*values: object) -> None:
    """Keep values out of all texts of this process."""
    for leaf in _walk_leaves(values):
        _shared_texts.update(_list_spellings(leaf))


def has_shared_secrets() -> bool:
    """Return whether there are values that are kept out of all texts."""
    return bool(_shared_texts)


def mask_text(text: str) -> str:
    """Return a text with ``[secret]`` in place of each secret value, also of a shortened one."""
    texts = _secret_texts.get()
    if _shared_texts:
        texts = tuple(sorted({*texts, *_shared_texts}, key=len, reverse=True))
    if not texts:
        return text
    text = re.sub(
        "|".join(map(_build_pattern, texts)), MASK, compose_text(text), flags=re.IGNORECASE
    )
    return _mask_cut_secrets(text, texts) if "…" in text else text


def mask_value(value: object) -> object:
    """Return a value with its texts masked, in lists and mappings too."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {key: mask_value(each) for key, each in value.items()}
    return [mask_value(each) for each in value] if isinstance(value, list) else value


def has_secret(value: object) -> bool:
    """Return whether a value is secret or holds a secret: nothing near it may be shown either."""
    return bool(_secret_texts.get()) and any(
        mask_text(text) != text for leaf in _walk_leaves(value) for text in _list_spellings(leaf)
    )


def _walk_leaves(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _walk_leaves(each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from _walk_leaves(each)
    elif not isinstance(value, bool):
        yield value


def _list_spellings(leaf: object) -> set[str]:
    """Return the texts in which a message may quote a value."""
    if isinstance(leaf, (int, float)):
        whole = {str(int(leaf)), f"{int(leaf):,}"} if float(leaf).is_integer() else set()
        return {repr(leaf), repr(float(leaf)), f"{leaf:,}", *whole}
    if not isinstance(leaf, str) or not leaf.strip():
        return set()
    plain = compose_text(leaf)
    line = " ".join(plain.split())
    escaped = {ascii(plain)[1:-1], json.dumps(plain)[1:-1], repr(line)[1:-1]}
    return {plain, plain.strip(), line, *escaped}


def _build_pattern(text: str) -> str:
    """Return the pattern of a secret; a short one, or a number, counts only where it is alone."""
    if len(text) >= MIN_UNIQUE_LENGTH and not _is_number(text):
        return re.escape(text)
    return rf"(?<![\w.]){re.escape(text)}(?!\w|\.\d)"


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "").lstrip("-").isdigit()


def _mask_cut_secrets(text: str, texts: tuple[str, ...]) -> str:
    """Return a text in which a secret whose end was cut off for an ellipsis is masked as well."""
    parts = text.split("…")
    for number, part in enumerate(parts[:-1]):
        cut = (_measure_secret_prefix(part, each) for each in texts)
        length = max(cut, default=0)
        parts[number] = f"{part[: len(part) - length]}{MASK}" if length else part
    return "…".join(parts)


def _measure_secret_prefix(part: str, secret: str) -> int:
    """Return how many of the last characters of a text are the first ones of a secret."""
    longest = min(len(secret), len(part))
    lengths = range(longest, MIN_CUT_LENGTH - 1, -1)
    return next((n for n in lengths if part.casefold().endswith(secret[:n].casefold())), 0)


MAX_QUOTE_LENGTH: Final = 60
"""Characters of a value that are shown: who wrote it knows the rest."""


def quote_value(value: object) -> str:
    """Return a value as an error shows it: one short line, quoted when it is text."""
    if has_secret(value):
        return MASK
    words = f"'{value}'" if isinstance(value, str) else f"{value!r}"
    words = escape_text(" ".join(words.split()))
    return words if len(words) <= MAX_QUOTE_LENGTH else f"{words[: MAX_QUOTE_LENGTH - 1]}…"


def escape_text(words: str) -> str:
    """Return a text of any length as an error shows it: on one line, all of it to be seen."""
    return "".join(_escape_character(character) for character in words)


def _escape_character(character: str) -> str:
    """Return a character that would steer a terminal, or not show at all, as its code."""
    return character if character.isprintable() else ascii(character)[1:-1]
