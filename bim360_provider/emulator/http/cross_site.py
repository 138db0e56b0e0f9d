"""Refuses what other web sites send through the browser of the user."""

import ipaddress
from urllib.parse import urlsplit

from bim360_provider.emulator.http.messages import IncomingRequest

LOCAL_NAME = "localhost"

TRUSTED_FETCH_SITES = ("", "same-origin", "none")
"""Values of ``Sec-Fetch-Site``: not sent, this emulator, or the user.

See https://www.w3.org/TR/fetch-metadata/
"""


class CrossSiteError(Exception):
    """A request that may come from another web site; the message is one line."""


def check_host(request: IncomingRequest) -> None:
    """Refuse a host name, since another site can point its own to this machine (DNS rebinding).

    Raises:
        CrossSiteError: The ``Host`` is not this machine.
    """
    host = request.get_header("host")
    if not _is_local(host):
        msg = f'the host "{host}" is not this machine; open http://127.0.0.1 with the port'
        raise CrossSiteError(msg)


def check_origin(request: IncomingRequest) -> None:
    """Refuse a change that a browser sends for another site; other clients send no origin.

    Raises:
        CrossSiteError: ``Origin`` or ``Sec-Fetch-Site`` is another site.
    """
    origin = request.get_header("origin")
    if origin:
        check_host(request)
        if origin != f"http://{request.get_header('host')}":
            msg = f'it was sent by the web site "{origin}"'
            raise CrossSiteError(msg)
    if request.get_header("sec-fetch-site") not in TRUSTED_FETCH_SITES:
        msg = "it was sent by another web site"
        raise CrossSiteError(msg)


def _is_local(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == LOCAL_NAME or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
