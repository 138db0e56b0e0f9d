"""Files: written whole, and never over somebody's work."""

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from bim360_provider import files
from bim360_provider.errors import InputError
from bim360_provider.export.files import SEAL_PLACEHOLDER, add_seal, write_files

TEXT = f"# {SEAL_PLACEHOLDER}\n\nsomething = 'Ærø'\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file that an export wrote."""
    path = tmp_path / "stacks" / "existing.py"
    write_files({path: add_seal(TEXT)}, force=False)
    return path


def test_an_export_knows_its_own_file(file: Path) -> None:
    """The next one writes over it."""
    other = add_seal(TEXT + "more = 1\n")

    assert write_files({file: other}, force=False) == [file]
    assert file.read_text("utf-8") == other


def test_what_is_the_same_is_not_written(file: Path) -> None:
    """Nobody's editor asks whether to load it again."""
    before = file.stat()

    assert write_files({file: add_seal(TEXT)}, force=False) == []
    assert file.stat() == before


def test_a_checkout_with_other_ends_of_lines_is_still_its_own(file: Path) -> None:
    """Git on Windows turns them."""
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert write_files({file: add_seal(TEXT + "more = 1\n")}, force=False) == [file]


def test_a_file_that_was_edited_is_written_over_only_by_force(file: Path) -> None:
    """A stack is edited from the import on."""
    edited = file.read_text("utf-8") + "mine = 1\n"
    file.write_text(edited, "utf-8")

    with pytest.raises(InputError, match="was changed since"):
        write_files({file: add_seal(TEXT)}, force=False)

    assert file.read_text("utf-8") == edited
    assert write_files({file: add_seal(TEXT)}, force=True) == [file]


@pytest.mark.parametrize("content", [b"mine = 1\n", b"", b"\xff\xfe\x00"])
def test_somebody_elses_file_is_never_written_over(tmp_path: Path, content: bytes) -> None:
    """Not by force either; and the other file is not written without it."""
    mine, other = tmp_path / "existing.py", tmp_path / "existing.import.json"
    mine.write_bytes(content)

    with pytest.raises(InputError, match=r"existing\.py"):
        write_files({other: add_seal(TEXT), mine: add_seal(TEXT)}, force=True)

    assert mine.read_bytes() == content
    assert [*tmp_path.iterdir()] == [mine]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """Not even a draft."""
    (tmp_path / "stacks").write_text("a file, not a folder")

    with pytest.raises(InputError, match="could not"):
        write_files({tmp_path / "stacks" / "existing.py": add_seal(TEXT)}, force=False)

    assert [path.name for path in tmp_path.iterdir()] == ["stacks"]


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_new_files_are_private_and_existing_ones_keep_their_permissions(file: Path) -> None:
    """A program that colleagues may read stays readable for them."""
    new = mode(file)
    file.chmod(0o664)

    write_files({file: add_seal(TEXT + "more = 1\n")}, force=False)

    assert (new, mode(file)) == (files.PRIVATE_MODE, 0o664)


def test_a_file_that_is_a_link_stays_one(file: Path, tmp_path: Path) -> None:
    """What it leads to is replaced."""
    kept = tmp_path / "kept.py"
    file.rename(kept)
    file.symlink_to(kept)
    other = add_seal(TEXT + "more = 1\n")

    write_files({file: other}, force=False)

    assert file.is_symlink()
    assert kept.read_text("utf-8") == other


def test_no_link_is_followed_in_place_of_a_draft(file: Path, tmp_path: Path) -> None:
    """A name that a draft had in former versions leads another user's link to nothing."""
    other = tmp_path / "other"
    other.write_text("untouched")
    file.with_name(f".{file.name}.{os.getpid()}").symlink_to(other)

    write_files({file: add_seal(TEXT + "more = 1\n")}, force=False)

    assert other.read_text() == "untouched"


def test_a_full_disk_loses_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both files are as they were, without drafts, and one line names them and the reason."""
    before = file.read_bytes()
    second = file.with_name("existing.import.json")
    written: list[int] = []

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > 1:
            _no_space()

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(InputError, match=r"could not write .*existing\.py and .*: No space left"):
        write_files({file: add_seal(TEXT + "more\n"), second: add_seal(TEXT)}, force=False)

    assert [*file.parent.iterdir()] == [file]
    assert file.read_bytes() == before


def _no_space() -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


WRITES_FOREVER = """
import sys
from pathlib import Path
from bim360_provider.export.files import SEAL_PLACEHOLDER, add_seal, write_files
number = 0
while True:
    number += 1
    text = add_seal(f"# {SEAL_PLACEHOLDER}\\n{number}\\n" + "x" * 300_000)
    write_files({Path(sys.argv[1]): text, Path(sys.argv[2]): text}, force=False)
    print(number, flush=True)
"""


def test_a_killed_export_leaves_whole_files(file: Path) -> None:
    """Each is the old one or the new one, and the next export knows it as its own."""
    second = file.with_name("existing.import.json")
    command = [sys.executable, "-c", WRITES_FOREVER, str(file), str(second)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - the script above
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)

    changed = write_files({file: add_seal(TEXT), second: add_seal(TEXT)}, force=False)

    assert changed == [file, second]


def test_half_a_character_does_not_stop_an_export(file: Path) -> None:
    """HQ's JSON may hold half of a pair, which is no text that a file can hold."""
    write_files({file: add_seal(TEXT + "\ud800\n")}, force=True)

    assert "\ufffd" in file.read_text("utf-8")
