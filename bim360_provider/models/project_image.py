"""A project's picture: what a stack may say about it, and which files HQ takes."""

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from bim360_provider.models import enums, normalize
from bim360_provider.models.base import InputModel

__all__ = [
    "MAX_SIZE",
    "PATCHABLE_FIELDS",
    "PROVIDER_ONLY_FIELDS",
    "REPLACING_FIELDS",
    "ProjectImageArguments",
    "detect_media_type",
]

MAX_SIZE: Final = 10 * 1024 * 1024
"""Bytes of a picture. HQ states no limit; this one is ours, because the whole file is sent at once
and HQ shows it a thumb's width large."""

REPLACING_FIELDS: Final = ("project_id",)
"""Another project's picture is another picture."""

PATCHABLE_FIELDS: Final = ("path",)
"""What is sent when the content of the file is another."""

PROVIDER_ONLY_FIELDS: Final = ("account_id", "region")
"""Tell this provider where to ask."""

SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
"""What files of the four kinds begin with; a name can be wrong."""


class ProjectImageArguments(InputModel):
    """What a stack may say about a project's picture, and what the program has read of the file.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-image-PATCH/
    """

    project_id: Annotated[str, BeforeValidator(normalize.parse_id)]
    path: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    account_id: Annotated[str, BeforeValidator(normalize.parse_id)] | None = None
    region: Annotated[str, BeforeValidator(normalize.require_choice(enums.REGIONS))] | None = None


def detect_media_type(content: bytes) -> str:
    """Return what a picture is, by what is in it.

    Raises:
        ValueError: HQ does not take it.
    """
    if len(content) > MAX_SIZE:
        msg = f"has {len(content):,} bytes; at most {MAX_SIZE:,} are sent"
        raise ValueError(msg)
    found = next((kind for start, kind in SIGNATURES if content.startswith(start)), None)
    if found is None:
        other = "is neither PNG, JPEG, BMP nor GIF by its content, and HQ takes nothing else"
        msg = other if content else "is empty"
        raise ValueError(msg)
    return found
