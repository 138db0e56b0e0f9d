"""The values of folders: names, actions and permission levels."""

from collections.abc import Iterable

from pydantic import JsonValue

from bim360_provider.emulator.hq.values import read_text
from bim360_provider.emulator.http.errors import format_suggestion
from bim360_provider.emulator.options import Options

RESERVED_CHARACTERS = "<>:\"/\\|?*'\n\r\t\0\f¢™$®"
"""Documented for names of folders: datamanagement.yaml of
https://github.com/autodesk-platform-services/aps-sdk-openapi"""

MAX_LEVELS = 25
"""Levels of folders below a top folder. Documented: "the number of subfolder levels is limited to
25", https://aps.autodesk.com/en/docs/data/v2/reference/http/projects-project_id-folders-POST/"""

FOLDER_TYPE = "folders:autodesk.bim360:Folder"
"""The extension type of the folders of both platforms, documented on the same page."""

TOP_FOLDERS = {"bim360": ("Plans", "Project Files"), "acc": ("Project Files",)}
"""Documented: https://aps.autodesk.com/en/docs/acc/v1/overview/bim-360-compatibility/docs-compatibility"""

SYSTEM_AUTHOR = "system"
"""The author of the folders that every project has, and of seeded ones (inference)."""

ACTIONS = ("VIEW", "DOWNLOAD", "COLLABORATE", "PUBLISH_MARKUP", "PUBLISH", "EDIT", "CONTROL")
"""The actions in the emulator's order; Autodesk documents none."""

_DOWNLOAD = {"VIEW", "DOWNLOAD", "COLLABORATE"}
_MARKUP = {*_DOWNLOAD, "PUBLISH_MARKUP"}

LEVELS: dict[str, dict[str, set[str]]] = {
    "bim360": {
        "view only": {"VIEW", "COLLABORATE"},
        "view, download": _DOWNLOAD,
        "upload only": {"PUBLISH"},
        "view, download, upload": {*_DOWNLOAD, "PUBLISH"},
        "view, download, upload, edit": {*_DOWNLOAD, "PUBLISH", "EDIT"},
        "full control": {*_DOWNLOAD, "PUBLISH", "EDIT", "CONTROL"},
    },
    "acc": {
        "view only": {"VIEW", "COLLABORATE"},
        "view, download": _DOWNLOAD,
        "view, download, markups": _MARKUP,
        "view, download, markups, upload": {*_MARKUP, "PUBLISH"},
        "view, download, markups, upload, edit": {*_MARKUP, "PUBLISH", "EDIT"},
        "full control": {*_MARKUP, "PUBLISH", "EDIT", "CONTROL"},
    },
}
"""The six permission levels of each platform with the actions of each, documented:
https://aps.autodesk.com/en/docs/acc/v1/reference/http/document-management-projects-project_id-folders-folder_id-permissionsbatch-create-POST/"""


def sort_actions(actions: Iterable[str]) -> list[str]:
    """Return actions in the emulator's order."""
    return sorted(actions, key=ACTIONS.index)


def list_all_actions(platform: str) -> list[str]:
    """Return the actions of full control, which project admins have."""
    return sort_actions(LEVELS[platform]["full control"])


def find_level(platform: str, actions: Iterable[str]) -> str | None:
    """Return the level with exactly these actions, None if there is none."""
    wanted = {*actions}
    return next((name for name, level in LEVELS[platform].items() if level == wanted), None)


def read_folder_name(given: JsonValue, options: Options) -> str:
    """Read a folder's name: 1 to 255 characters, none of them reserved (documented)."""
    value = read_text(given, options)
    bad = [character for character in RESERVED_CHARACTERS if character in value]
    if bad:
        msg = f"must not contain {' '.join(map(repr, bad))}"
        raise ValueError(msg)
    return value


def read_flag(given: JsonValue, _options: Options) -> int:
    """Read a JSON boolean."""
    if not isinstance(given, bool):
        msg = "is neither true nor false"
        raise ValueError(msg)
    return int(given)


def read_actions(given: JsonValue, _options: Options) -> str:
    """Read an array of actions into a comma-separated list in the emulator's order."""
    if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
        msg = "is not an array of actions"
        raise ValueError(msg)
    unknown = [str(each) for each in given if each not in ACTIONS]
    if unknown:
        msg = f'"{unknown[0]}" is not an action{format_suggestion(unknown[0], ACTIONS)}'
        raise ValueError(msg)
    return ",".join(sort_actions({str(each) for each in given}))
