"""What the provider was told: the value of each key, and who gave it."""

from collections.abc import Callable, Mapping
from typing import Final

from bim360_provider.models import normal

__all__ = ["EXPLICIT", "HIDDEN", "KEYS", "Told"]

KEYS: Final = {
    "bim360:clientId": "APS_CLIENT_ID",
    "bim360:clientSecret": "APS_CLIENT_SECRET",
    "bim360:accountId": "BIM360_ACCOUNT_ID",
    "bim360:region": "BIM360_REGION",
    "bim360:actingUser": "BIM360_ACTING_USER",
    "bim360:baseUrl": "BIM360_BASE_URL",
    "bim360:legacyEuPath": "BIM360_LEGACY_EU_PATH",
    "bim360:unknownValues": "BIM360_UNKNOWN_VALUES",
    "bim360:adoptLeftovers": "BIM360_ADOPT_LEFTOVERS",
    "bim360:adoptSimultaneous": "BIM360_ADOPT_SIMULTANEOUS",
    "bim360:readServiceTypes": "BIM360_READ_SERVICE_TYPES",
    "bim360:requestsPerMinute": "BIM360_REQUESTS_PER_MINUTE",
    "bim360:rateLimitStore": "BIM360_RATE_LIMIT_STORE",
    "bim360:maxArchives": "BIM360_MAX_ARCHIVES",
}
"""Every configuration key and the environment variable that goes before it."""

HIDDEN: Final = "bim360:hidden"
"""Names the keys of a ``Bim360Provider`` that are secrets: no message quotes their values."""

EXPLICIT: Final = "bim360:explicit"
"""Marks the configuration of a ``Bim360Provider``, which goes before the environment."""

ENVIRONMENT_FIRST: Final = frozenset({"bim360:maxArchives"})
"""What goes by the environment even for a ``Bim360Provider``: whoever stands before a destroy
must be able to say so, and the provider's own arguments are those of the last up.
"""

UNLIMITED: Final = "unlimited"
"""The word for no limit at all."""


class Told:
    """Reads one value after the other and collects what is wrong.

    Attributes:
        problems: What cannot be understood, a sentence each.
    """

    def __init__(self, config: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._config = config
        self._environ = environ
        self.problems: list[str] = []

    def words(self, key: str) -> str | None:
        """Return what was said under a key, or None."""
        return self._said(key)[0]

    def is_from_environment(self, key: str) -> bool:
        """Return whether the environment gave the value of a key."""
        return self._said(key)[1]

    def _said(self, key: str) -> tuple[str | None, bool]:
        configured = self._config.get(key)
        text = str(configured).strip() if configured is not None else ""
        from_environ = self._environ.get(KEYS[key], "").strip()
        explicit = self._config.get(EXPLICIT) is not None and key not in ENVIRONMENT_FIRST
        if from_environ and not (explicit and text):
            return from_environ, True
        return text or None, False

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of the choices."""
        try:
            return normal.one_of(choices)(self.words(key) or default)
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return default

    def flag(self, key: str, *, default: bool) -> bool:
        """Return a switch."""
        try:
            return normal.flag(self.words(key) or default)
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return default

    def count(self, key: str, default: int, *, most: int) -> int:
        """Return a whole number from 0 on."""
        words = self.words(key) or str(default)
        number = _whole(words)
        if number is None or number > most:
            self.problems.append(f"{key} must be 0 to {most}, not {normal.shown(words)}")
            return default
        return number

    def limit(self, key: str, default: int) -> int | None:
        """Return a whole number from 0 on, or None for no limit."""
        words = self.words(key) or str(default)
        if words.casefold() == UNLIMITED:
            return None
        number = _whole(words)
        if number is None:
            shown = normal.shown(words)
            self.problems.append(f"{key} must be 0 or more, or {UNLIMITED}, not {shown}")
            return default
        return number

    def normal(self, key: str, form: Callable[[object], str]) -> str | None:
        """Return a value in its normal form."""
        words = self.words(key)
        try:
            return form(words) if words else None
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return None


def _whole(words: str) -> int | None:
    """Return a whole number from 0 on; a provider's own argument comes as ``20.0``."""
    try:
        number = float(words)
    except ValueError:
        return None
    return int(number) if number.is_integer() and number >= 0 else None
