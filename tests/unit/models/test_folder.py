"""Names and ids of folders, levels of permissions, and Data Management's documents."""

from typing import Any

import pytest

from bim360_provider.models.folder import (
    MAX_LEVELS,
    RESERVED_CHARACTERS,
    Folder,
    HubProject,
    parse_folder_name,
    parse_folder_reference,
)
from bim360_provider.models.folder_permissions import LEVELS, find_level, get_actions
from bim360_provider.resources import project_folder

PROJECT = "c17e6837-96cd-4839-868e-051a2ad65d28"
URN = "urn:adsk.wipprod:fs.folder:co.NWZDRIc9VDycCS6Sl8vZqQ"


@pytest.mark.parametrize("name", ["01 WIP", "a" * 255, "Pläne, [A] & {B}.dwg"])
def test_a_name_of_at_most_255_characters_is_accepted(name: str) -> None:
    """As it is written."""
    assert parse_folder_name(name) == name


@pytest.mark.parametrize("name", ["", " ", " a", "a ", "a" * 256, "a\nb", "a\0b", 1])
def test_any_other_name_is_refused(name: Any) -> None:
    """Control characters and spaces at an end too."""
    with pytest.raises(ValueError, match=r"must be|has 256|invisible"):
        parse_folder_name(name)


@pytest.mark.parametrize("character", RESERVED_CHARACTERS)
def test_a_reserved_character_is_named(character: str) -> None:
    """Autodesk lists them on the page of the POST."""
    with pytest.raises(ValueError, match="must not contain"):
        parse_folder_name(f"a{character}b")


@pytest.mark.parametrize(
    ("written", "parsed"),
    [
        ("Project Files", "Project Files"),
        (URN, URN),
        (f" {URN} ", URN),
        (f"b.{PROJECT.upper()}/{URN}", f"{PROJECT}/{URN}"),
    ],
)
def test_a_folder_is_named_by_top_folder_or_id(written: str, parsed: str) -> None:
    """The id of a resource has the project's id before the folder's."""
    assert parse_folder_reference(written) == parsed


@pytest.mark.parametrize("written", ["Project Files/WIP", f"x/{URN}", "", "urn:other"])
def test_any_other_reference_is_refused(written: str) -> None:
    """A path is not supported: every folder on it would have to be read."""
    with pytest.raises(ValueError, match=r"must"):
        parse_folder_reference(written)


def test_a_folder_is_read_from_a_json_api_resource() -> None:
    """Data Management writes seven digits of a second."""
    resource = {
        "type": "folders",
        "id": URN,
        "attributes": {
            "displayName": "Shown",
            "createTime": "2026-11-01T10:00:00.1234567Z",
            "hidden": True,
        },
        "relationships": {"parent": {"data": {"type": "folders", "id": f"{URN}x"}}},
    }

    folder = Folder.model_validate(resource)

    assert (folder.id, folder.name, folder.parent_id, folder.hidden) == (
        URN,
        "Shown",
        f"{URN}x",
        True,
    )
    assert folder.created_at == "2026-11-01T10:00:00.123456Z"


@pytest.mark.parametrize(("written", "platform"), [("ACC", "acc"), ("BIM360", "bim360")])
def test_the_platform_is_read_from_the_type_of_a_project(written: str, platform: str) -> None:
    """It is deep in the document."""
    data = {"attributes": {"extension": {"data": {"projectType": written}}}}

    assert HubProject.model_validate(data).platform == platform


@pytest.mark.parametrize("platform", ["acc", "bim360"])
def test_each_level_has_its_own_actions_on_a_platform(platform: str) -> None:
    """So a level is found by its actions."""
    offered = [name for name, each in LEVELS.items() if platform in each]

    assert [find_level(get_actions(name, platform)) for name in offered] == offered


@pytest.mark.parametrize(
    ("level", "platform", "other"),
    [("upload", "acc", "an ACC project"), ("view_download_markup", "bim360", "a BIM 360 project")],
)
def test_a_level_of_the_other_platform_is_refused(level: str, platform: str, other: str) -> None:
    """The message lists the levels that the project has."""
    with pytest.raises(ValueError, match=f"does not exist in {other}; write one of view, "):
        get_actions(level, platform)


def test_other_actions_are_shown_by_their_names() -> None:
    """A user with the API can set them."""
    assert find_level({"VIEW", "DOWNLOAD"}) == "DOWNLOAD+VIEW"


def test_the_program_knows_the_limit_of_levels() -> None:
    """It does not load the models."""
    assert project_folder.MAX_LEVELS == MAX_LEVELS
