"""Two files that are written whole or not at all, and never over somebody's work."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from bim360_provider import files
from bim360_provider.errors import InputError

__all__ = ["UNSEALED", "sealed", "write"]

UNSEALED: Final = f"bim360 export, seal {'0' * 16}"
"""Stands in a text until its seal is known."""

SEAL: Final = re.compile(r"bim360 export, seal ([0-9a-f]{16})")
"""Says of a file who wrote it, and whether anybody has changed it since."""


def sealed(text: str) -> str:
    """Return a text with the seal in place of ``UNSEALED``, and without halves of characters."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace(UNSEALED, UNSEALED.replace("0" * 16, _seal(text)), 1)


def write(texts: Mapping[Path, str], *, force: bool) -> list[Path]:
    """Write files, and return those that are new or different.

    Args:
        texts: What each file is to hold, in the order in which they are replaced.
        force: Whether files that an export wrote and somebody changed may be written over.

    Raises:
        InputError: One of them is somebody's own, or cannot be written; none was written.
    """
    for path in texts:
        _refuse_others(path, force=force)
    changed = [path for path, text in texts.items() if _content(path) != text]
    drafts: dict[Path, Path] = {}
    try:
        for path in changed:
            target = path.resolve()  # a user's link to a file stays a link
            target.parent.mkdir(parents=True, exist_ok=True)
            drafts[target] = files.draft(target, texts[path].encode(), keep_mode=True)
        for target, draft in drafts.items():
            files.put_in_place(draft, target)
            files.sync_folder(target.parent)
    except OSError as error:
        msg = f"BIM 360: could not write {_listed(changed)}: {error.strerror}."
        raise InputError(msg) from None
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return changed


def _listed(paths: Iterable[Path]) -> str:
    return " and ".join(map(str, paths))


def _refuse_others(path: Path, *, force: bool) -> None:
    content = _content(path)
    if content is None:
        return
    found = SEAL.search(content)
    if found is None:
        msg = (
            f"BIM 360: {path} is not a file that `bim360 export` wrote; "
            "it stays as it is. Give another --stack or --out."
        )
        raise InputError(msg)
    whole = content[: found.start()] + UNSEALED + content[found.end() :]
    if found[1] != _seal(whole) and not force:
        msg = (
            f"BIM 360: {path} was changed since `bim360 export` wrote it; it stays as it is. "
            "Give another --stack or --out, or --force to write over it."
        )
        raise InputError(msg)


def _content(path: Path) -> str | None:
    """Return what a file holds, its ends of lines as we write them; None where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        msg = f"BIM 360: could not read {path}: {why}."
        raise InputError(msg) from None


def _seal(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
