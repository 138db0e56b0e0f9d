"""The picture of a project: its arguments, and the file formats that HQ accepts."""

from typing import Annotated, Final, TypeAlias

from pydantic import Field

from bim360_provider.models.base import (
    AccountIdArgument,
    FieldRole,
    Id,
    InputModel,
    RegionArgument,
    list_fields,
)

__all__ = [
    "MAX_SIZE",
    "PROVIDER_ONLY_FIELDS",
    "ProjectImageArguments",
    "detect_media_type",
]

MAX_SIZE: Final = 10 * 1024 * 1024
"""Bytes of a picture. HQ documents no limit; this one is ours, because the file is sent in one
request and HQ shows only a thumbnail."""

SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
"""The first bytes of the accepted formats; a file name can be wrong."""


Sha256: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class ProjectImageArguments(InputModel):
    """The arguments of a project's picture, and the digest of its file.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-image-PATCH/
    """

    project_id: Annotated[
        Id,
        FieldRole.IDENTITY,
        Field(description="Id of the project. Another id replaces the resource."),
    ]
    path: Annotated[
        str,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "PNG, JPEG, BMP or GIF file of at most 10 MiB, under any file name; best "
                '``Path(__file__).with_name("tower.png")``.'
            )
        ),
    ]
    sha256: Annotated[
        Sha256,
        Field(
            description=(
                "Digest of the file's content, which the program computes; a change uploads "
                "the file again."
            )
        ),
    ]
    account_id: AccountIdArgument = None
    region: RegionArgument = None


PROVIDER_ONLY_FIELDS: Final = list_fields(ProjectImageArguments, FieldRole.PROVIDER_ONLY)
"""Options of this provider; never sent."""


def detect_media_type(content: bytes) -> str:
    """Return the media type of a picture, by its content.

    Raises:
        ValueError: HQ does not accept the file.
    """
    if len(content) > MAX_SIZE:
        msg = f"has {len(content):,} bytes; at most {MAX_SIZE:,} are sent"
        raise ValueError(msg)
    media_type = next((kind for start, kind in SIGNATURES if content.startswith(start)), None)
    if media_type is None:
        unknown = "is neither PNG, JPEG, BMP nor GIF by its content, and HQ accepts nothing else"
        msg = unknown if content else "is empty"
        raise ValueError(msg)
    return media_type
