"""Pictures: the path and the content of the file."""

from pathlib import Path

import pulumi
import pytest

from bim360_provider.resources.project_image import Bim360ProjectImage
from tests.unit.resources.test_project import Engine, registered

UNITS = {"North": {"description": "cold"}, "North/West": {}}
PNG = b"\x89PNG\r\n\x1a\n a tower"
PROJECT = "c17e6837-96cd-4839-868e-051a2ad65d28"


@pytest.fixture
def engine() -> Engine:
    """Return an engine that registers all resources."""
    return Engine()


def test_a_relative_path_belongs_to_the_program(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider runs in another folder."""
    (tmp_path / "tower.png").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)

    seen = registered(
        engine, lambda: Bim360ProjectImage("picture", project_id=PROJECT, path="tower.png")
    )

    assert seen.inputs["path"] == str(tmp_path / "tower.png")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "it cannot be read: No such file or directory."),
        (b"", "it is empty."),
        (
            b"<svg/>",
            "it is neither PNG, JPEG, BMP nor GIF by its content, and HQ accepts nothing else.",
        ),
    ],
)
def test_an_unsupported_file_stops_the_program(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    """The preview prints one line without a traceback."""
    file = tmp_path / "tower.png"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(pulumi.RunError) as caught:
        Bim360ProjectImage("picture", project_id=PROJECT, path=file)

    assert str(caught.value) == f"BIM 360: could not send {file}: {message}"
