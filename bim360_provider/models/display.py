"""Display values on one line, in one Unicode form and without secrets."""

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


def compose_text(text: str) -> str:
    """Return a text in Unicode's normal form C, in which ``é`` has one spelling.

    macOS and some spreadsheets write names in form D: https://unicode.org/reports/tr15/ .
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def decompose_text(text: str) -> str | None:
    """Return a text in Unicode's normal form D, or None if that is the same as form C."""
    form_d = text if text.isascii() else unicodedata.normalize("NFD", text)
    return None if form_d == text else form_d


MASK: Final = "[secret]"
"""The text that replaces a secret value."""

MIN_UNIQUE_LENGTH: Final = 6
"""The shortest secret that is masked inside other text too."""

MIN_CUT_LENGTH: Final = 3
"""The shortest prefix of a truncated secret that is masked."""

_secret_texts: ContextVar[tuple[str, ...]] = ContextVar("secret_texts", default=())

_shared_texts: set[str] = set()
"""Secret values that the calls of other resources may quote, such as shared names."""


@contextmanager
def keep_secret(*values: object) -> Iterator[None]:
    """Mask values, and all values nested in them, within this context."""
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
    """Mask values in all messages of this process."""
    for leaf in _walk_leaves(values):
        _shared_texts.update(_list_spellings(leaf))


def has_shared_secrets() -> bool:
    """Return whether any values are masked in all messages of this process."""
    return bool(_shared_texts)


def mask_text(text: str) -> str:
    """Return a text with ``[secret]`` in place of each secret value, also of a truncated one."""
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
    """Return a value with its texts masked, also in lists and mappings."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {key: mask_value(each) for key, each in value.items()}
    return [mask_value(each) for each in value] if isinstance(value, list) else value


def has_secret(value: object) -> bool:
    """Return whether a value is or contains a secret; similar values must not be shown either."""
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
    """Return the texts by which a message may quote a value."""
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
    """Return the pattern of a secret; a short one or a number matches only as a whole word."""
    if len(text) >= MIN_UNIQUE_LENGTH and not _is_number(text):
        return re.escape(text)
    return rf"(?<![\w.]){re.escape(text)}(?!\w|\.\d)"


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "").lstrip("-").isdigit()


def _mask_cut_secrets(text: str, texts: tuple[str, ...]) -> str:
    """Return a text with each secret masked that is truncated by an ellipsis."""
    parts = text.split("…")
    for number, part in enumerate(parts[:-1]):
        cut = (_measure_secret_prefix(part, each) for each in texts)
        length = max(cut, default=0)
        parts[number] = f"{part[: len(part) - length]}{MASK}" if length else part
    return "…".join(parts)


def _measure_secret_prefix(part: str, secret: str) -> int:
    """Return how many characters at the end of a text are the beginning of a secret."""
    longest = min(len(secret), len(part))
    lengths = range(longest, MIN_CUT_LENGTH - 1, -1)
    return next((n for n in lengths if part.casefold().endswith(secret[:n].casefold())), 0)


MAX_QUOTE_LENGTH: Final = 60
"""Characters of a value that messages show."""


def quote_value(value: object) -> str:
    """Return a value on one short line, in quotes if it is a text."""
    if has_secret(value):
        return MASK
    text = f"'{value}'" if isinstance(value, str) else f"{value!r}"
    text = escape_text(" ".join(text.split()))
    return text if len(text) <= MAX_QUOTE_LENGTH else f"{text[: MAX_QUOTE_LENGTH - 1]}…"


def escape_text(text: str) -> str:
    """Return a text of any length on one line, with invisible characters escaped."""
    return "".join(_escape_character(character) for character in text)


def _escape_character(character: str) -> str:
    """Return the code of a control or invisible character; any other character unchanged."""
    return character if character.isprintable() else ascii(character)[1:-1]
