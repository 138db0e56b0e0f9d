"""Files of the current user: private, created exclusively, and replaced atomically."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from bim360_provider import files


def read_mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set a umask for the time of a test."""
    old = os.umask(request.param)
    yield
    os.umask(old)


@pytest.mark.usefixtures("umask")
def test_a_file_is_private_from_the_first_byte(tmp_path: Path) -> None:
    """This holds for any umask."""
    descriptor = files.create_file(tmp_path / "new")
    created = stat.S_IMODE(os.fstat(descriptor).st_mode)
    os.close(descriptor)

    assert created == files.PRIVATE_MODE


@pytest.mark.parametrize("there", ["file", "link", "dangling link"])
def test_an_existing_file_or_link_is_neither_used_nor_followed(tmp_path: Path, there: str) -> None:
    """Another user may have created the link."""
    path, other = tmp_path / "new", tmp_path / "other"
    if there != "dangling link":
        other.write_text("untouched")
    if there == "file":
        other.rename(path)
    else:
        path.symlink_to(other)

    with pytest.raises(FileExistsError):
        files.create_file(path)

    assert {each.read_text() for each in tmp_path.iterdir() if each.exists()} <= {"untouched"}


def test_no_other_process_can_predict_the_name_of_a_draft(tmp_path: Path) -> None:
    """No link can wait there, and two processes do not share a draft."""
    target = tmp_path / "file"

    names = {files.write_draft(target, b"", keep_mode=False).name for _ in range(8)}

    assert len(names) == 8


@pytest.mark.parametrize(("keep", "expected"), [(True, 0o644), (False, files.PRIVATE_MODE)])
def test_a_draft_keeps_the_permissions_only_on_request(
    tmp_path: Path, keep: bool, expected: int
) -> None:
    """A program stays readable for colleagues; a state becomes private."""
    target = tmp_path / "file"
    target.write_text("old")
    target.chmod(0o644)

    files.replace_file(files.write_draft(target, b"new", keep_mode=keep), target)

    assert (target.read_text(), read_mode(target)) == ("new", expected)


def test_a_full_disk_leaves_the_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a complete draft replaces the target."""
    target = tmp_path / "file"
    target.write_text("old")

    def full(_descriptor: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        files.write_draft(target, b"new", keep_mode=True)

    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert target.read_text() == "old"


def test_only_the_drafts_of_killed_processes_are_removed(tmp_path: Path) -> None:
    """Drafts of other files stay."""
    target, other = tmp_path / "file", tmp_path / "file.lock"
    files.write_draft(target, b"left behind", keep_mode=False)
    kept = files.write_draft(tmp_path / "another", b"in use", keep_mode=False)
    target.write_text("content")
    other.write_text("")

    files.remove_drafts(target)

    assert {*tmp_path.iterdir()} == {target, other, kept}


def test_new_files_are_all_created_with_their_folders(tmp_path: Path) -> None:
    """They hold their content, and no draft is left."""
    contents = {tmp_path / "a": b"1", tmp_path / "deep/er/b": b"2"}

    files.write_files(contents, overwrite=False)

    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == contents


@pytest.mark.parametrize("failing", ["write_draft", "replace_file"])
def test_a_full_disk_leaves_none_of_the_new_files(
    tmp_path: Path, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fills up with the second file."""
    original = getattr(files, failing)

    def fail_for_second_file(*paths: Path, **options: bool) -> object:
        if tmp_path / "b" in paths:
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(*paths, **options)

    monkeypatch.setattr(files, failing, fail_for_second_file)

    with pytest.raises(OSError, match="No space left"):
        files.write_files({tmp_path / "a": b"1", tmp_path / "b": b"2"}, overwrite=False)

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_process_created_meanwhile_is_kept(tmp_path: Path) -> None:
    """The files before it are removed again."""
    (tmp_path / "b").write_bytes(b"theirs")

    with pytest.raises(FileExistsError):
        files.write_files({tmp_path / "a": b"1", tmp_path / "b": b"2"}, overwrite=False)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"b": b"theirs"}
