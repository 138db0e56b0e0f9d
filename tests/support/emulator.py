"""Requests to an emulator without a socket, and what tests read in its replies."""

import base64
from collections.abc import Callable, Mapping
from typing import TypeAlias

from bim360_provider.emulator import CLIENT_ID, CLIENT_SECRET, Emulator, IncomingRequest, Reply
from bim360_provider.emulator.hq.routes import TOKEN_PATH

Call: TypeAlias = Callable[..., Reply]
"""A function that sends a request: ``send_request("POST", "projects", body)``."""

NOWHERE = "c17e6837-96cd-4839-868e-051a2ad65d28"
"""An id that no entity has."""

FORM_HEADERS: Mapping[str, str] = {"content-type": "application/x-www-form-urlencoded"}
READ_FORM = "grant_type=client_credentials&scope=account%3Aread"
WRITE_FORM = f"{READ_FORM}+account%3Awrite"
DATA_SCOPES = "data%3Aread+data%3Acreate+data%3Awrite"

PNG_PART = (
    b'--x\r\nContent-Disposition: form-data; name="chunk"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\nPNG\r\n--x--\r\n"
)
PNG_HEADERS = {"content-type": "multipart/form-data; boundary=x"}
"""An upload of an image."""


def build_basic_headers(client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> dict[str, str]:
    """Return the headers of a token request."""
    encoded = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {**FORM_HEADERS, "authorization": f"Basic {encoded}"}


def request_token(
    emulator: Emulator,
    form: str = READ_FORM,
    headers: Mapping[str, str] | None = None,
    path: str = TOKEN_PATH,
) -> Reply:
    """Send a token request, by default with the credentials of the built-in seed."""
    sent = build_basic_headers() if headers is None else headers
    return emulator.handle(IncomingRequest("POST", path, "", sent, form.encode()))


def get_bearer(emulator: Emulator, form: str = WRITE_FORM) -> str:
    """Return the Authorization header of a client with a new token."""
    return f"Bearer {request_token(emulator, form).parse_content()['access_token']}"


def message_of(reply: Reply) -> str:
    """Return the message of HQ's error."""
    return str(reply.parse_content()["message"])
