"""``Bim360ProjectFolder``: a folder of a project."""

import unicodedata
from typing import ClassVar, Final, TypeAlias

import pulumi
from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import ProjectFolderProvider
from bim360_provider.errors import InputError
from bim360_provider.resources.argument_checks import refuse_duplicate_value
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.serialize import build_properties, collect_arguments

__all__ = ["Bim360ProjectFolder", "FolderInput", "get_folder_reference", "join_folder_key"]


MAX_LEVELS: Final = 25
"""Levels of folders below a top folder, as the models have it, which a program does not load."""

URN_PREFIX: Final = "urn:"
"""The first characters of Data Management's ids."""


class FolderLevelError(InputError, pulumi.RunError):
    """A folder below too many others; as a ``RunError``, it is printed without a traceback."""


class Bim360ProjectFolder(Bim360Resource, module="bim360", name="ProjectFolder"):
    """A folder of a BIM 360 or ACC project.

    A folder that exists already is adopted; one that was deleted by hand or by a destroy is
    restored with its content. The app needs access to Document Management.

    https://aps.autodesk.com/en/docs/data/v2/reference/http/projects-project_id-folders-POST/
    """

    project_id: Output[str]
    parent: Output[str]
    name: Output[str]
    on_destroy: Output[str | None]
    folder_id: Output[str]
    parent_id: Output[str]
    hidden: Output[bool]
    adopted: Output[bool]
    account_id: Output[str]
    region: Output[str]
    unfinished: Output[list[str]]
    created_at: Output[str | None]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = ProjectFolderProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "folder_id",
        "parent_id",
        "hidden",
        "adopted",
        "account_id",
        "region",
        "unfinished",
        "created_at",
    )
    """Outputs that Autodesk or the provider sets."""

    _level: int | None = None

    def __init__(  # noqa: PLR0913 - these are Autodesk's fields, each a keyword
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        parent: "FolderInput",
        name: Input[str],
        on_destroy: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a folder.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            project_id: Id of the project. Another id replaces the resource.
            parent: Folder that contains this one: the name of a top folder, such as ``Project
                Files``, another ``Bim360ProjectFolder``, or a folder's id. Another parent moves the
                folder.
            name: Name of the folder, 1 to 255 characters, unique in its parent. Another name
                renames the folder.
            on_destroy: ``hide``, as deleting on the web page does, or ``retain``. Default: a folder
                that existed before is retained, any other is hidden.
            opts: Pulumi's resource options.

        Raises:
            InputError: The folder is more than 25 levels below a top folder, as far as known.
        """
        given = collect_arguments(locals())
        given["parent"] = get_folder_reference(parent)
        level = _find_level(parent)
        if level is not None and level > MAX_LEVELS:
            msg = (
                f"BIM 360: folder '{resource_name}' is {level} levels below a top folder; Autodesk "
                f"accepts {MAX_LEVELS}."
            )
            raise FolderLevelError(msg)
        sent = build_properties(self.OUTPUTS, given, opts)
        self._register(resource_name, sent, opts)
        self._level = level
        key = join_folder_key(project_id, given["parent"], name)
        refuse_duplicate_value(self, resource_name, "the folder", key, _normalize_key)


FolderInput: TypeAlias = Input[str] | Bim360ProjectFolder
"""A folder: the name of a top folder, an id, or a resource."""


def get_folder_reference(folder: FolderInput) -> Input[str]:
    """Return the id of a resource, and any other reference unchanged."""
    return folder.id if isinstance(folder, Bim360ProjectFolder) else folder


def join_folder_key(*values: Input[str]) -> Input[str]:
    """Return the values as one text, an output if one of them is an output."""
    if all(isinstance(each, str) for each in values):
        return "/".join(str(each) for each in values)
    return Output.all(*values).apply(lambda known: "/".join(str(each) for each in known))


def _find_level(parent: FolderInput) -> int | None:
    """Return the level of a folder below its top folder; None if it is not known."""
    if isinstance(parent, Bim360ProjectFolder):
        above = parent._level  # noqa: SLF001 - of the same class
        return None if above is None else above + 1
    is_top = isinstance(parent, str) and URN_PREFIX not in parent
    return 1 if is_top else None


def _normalize_key(key: str) -> str:
    return unicodedata.normalize("NFC", key.strip()).casefold()
