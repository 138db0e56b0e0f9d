"""Files are written completely and never replace other files."""

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

TEXT = f"# {SEAL_PLACEHOLDER}\n\nname = 'Ærø'\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file that an export wrote."""
    path = tmp_path / "stacks" / "existing.py"
    write_files({path: add_seal(TEXT)}, force=False)
    return path


def test_an_export_overwrites_an_exported_file(file: Path) -> None:
    """The next export overwrites it."""
    other = add_seal(TEXT + "more = 1\n")

    assert write_files({file: other}, force=False) == [file]
    assert file.read_text("utf-8") == other


def test_an_export_does_not_write_an_unchanged_file(file: Path) -> None:
    """Editors do not prompt to reload it."""
    before = file.stat().st_mtime_ns

    assert write_files({file: add_seal(TEXT)}, force=False) == []
    assert file.stat().st_mtime_ns == before


def test_an_export_recognizes_a_file_with_other_line_ends(file: Path) -> None:
    """Git on Windows converts line ends."""
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert write_files({file: add_seal(TEXT + "more = 1\n")}, force=False) == [file]


def test_an_export_overwrites_an_edited_file_only_with_force(file: Path) -> None:
    """Users edit a stack after the import."""
    edited = file.read_text("utf-8") + "mine = 1\n"
    file.write_text(edited, "utf-8")

    with pytest.raises(InputError, match="was changed since"):
        write_files({file: add_seal(TEXT)}, force=False)

    assert file.read_text("utf-8") == edited
    assert write_files({file: add_seal(TEXT)}, force=True) == [file]


@pytest.mark.parametrize("content", [b"mine = 1\n", b"", b"\xff\xfe\x00"])
def test_an_export_never_overwrites_another_file(tmp_path: Path, content: bytes) -> None:
    """Even with force; the second file is not written either."""
    foreign, other = tmp_path / "existing.py", tmp_path / "existing.import.json"
    foreign.write_bytes(content)

    with pytest.raises(InputError, match=r"existing\.py"):
        write_files({other: add_seal(TEXT), foreign: add_seal(TEXT)}, force=True)

    assert foreign.read_bytes() == content
    assert [*tmp_path.iterdir()] == [foreign]


def test_a_failed_export_leaves_no_files(tmp_path: Path) -> None:
    """Drafts are removed as well."""
    (tmp_path / "stacks").write_text("a file, not a folder")

    with pytest.raises(InputError, match="could not"):
        write_files({tmp_path / "stacks" / "existing.py": add_seal(TEXT)}, force=False)

    assert [path.name for path in tmp_path.iterdir()] == ["stacks"]


def get_mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_new_files_are_private_and_existing_files_keep_their_permissions(file: Path) -> None:
    """A program stays readable for colleagues."""
    new_mode = get_mode(file)
    file.chmod(0o664)

    write_files({file: add_seal(TEXT + "more = 1\n")}, force=False)

    assert (new_mode, get_mode(file)) == (files.PRIVATE_MODE, 0o664)


def test_an_export_keeps_a_symbolic_link(file: Path, tmp_path: Path) -> None:
    """The target of the link is replaced."""
    kept = tmp_path / "kept.py"
    file.rename(kept)
    file.symlink_to(kept)
    other = add_seal(TEXT + "more = 1\n")

    write_files({file: other}, force=False)

    assert file.is_symlink()
    assert kept.read_text("utf-8") == other


def test_a_draft_never_follows_a_link(file: Path, tmp_path: Path) -> None:
    """Another user may create a link under a predictable draft name."""
    other = tmp_path / "other"
    other.write_text("untouched")
    file.with_name(f".{file.name}.{os.getpid()}").symlink_to(other)

    write_files({file: add_seal(TEXT + "more = 1\n")}, force=False)

    assert other.read_text() == "untouched"


def test_a_full_disk_leaves_both_files_unchanged(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both files are unchanged, and a one-line error names them and the reason."""
    before = file.read_bytes()
    second = file.with_name("existing.import.json")
    written: list[int] = []

    def fail_on_second_sync(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > 1:
            _raise_no_space()

    monkeypatch.setattr(os, "fsync", fail_on_second_sync)

    with pytest.raises(InputError, match=r"could not write .*existing\.py and .*: No space left"):
        write_files({file: add_seal(TEXT + "more\n"), second: add_seal(TEXT)}, force=False)

    assert [*file.parent.iterdir()] == [file]
    assert file.read_bytes() == before


def _raise_no_space() -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


WRITE_LOOP = """
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


def test_a_killed_export_leaves_complete_files(file: Path) -> None:
    """Each file has the old or the new content, and the next export recognizes it."""
    second = file.with_name("existing.import.json")
    command = [sys.executable, "-c", WRITE_LOOP, str(file), str(second)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - the script above
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)

    changed = write_files({file: add_seal(TEXT), second: add_seal(TEXT)}, force=False)

    assert changed == [file, second]


def test_an_export_replaces_a_lone_surrogate(file: Path) -> None:
    """HQ's JSON may contain a lone surrogate, which UTF-8 cannot encode."""
    write_files({file: add_seal(TEXT + "\ud800\n")}, force=True)

    assert "\ufffd" in file.read_text("utf-8")
