"""Create files that only the current user can read, and replace them atomically."""

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = [
    "PRIVATE_MODE",
    "create_file",
    "remove_drafts",
    "replace_file",
    "sync_folder",
    "write_draft",
    "write_files",
]

PRIVATE_MODE: Final = 0o600
"""Read and write for the owner, nothing for other users."""

DRAFT_SUFFIX: Final = ".draft"

TOKEN_BYTES: Final = 8  # a name that no other user of the machine can predict

OPEN_FLAGS: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL  # also refuses a symbolic link: https://pubs.opengroup.org/onlinepubs/9799919799/functions/open.html
    | getattr(os, "O_NOFOLLOW", 0)  # Windows has neither this flag nor the next
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)  # only Windows has this flag
)


def create_file(path: Path) -> int:
    """Create a file that only its owner can read, under any umask, and return its descriptor.

    Raises:
        FileExistsError: A file or a symbolic link with this name exists.
        OSError: The file cannot be created.
    """
    descriptor = os.open(path, OPEN_FLAGS, PRIVATE_MODE)
    if hasattr(os, "fchmod"):  # a umask may have removed the owner's own permissions
        os.fchmod(descriptor, PRIVATE_MODE)
    return descriptor


def write_draft(target: Path, content: bytes, *, keep_mode: bool) -> Path:
    """Write the future content of a file next to it, flushed to the disk; return the draft.

    Args:
        target: The file that the draft is for; not a symbolic link.
        content: The whole content.
        keep_mode: Whether the draft gets the permissions of the existing target.

    Raises:
        OSError: The draft cannot be written; it has been removed.
    """
    path = target.with_name(
        f"{_build_prefix(target)}{secrets.token_hex(TOKEN_BYTES)}{DRAFT_SUFFIX}"
    )
    descriptor = create_file(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            _copy_owner(target, file.fileno(), keep_mode=keep_mode)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def write_files(contents: Mapping[Path, bytes], *, overwrite: bool) -> None:
    """Write files in this order; their folders are created.

    Args:
        contents: The content of each file.
        overwrite: Whether existing files are replaced; they keep their permissions.

    Raises:
        FileExistsError: A file exists and must not be replaced; no file was created.
        OSError: A file cannot be written; no draft is left, and without ``overwrite`` no file.
    """
    drafts: dict[Path, Path] = {}
    created: list[Path] = []
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            drafts[path] = write_draft(path, content, keep_mode=True)
        for path, draft in drafts.items():
            if not overwrite:
                os.close(create_file(path))  # reserves the name
                created.append(path)
            replace_file(draft, path)
            sync_folder(path.parent)
    except BaseException:
        for path in created:
            path.unlink(missing_ok=True)
        raise
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _copy_owner(target: Path, descriptor: int, *, keep_mode: bool) -> None:
    """Give a draft the owner of the file that it replaces, where the system allows it."""
    if not hasattr(os, "fchown"):
        return
    with suppress(FileNotFoundError):
        old = target.stat()
        if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
            with suppress(PermissionError):
                os.fchown(descriptor, old.st_uid, old.st_gid)
        if keep_mode:
            os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def replace_file(path: Path, target: Path) -> None:
    """Replace a file by its draft, atomically.

    Raises:
        OSError: The file cannot be replaced; it is unchanged.
    """
    path.replace(target)


def sync_folder(folder: Path) -> None:
    """Flush the replacements in a folder to the disk, if the system supports it."""
    with suppress(OSError):  # Windows cannot open a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_drafts(target: Path) -> None:
    """Remove the drafts of a file that killed processes left behind.

    Only for a caller that keeps other processes from writing the file.
    """
    prefix = _build_prefix(target)
    for path in target.parent.iterdir():
        if path.name.startswith(prefix) and path.name.endswith(DRAFT_SUFFIX):
            with suppress(OSError):  # such as a folder with a similar name
                path.unlink()


def _build_prefix(target: Path) -> str:
    return f".{target.name}."
