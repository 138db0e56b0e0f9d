"""Warnings about the set-up, which a preview gives: each one once in a run."""

import difflib
import threading
from collections.abc import Iterable, Iterator
from typing import Final

from pulumi.dynamic import Config

from bim360_provider.core.settings import EXPLICIT, HIDDEN, KEYS, Settings
from bim360_provider.dynamic.engine_log import notify

__all__ = ["warn_of_setup"]

NAMESPACE: Final = "bim360:"

_lock: Final = threading.Lock()
_given: Final[set[str]] = set()
"""Warnings that this process, and so this run, has given."""


def warn_of_setup(settings: Settings, config: Config | None) -> None:
    """Warn of missing credentials and of configuration keys that do not exist.

    Neither is an error: a preview of a fork has no credentials, and needs none.
    """
    for line in (*_missing(settings), *_unknown(vars(config).get("_props", {}) if config else ())):
        with _lock:
            is_new = line not in _given
            _given.add(line)
        if is_new:
            notify(line, warning=True)


def _missing(settings: Settings) -> Iterator[str]:
    missing = settings.missing_credentials()
    if missing:
        yield (
            f"BIM 360: no credentials: {'; '.join(missing)}. A preview needs none, but "
            "`pulumi up` does."
        )


def _unknown(keys: Iterable[str]) -> Iterator[str]:
    for key in sorted(keys):
        if key.startswith(NAMESPACE) and key not in (*KEYS, EXPLICIT, HIDDEN):
            folded = {each.removeprefix(NAMESPACE).casefold(): each for each in KEYS}
            near = difflib.get_close_matches(key.removeprefix(NAMESPACE).casefold(), folded, n=1)
            advice = f"; did you mean {folded[near[0]]}?" if near else "."
            yield f"BIM 360: {key} is not a configuration key and has no effect{advice}"
