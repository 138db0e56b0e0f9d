"""Young: what was made so lately that HQ may still deny it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from bim360_provider.hq import HqClient
from bim360_provider.hq.clock import parse_time

__all__ = ["YOUNG", "is_young"]

YOUNG: Final = timedelta(minutes=5)
"""A run may begin right after the one that made it; HQ's delays are of seconds (docs/hq.md)."""


def is_young(client: HqClient, state: Mapping[str, Any]) -> bool:
    """Return whether a 404 about it is not to be believed at once, by HQ's time.

    Args:
        client: The account that it is in.
        state: The outputs of the last run.

    Raises:
        Bim360Error: No token could be had.
    """
    made = parse_time(state.get("created_at"))
    return made is not None and client.transport.now() - made < YOUNG
