"""Files: written whole, and never over somebody's work."""

from pathlib import Path

import pytest

from bim360_provider.errors import InputError
from bim360_provider.export.files import UNSEALED, sealed, write

TEXT = f"# {UNSEALED}\n\nsomething = 'Ærø'\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file that an export wrote."""
    path = tmp_path / "stacks" / "existing.py"
    write({path: sealed(TEXT)}, force=False)
    return path


def test_an_export_knows_its_own_file(file: Path) -> None:
    """The next one writes over it."""
    other = sealed(TEXT + "more = 1\n")

    assert write({file: other}, force=False) == [file]
    assert file.read_text("utf-8") == other


def test_what_is_the_same_is_not_written(file: Path) -> None:
    """Nobody's editor asks whether to load it again."""
    before = file.stat()

    assert write({file: sealed(TEXT)}, force=False) == []
    assert file.stat() == before


def test_a_checkout_with_other_ends_of_lines_is_still_its_own(file: Path) -> None:
    """Git on Windows turns them."""
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert write({file: sealed(TEXT + "more = 1\n")}, force=False) == [file]


def test_a_file_that_was_edited_is_written_over_only_by_force(file: Path) -> None:
    """A stack is edited from the import on."""
    edited = file.read_text("utf-8") + "mine = 1\n"
    file.write_text(edited, "utf-8")

    with pytest.raises(InputError, match="was changed since"):
        write({file: sealed(TEXT)}, force=False)

    assert file.read_text("utf-8") == edited
    assert write({file: sealed(TEXT)}, force=True) == [file]


@pytest.mark.parametrize("content", [b"mine = 1\n", b"", b"\xff\xfe\x00"])
def test_somebody_elses_file_is_never_written_over(tmp_path: Path, content: bytes) -> None:
    """Not by force either; and the other file is not written without it."""
    mine, other = tmp_path / "existing.py", tmp_path / "existing.import.json"
    mine.write_bytes(content)

    with pytest.raises(InputError, match=r"existing\.py"):
        write({other: sealed(TEXT), mine: sealed(TEXT)}, force=True)

    assert mine.read_bytes() == content
    assert [*tmp_path.iterdir()] == [mine]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """Not even a draft."""
    (tmp_path / "stacks").write_text("a file, not a folder")

    with pytest.raises(InputError, match="could not"):
        write({tmp_path / "stacks" / "existing.py": sealed(TEXT)}, force=False)

    assert [path.name for path in tmp_path.iterdir()] == ["stacks"]
