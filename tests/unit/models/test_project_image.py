"""The media type of a picture depends on its content, not on its name."""

import re

import pytest

from bim360_provider.models.project_image import MAX_SIZE, detect_media_type

OTHER = "is neither PNG, JPEG, BMP nor GIF by its content, and HQ accepts nothing else"
PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0 and more", "image/jpeg"),
        (b"GIF87a and more", "image/gif"),
        (b"GIF89a and more", "image/gif"),
        (b"BM and more", "image/bmp"),
        (PNG.ljust(MAX_SIZE), "image/png"),
    ],
)
def test_the_four_formats_are_detected_by_their_first_bytes(content: bytes, kind: str) -> None:
    """A file name may be wrong."""
    assert detect_media_type(content) == kind


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"<svg/>", OTHER),
        (b"RIFF....WEBP", OTHER),
        (PNG.ljust(MAX_SIZE + 1), "has 10,485,761 bytes; at most 10,485,760 are sent"),
    ],
)
def test_an_unsupported_file_is_refused(content: bytes, message: str) -> None:
    """The preview reports it."""
    with pytest.raises(ValueError, match=re.escape(message)):
        detect_media_type(content)
