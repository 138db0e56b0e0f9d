"""A tree of folders with permissions, from a nested mapping or from the rows of a table."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from bim360_provider.errors import InputError

__all__ = ["PATH_SEPARATOR", "TreeFolder", "build_tree", "parse_tree"]

PATH_SEPARATOR: Final = "/"
"""Separates the names of a path; Autodesk reserves it in names of folders."""

SUBJECT_KINDS: Final = ("roles", "companies", "users")

FOLDER_KEYS: Final = ("folders", *SUBJECT_KINDS, "others", "was")

COLUMNS: Final = {"role": "roles", "company": "companies", "user": "users"}
"""The columns of a table that name subjects, with the argument of each."""

MAX_LEVELS: Final = 25
"""Levels of folders below a top folder."""


@dataclass(frozen=True)
class TreeFolder:
    """A folder of a tree.

    Attributes:
        path: The names from the top folder down, joined by slashes.
        levels: The declared levels by argument and subject; None if none are declared.
        others: The argument of the same name, None for the tree's.
        old_paths: Paths that the folder had before, also because of a folder above.
    """

    path: str
    levels: Mapping[str, Any] | None = None
    others: Any = None
    old_paths: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.rpartition(PATH_SEPARATOR)[2]

    @property
    def parent_path(self) -> str:
        """The path of the folder above; empty for a top folder."""
        return self.path.rpartition(PATH_SEPARATOR)[0]


def parse_tree(folders: Any) -> list[TreeFolder]:
    """Return the folders of a nested mapping, each after the folder above it.

    Args:
        folders: Folders by name. Each may have ``folders``, ``roles``, ``companies``, ``users``,
            ``others``, and ``was`` for the path that it had before a rename or a move.

    Raises:
        InputError: The mapping has another form.
    """
    return list(_walk(_require_mapping(folders, "folders"), "", ("",)))


def _walk(
    folders: Mapping[str, Any], above: str, old_paths: tuple[str, ...]
) -> Iterator[TreeFolder]:
    for name, value in folders.items():
        path = _join(above, _require_name(name, above))
        given = _require_mapping(value if value is not None else {}, path)
        for key in given:
            _require_known_key(key, path)
        aliases = _list_old_paths(given.get("was"), str(name), old_paths, path)
        kinds = {kind: given[kind] for kind in SUBJECT_KINDS if given.get(kind) is not None}
        yield TreeFolder(path, kinds or None, given.get("others"), aliases)
        inner = _require_mapping(given.get("folders") or {}, f"{path}: folders")
        yield from _walk(inner, path, (path, *aliases))


def _list_old_paths(was: Any, name: str, above: tuple[str, ...], path: str) -> tuple[str, ...]:
    """Return the earlier paths: the declared ones, and those because of the folder above."""
    own = (was,) if isinstance(was, str) else tuple(was or ())
    if any(not isinstance(each, str) for each in own):
        _refuse(f"was of '{path}' must be a path such as 'Project Files/Old name'")
    inherited = (_join(each, name) for each in above)
    return tuple(dict.fromkeys(each for each in (*own, *inherited) if each != path))


def _join(above: str, name: str) -> str:
    return f"{above}{PATH_SEPARATOR}{name}" if above else name


def _require_name(name: Any, above: str) -> str:
    where = f" in '{above}'" if above else ""
    if not isinstance(name, str) or not name.strip() or PATH_SEPARATOR in name:
        _refuse(f"the name of a folder{where} must be text without '/', not {name!r}")
    if above.count(PATH_SEPARATOR) >= MAX_LEVELS:
        _refuse(f"'{above}' has {MAX_LEVELS} levels, so it cannot contain folders")
    return name


def _require_mapping(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _refuse(f"'{path}' must be a mapping such as {{'roles': {{'Architect': 'view'}}}}")
    return value


def _require_known_key(key: Any, path: str) -> None:
    if key in FOLDER_KEYS:
        return
    near = difflib.get_close_matches(str(key), FOLDER_KEYS, n=1)
    advice = f"did you mean {near[0]}?" if near else f"write one of {', '.join(FOLDER_KEYS)}"
    _refuse(f"'{path}' has the unknown key '{key}'; {advice}")


def _refuse(why: str) -> NoReturn:
    end = "" if why.endswith("?") else "."
    msg = f"BIM 360: could not declare a tree of folders: {why}{end}"
    raise InputError(msg)


@dataclass
class _Node:
    """A folder while a table is read."""

    levels: dict[str, dict[str, str]] = field(default_factory=dict)
    folders: dict[str, "_Node"] = field(default_factory=dict)

    def to_mapping(self) -> dict[str, Any]:
        """Return the folder in the form of a nested mapping."""
        inner = {name: node.to_mapping() for name, node in self.folders.items()}
        return {**self.levels, **({"folders": inner} if inner else {})}


def build_tree(rows: Iterable[Mapping[str, Any]], source: str) -> dict[str, Any]:
    """Return the nested mapping of the rows of a table.

    Args:
        rows: Each has ``folder``, a path from the top folder down, and may have ``level`` with one
            of ``role``, ``company`` and ``user``; empty cells are ignored.
        source: The name of the table, for messages.

    Raises:
        InputError: A row has another form; the message has its number, 2 for the first.
    """
    root = _Node()
    for number, row in enumerate(rows, 2):
        cells = {str(key).strip().lower(): (text or "").strip() for key, text in row.items()}
        node = root
        for name in filter(None, cells.get("folder", "").split(PATH_SEPARATOR)):
            node = node.folders.setdefault(name.strip(), _Node())
        if node is root:
            _refuse(f"row {number} of {source} has no folder")
        named = [column for column in COLUMNS if cells.get(column)]
        if len(named) != bool(cells.get("level")):
            columns = ", ".join(COLUMNS)
            _refuse(f"row {number} of {source} needs a level and one of {columns}")
        for column in named:
            levels = node.levels.setdefault(COLUMNS[column], {})
            if cells[column] in levels:
                _refuse(f"row {number} of {source} repeats '{cells[column]}'")
            levels[cells[column]] = cells["level"]
    return {name: node.to_mapping() for name, node in root.folders.items()}
