"""Folders of a project: the arguments of one folder, and Data Management's response."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from bim360_provider.models import normalize
from bim360_provider.models.base import (
    AccountIdArgument,
    FieldRole,
    Id,
    InputModel,
    RegionArgument,
    ResponseModel,
)

__all__ = [
    "FOLDER_EXTENSION",
    "MAX_LEVELS",
    "PLATFORMS",
    "Folder",
    "FolderName",
    "FolderReference",
    "HubProject",
    "ProjectFolderArguments",
    "build_folder_id",
    "is_folder_urn",
    "parse_folder_name",
    "parse_folder_reference",
    "split_folder_id",
]

MAX_LEVELS: Final = 25
"""Levels of folders below a top folder:
https://aps.autodesk.com/en/docs/data/v2/reference/http/projects-project_id-folders-POST/"""

RESERVED_CHARACTERS: Final = "<>:\"/\\|?*'¢™$®"
"""Visible characters that a folder's name must not contain, documented on the same page."""

FOLDER_EXTENSION: Final = {"type": "folders:autodesk.bim360:Folder", "version": "1.0"}
"""The type of a folder of both platforms, documented on the same page."""

PLATFORMS: Final[Mapping[str, str]] = {"ACC": "acc", "BIM360": "bim360"}
"""The platforms by Data Management's type of a project:
https://aps.autodesk.com/en/docs/acc/v1/tutorials/getting-started/verify-project-type/"""

FOLDER_URN_PATTERN: Final = re.compile(r"urn:[\w.-]+:fs\.folder:[\w.-]+")

LONG_FRACTION_PATTERN: Final = re.compile(r"(\.\d{6})\d+")
"""Data Management writes seven digits of a second, one more than Python reads."""


def is_folder_urn(text: str) -> bool:
    """Return whether a text is Data Management's id of a folder."""
    return FOLDER_URN_PATTERN.fullmatch(text) is not None


def build_folder_id(project_id: str, urn: str) -> str:
    """Return the id of a folder in Pulumi: the project's id, a slash, Data Management's id."""
    return f"{project_id}/{urn}"


def split_folder_id(folder_id: str) -> tuple[str, str]:
    """Return the project's id, empty if there is none, and Data Management's id."""
    project_id, _, urn = folder_id.rpartition("/")
    return project_id, urn


def parse_folder_name(value: object) -> str:
    """Return a folder's name: 1 to 255 characters, none of them reserved."""
    name = normalize.limit_text(normalize.MAX_NAME_LENGTH)(value)
    found = [each for each in RESERVED_CHARACTERS if each in name]
    if found:
        reserved = " ".join(RESERVED_CHARACTERS)
        msg = f"must not contain {' '.join(found)} (Autodesk reserves {reserved})"
        raise ValueError(msg)
    if not name or name != name.strip():
        msg = f"must be a name without surrounding spaces, not {normalize.quote_value(value)}"
        raise ValueError(msg)
    return name


def parse_folder_reference(value: object) -> str:
    """Return a reference to a folder: the name of a top folder, an id, or a project's and an id."""
    text = normalize.require_text(value).strip()
    project_id, urn = split_folder_id(text)
    if not is_folder_urn(urn):
        return parse_folder_name(text)
    return build_folder_id(normalize.parse_id(project_id), urn) if project_id else urn


FolderName: TypeAlias = Annotated[str, BeforeValidator(parse_folder_name)]

FolderReference: TypeAlias = Annotated[str, BeforeValidator(parse_folder_reference)]

FolderRemoval: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("hide", "retain")))
]


class ProjectFolderArguments(InputModel):
    """The arguments of a folder.

    https://aps.autodesk.com/en/docs/data/v2/reference/http/projects-project_id-folders-POST/
    """

    project_id: Annotated[
        Id,
        FieldRole.IDENTITY,
        Field(description="Id of the project. Another id replaces the resource."),
    ]
    parent: Annotated[
        FolderReference,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "Folder that contains this one: the name of a top folder, such as "
                "``Project Files``, another ``Bim360ProjectFolder``, or a folder's id. Another "
                "parent moves the folder."
            )
        ),
    ]
    name: Annotated[
        FolderName,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "Name of the folder, 1 to 255 characters, unique in its parent. Another name "
                "renames the folder."
            )
        ),
    ]
    on_destroy: Annotated[
        FolderRemoval | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "``hide``, as deleting on the web page does, or ``retain``. Default: a folder "
                "that existed before is retained, any other is hidden."
            )
        ),
    ] = None
    account_id: AccountIdArgument = None
    region: RegionArgument = None


class Folder(ResponseModel):
    """A folder in a JSON:API document of Data Management.

    Attributes:
        id: Data Management's id, ``urn:adsk.wipprod:fs.folder:co.…``.
        parent_id: The same of the folder that contains it.
        hidden: Whether it is deleted; it can be restored.
        project_id: Set by the provider.
        parent: Set by the provider: the parent as it is declared.
    """

    id: str
    name: str
    parent_id: str | None = None
    hidden: bool = False
    created_at: str | None = None
    updated_at: str | None = None
    project_id: str | None = None
    parent: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _flatten_resource(cls, fields: Any) -> Any:
        """Return the fields of a JSON:API resource object; other fields are left as they are."""
        if not isinstance(fields, Mapping) or not isinstance(fields.get("attributes"), Mapping):
            return fields
        attributes = fields["attributes"]
        name = attributes.get("name") or attributes.get("displayName")
        return {
            "id": fields.get("id"),
            "name": normalize.compose_text(name) if isinstance(name, str) else name,
            "parent_id": _read_parent_id(fields),
            "hidden": attributes.get("hidden") is True,
            "created_at": _shorten_fraction(attributes.get("createTime")),
            "updated_at": _shorten_fraction(attributes.get("lastModifiedTime")),
        }


def _read_parent_id(resource: Mapping[str, Any]) -> Any:
    found: Any = resource
    for key in ("relationships", "parent", "data", "id"):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _shorten_fraction(time: Any) -> Any:
    return LONG_FRACTION_PATTERN.sub(r"\1", time) if isinstance(time, str) else None


class HubProject(ResponseModel):
    """A project of a hub in a JSON:API document, with its platform: ``acc`` or ``bim360``."""

    platform: str

    @model_validator(mode="before")
    @classmethod
    def _read_platform(cls, resource: Any) -> Any:
        found: Any = resource
        for key in ("attributes", "extension", "data", "projectType"):
            found = found.get(key) if isinstance(found, Mapping) else None
        return {"platform": PLATFORMS.get(str(found), found)}
