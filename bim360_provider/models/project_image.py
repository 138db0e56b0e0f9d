"""A project's picture: what a stack may say about it, and which files HQ takes."""

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from bim360_provider.models import enums, normalize
from bim360_provider.models.base import Written

__all__ = [
    "LIMIT",
    "PATCHABLE",
    "PROVIDER_ONLY",
    "REPLACES",
    "ProjectImageArguments",
    "media_type",
]

LIMIT: Final = 10 * 1024 * 1024
"""Bytes of a picture. HQ states no limit; this one is ours, because the whole file is sent at once
and HQ shows it a thumb's width large."""

REPLACES: Final = ("project_id",)
"""Another project's picture is another picture."""

PATCHABLE: Final = ("path",)
"""What is sent when the content of the file is another."""

PROVIDER_ONLY: Final = ("account_id", "region")
"""Tell this provider where to ask."""

SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
"""What files of the four kinds begin with; a name can be wrong."""


class ProjectImageArguments(Written):
    """What a stack may say about a project's picture, and what the program has read of the file.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-image-PATCH/
    """

    project_id: Annotated[str, BeforeValidator(normalize.identifier)]
    path: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    account_id: Annotated[str, BeforeValidator(normalize.identifier)] | None = None
    region: Annotated[str, BeforeValidator(normalize.one_of(enums.REGIONS))] | None = None


def media_type(content: bytes) -> str:
    """Return what a picture is, by what is in it.

    Raises:
        ValueError: HQ does not take it.
    """
    if len(content) > LIMIT:
        msg = f"has {len(content):,} bytes; at most {LIMIT:,} are sent"
        raise ValueError(msg)
    found = next((kind for start, kind in SIGNATURES if content.startswith(start)), None)
    if found is None:
        other = "is neither PNG, JPEG, BMP nor GIF by its content, and HQ takes nothing else"
        msg = other if content else "is empty"
        raise ValueError(msg)
    return found
