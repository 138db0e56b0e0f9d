"""The pictures of the README show what the commands print today."""

import pytest

from tests.meta.docs.pictures import PICTURE_FOLDER, PICTURES, get_picture_path


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_the_current_output(name: str) -> None:
    """`make pictures` updates it."""
    assert get_picture_path(name).read_text(encoding="utf-8") == PICTURES[name]()


def test_the_folder_contains_only_rendered_pictures() -> None:
    assert {path.stem for path in PICTURE_FOLDER.iterdir()} == set(PICTURES)
