"""Every kind of fault that HQ, its gateway and the network are known for."""

from collections import Counter
from random import Random
from typing import Any, Final
from uuid import UUID

from bim360_provider.emulator import Emulator
from bim360_provider.emulator.clock import format_http_date

RETRY_AFTER_SECONDS: Final = 7
"""Seconds in the Retry-After of a 429."""

RETRY_AFTER_DATE_SECONDS: Final = 30
"""Seconds from the beginning of a run until the date in the other form of Retry-After."""

EXCESSIVE_RETRY_AFTER: Final = 5000
"""Seconds in a Retry-After that is too long to wait for."""

LATE_RESPONSE_SECONDS: Final = 2.6
"""Real seconds of a late response: more than the client's time-out in a soak."""

GATEWAY_TIMEOUT_SECONDS: Final = 11.0
"""Seconds after which HQ's gateway gives up on HQ."""

LONG_TEXT_LENGTH: Final = 1_000_000
"""Characters of an error text that fits on no screen."""

RARE_FAULT_WEIGHT: Final = 0.25
"""The weight of faults that cost real time or fail a request permanently."""

VISIBILITY_DELAYS: Final = (0, 0, 1, 5, 12, 20)
"""Seconds until a new project is visible, in lists and by its id; each run picks one."""

FAULTS: Final[dict[str, dict[str, Any]]] = {
    "drop before acting": {"drop": "before"},
    "drop after acting": {"drop": "after"},
    "500": {"status": 500},
    "500, acted": {"status": 500, "act": True},
    "502 page": {"status": 502, "html": True},
    "502 page, acted": {"status": 502, "html": True, "act": True},
    "503": {"status": 503},
    "504": {"status": 504, "advance": GATEWAY_TIMEOUT_SECONDS},
    "504, acted": {"status": 504, "act": True, "advance": GATEWAY_TIMEOUT_SECONDS},
    "408": {"status": 408, "html": True},
    "520": {"status": 520, "html": True},
    "524, acted": {"status": 524, "html": True, "act": True, "advance": GATEWAY_TIMEOUT_SECONDS},
    "429 in seconds": {"status": 429, "retry_after": RETRY_AFTER_SECONDS},
    "429 with a date": {"status": 429},
    "429 without a word": {"status": 429},
    "429 absurd": {"status": 429, "retry_after": EXCESSIVE_RETRY_AFTER},
    "401": {"status": 401},
    "403": {"status": 403},
    "404 of a proxy": {"status": 404, "html": True},
    "407": {"status": 407},
    "redirect": {"redirect": "http://127.0.0.1:9/elsewhere"},
    "no JSON": {"text": '{"id": "85d84020-'},
    "empty body": {"text": ""},
    "HTML for JSON": {"html": True},
    "other JSON": {"body": {"ok": True}},
    "null": {"body": None},
    "unknown fields": {"change": {"phase": {"code": 7}, "tags": ["x"]}},
    "truncated": {"truncate": 20},
    "long error": {"status": 500, "size": LONG_TEXT_LENGTH},
    "slow": {"advance": GATEWAY_TIMEOUT_SECONDS},
    "slow drip": {"drip": 0.01},
    "late response": {"delay": LATE_RESPONSE_SECONDS},
}

FOREIGN_ENTITY: Final = {"id": str(UUID(int=7)), "account_id": str(UUID(int=8)), "name": "Another"}
"""The values by which a proxy that mixes up responses replaces ours."""

FOREIGN_RESPONSE_PATHS: Final[dict[str, str]] = {
    "a foreign response, projects": "/hq/v1/accounts/*/projects*",
    "a foreign response, companies": "/hq/v1/accounts/*/companies*",
    "a foreign response, users": "/hq/v1/accounts/*/users*",
}
"""The paths whose responses are compared with the request by id and account."""

FAULTS.update({kind: {"change": FOREIGN_ENTITY} for kind in FOREIGN_RESPONSE_PATHS})

RARE_FAULTS: Final = frozenset(
    {"429 absurd", "late response", "403", "407", "redirect", "long error"}
)


class FaultSchedule:
    """Faults with a probability each, and how often each kind was triggered."""

    def __init__(self, hq: Emulator, share: float) -> None:
        """Start without faults.

        Args:
            hq: The emulator that gets the faults.
            share: The share of requests with a fault: 0 to 1.
        """
        self._hq = hq
        self._share = share
        self.triggered: Counter[str] = Counter()

    def add_faults(self, dice: Random) -> None:
        """Add a fault of every kind, in a run with random choices of its own."""
        soon = format_http_date(self._hq.clock.now() + RETRY_AFTER_DATE_SECONDS)
        rules = []
        for kind, chance in compute_probabilities(self._share).items():
            then = {**FAULTS[kind], **({"retry_after": soon} if kind == "429 with a date" else {})}
            rule = {"probability": chance, "seed": dice.getrandbits(32), "then": then}
            where = FOREIGN_RESPONSE_PATHS.get(kind)
            rules.append({**rule, "match": {"path": where}} if where else rule)
        self._hq.call_control_plane("POST", "/faults", rules)
        self._hq.call_control_plane(
            "PATCH", "/options", {"visible_after": dice.choice(VISIBILITY_DELAYS)}
        )

    def remove_faults(self) -> None:
        """Remove all faults, and count how often each was triggered."""
        for kind, fault in zip(FAULTS, self._hq.call_control_plane("GET", "/faults"), strict=False):
            self.triggered[kind] += fault["fired"]
        self._hq.call_control_plane("DELETE", "/faults")
        self._hq.call_control_plane("PATCH", "/options", {"visible_after": 0})


def compute_probabilities(share: float) -> dict[str, float]:
    """Return the probability of each kind, given that no earlier kind applied.

    Together they are the share. The first matching rule decides, so later ones see fewer requests.
    """
    weights = {kind: RARE_FAULT_WEIGHT if kind in RARE_FAULTS else 1.0 for kind in FAULTS}
    unit = share / sum(weights.values())
    left, found = 1.0, {}
    for kind, weight in weights.items():
        found[kind] = weight * unit / left
        left -= weight * unit
    return found
