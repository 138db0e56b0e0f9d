"""Configured URLs: validate them, and display them without a password.

Every command loads this module, so it does not import ``urllib3``. The accepted form is so narrow
that all parsers agree on it; adapter.py checks the host again with ``urllib3``.
"""

import re
from ipaddress import IPv6Address
from typing import Final

from bim360_provider.models.display import quote_value

__all__ = [
    "LOOPBACK_HOSTS",
    "is_redis_url",
    "parse_base_url",
    "parse_rate_limit_store",
    "split_base_url",
    "strip_login",
]

LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})

HOST_NAME: Final = r"(?:[A-Za-z0-9_-]{1,63}\.){0,16}[A-Za-z0-9_-]{1,63}\.?"
BASE_URL_PATTERN: Final = re.compile(
    rf"(?P<scheme>https?)://(?:\[(?P<v6>[0-9A-Fa-f:.]{{2,45}})\]|(?P<name>{HOST_NAME}))"
    r"(?::(?P<port>[0-9]{1,5}))?(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:/-]|%[0-9A-Fa-f]{2})*)?",
    re.IGNORECASE,
)
"""The part of RFC 3986 that a base URL needs: https://datatracker.ietf.org/doc/html/rfc3986"""

VISIBLE_ASCII: Final = re.compile(r"[!-~]+")
"""Visible ASCII: neither white space nor control characters."""

SCHEME_PATTERN: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[/\\]*")
ADDRESS_PATTERN: Final = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])?(?::[0-9]+)?(?:/[^\s:]*)?")
"""A host with a port and a path; it does not match ``user:password`` without a host."""

MAX_PORT: Final = 65535

REDIS_SCHEMES: Final = ("redis://", "rediss://", "unix://")
"""The schemes that ``redis.from_url`` accepts; it is case-sensitive."""

DRIVE_PATTERN: Final = re.compile(r"[A-Za-z]:[\\/]")
FILE_PATTERN: Final = re.compile(r"[A-Za-z]:[\\/]|[\\/]*[^:\\/]+(?:[\\/]|$)")
"""No colon in the first part, as in ``user:password@host``, except that of a Windows drive."""


def parse_base_url(value: object) -> str:
    """Validate the base URL of HQ: ``https``, or ``http`` on this machine; only host and path.

    Raises:
        ValueError: It would send a secret unencrypted, or to another host than it seems; the
            message quotes no password.
    """
    url = str(value).strip()
    problem = _find_url_problem(url)
    if problem:
        msg = f"{quote_value(strip_login(url))} {problem}"
        raise ValueError(msg)
    return url


def _find_url_problem(url: str) -> str:
    found = BASE_URL_PATTERN.fullmatch(url)
    if found and _has_valid_host(found) and 0 < int(found["port"] or 1) <= MAX_PORT:
        if found["scheme"].lower() == "https" or _extract_host(found) in LOOPBACK_HOSTS:
            return ""
    elif "@" in url:
        return "contains a user name or a password; use only https:// and the host"
    elif "?" in url or "#" in url:
        return "has a query or a fragment; remove it"
    elif url and not VISIBLE_ASCII.fullmatch(url.replace("\\", " ")):
        return (
            "contains a backslash, a space or another character that is invalid in a URL; remove it"
        )
    elif re.match("https?://", url, re.IGNORECASE):
        return "is not a URL such as https://developer.api.autodesk.com"
    return (
        "is not https; the secret would be sent unencrypted. Use https://… "
        "(http is for an emulator on this machine)"
    )


def _has_valid_host(found: "re.Match[str]") -> bool:
    if not found["v6"]:
        return True
    try:
        IPv6Address(found["v6"])
    except ValueError:
        return False
    return True


def split_base_url(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a base URL; an IPv6 host has no brackets.

    Raises:
        ValueError: The URL is not valid.
    """
    found = BASE_URL_PATTERN.fullmatch(parse_base_url(url))
    if found is None:  # parse_base_url has refused it already
        raise ValueError(url)
    scheme = found["scheme"].lower()
    port = int(found["port"] or (443 if scheme == "https" else 80))
    return scheme, _extract_host(found), port


def _extract_host(found: "re.Match[str]") -> str:
    host: str = found["v6"] or found["name"]
    return host.lower()


def parse_rate_limit_store(value: object) -> str:
    """Validate the store of the shared rate limit: a file, or the URL of a Redis server.

    Raises:
        ValueError: It is neither of them; the message quotes no password.
    """
    store = str(value).strip()
    if is_redis_url(store) or (FILE_PATTERN.match(store) and store.isprintable()):
        return store
    msg = (
        f"must be a file or a URL that begins with {', '.join(REDIS_SCHEMES)}, "
        f"not {quote_value(strip_login(store))}"
    )
    raise ValueError(msg)


def is_redis_url(store: str) -> bool:
    """Return whether a store is a Redis server rather than a file."""
    return store.startswith(REDIS_SCHEMES)


def strip_login(url: str) -> str:
    """Return a URL or a path without user name, password, query and fragment; it never raises.

    A malformed rest, which could still contain a password, becomes ``…``.
    """
    found = SCHEME_PATTERN.match(url)
    scheme = found[0] if found and not DRIVE_PATTERN.match(url) else ""
    login, at, rest = url[len(scheme) :].rpartition("@")
    if not scheme and not (at and ":" in login):
        return url
    place = re.split(r"[?#]", rest, maxsplit=1)[0]
    return f"{scheme}{'…@' if at else ''}{place if ADDRESS_PATTERN.fullmatch(place) else '…'}"
