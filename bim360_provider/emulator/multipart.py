"""Reading multipart/form-data: the files of an upload."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from bim360_provider.emulator.messages import Request

KIND = "multipart/form-data"

GAP = b"\r\n\r\n"
"""What parts a header from a content, as https://www.rfc-editor.org/rfc/rfc7578 says."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an upload."""

    name: str
    filename: str
    content_type: str
    content: bytes


def is_multipart(request: Request) -> bool:
    """Say whether a request's body is a form with files."""
    return _header("content-type", request.header("content-type")).get_content_type() == KIND


def parts(request: Request) -> list[Part]:
    """Return the parts of a form with files; none where the body is no such form."""
    boundary = _header("content-type", request.header("content-type")).get_param("boundary")
    return [*_parts(request.body, str(boundary))] if boundary else []


def _parts(body: bytes, boundary: str) -> Iterator[Part]:
    for piece in (b"\r\n" + body).split(f"\r\n--{boundary}".encode())[1:]:
        head, gap, content = piece.partition(GAP)
        if gap and not piece.startswith(b"--"):
            yield _part(head.decode("utf-8", "replace").strip(), content)


def _part(head: str, content: bytes) -> Part:
    headers = HeaderParser().parsestr(head)
    disposition = headers.get("content-disposition", "")
    name = _header("content-disposition", disposition).get_param("name", "", "content-disposition")
    return Part(str(name), headers.get_filename(""), headers.get_content_type(), content)


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = " ".join(value.split())
    return message
