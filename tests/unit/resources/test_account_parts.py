"""Business units and pictures: the arguments reach the provider in Pulumi's types."""

import inspect
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pulumi
import pytest

from bim360_provider.models.business_units import BusinessUnitsArguments
from bim360_provider.resources.business_units import Bim360BusinessUnits
from bim360_provider.resources.project_image import Bim360ProjectImage
from tests.unit.resources.test_project import Engine, registered

UNITS = {"North": {"description": "cold"}, "North/West": {}}
PNG = b"\x89PNG\r\n\x1a\n a tower"
PROJECT = "c17e6837-96cd-4839-868e-051a2ad65d28"


@pytest.fixture
def engine() -> Engine:
    """Return an engine that registers all resources."""
    return Engine()


def declare_resource(
    engine: Engine, declare: Callable[[], pulumi.Resource]
) -> tuple[str, dict[str, Any]]:
    """Return the type and the arguments of a resource as the engine receives them."""
    seen = registered(engine, declare)
    found = {k: v for k, v in seen.inputs.items() if v is not None and k != "__provider"}
    return seen.typ, found


def test_the_units_keep_their_keys(engine: Engine) -> None:
    """Slashes stay, and no argument is added."""
    typ, found = declare_resource(engine, lambda: Bim360BusinessUnits("units", units=UNITS))

    assert typ == "pulumi-python:dynamic/bim360:BusinessUnits"
    assert found == {"units": UNITS}


def test_a_picture_has_a_digest_of_its_content(engine: Engine, tmp_path: Path) -> None:
    """It is an argument, so a preview detects another content."""
    file = tmp_path / "tower.jpg"
    file.write_bytes(PNG)

    typ, found = declare_resource(
        engine, lambda: Bim360ProjectImage("picture", project_id=PROJECT, path=file)
    )

    assert typ == "pulumi-python:dynamic/bim360:ProjectImage"
    assert found == {
        "project_id": PROJECT,
        "path": str(file),
        "sha256": sha256(PNG).hexdigest(),
    }


def test_a_relative_path_belongs_to_the_program(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider runs in another folder."""
    (tmp_path / "tower.png").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)

    _, found = declare_resource(
        engine, lambda: Bim360ProjectImage("picture", project_id=PROJECT, path="tower.png")
    )

    assert found["path"] == str(tmp_path / "tower.png")


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


@pytest.mark.parametrize("resource", [Bim360BusinessUnits, Bim360ProjectImage])
def test_both_are_read_by_id(
    engine: Engine, resource: type[Bim360BusinessUnits | Bim360ProjectImage]
) -> None:
    """Only the reference to the provider is declared."""
    seen = registered(engine, lambda: resource.get("hq", "some-id"))

    assert seen.resource_id == "some-id"
    assert [k for k, v in seen.inputs.items() if v is not None] == ["__provider"]


def test_each_argument_of_the_model_is_a_parameter() -> None:
    """Account and region are set in the configuration or a provider."""
    written = set(inspect.signature(Bim360BusinessUnits.__init__).parameters)

    assert written - {"self", "resource_name", "opts"} == set(
        BusinessUnitsArguments.model_fields
    ) - {"account_id", "region"}
