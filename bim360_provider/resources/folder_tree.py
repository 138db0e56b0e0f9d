"""``Bim360ProjectFolderTree``: the folders of a project with their permissions."""

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi import Alias, ComponentResource, Input, Output, ResourceOptions

from bim360_provider.core.folder_tree import TreeFolder, build_tree, parse_tree
from bim360_provider.errors import InputError
from bim360_provider.resources.argument_checks import ArgumentNameCheck
from bim360_provider.resources.folder_permissions import Bim360FolderPermissions
from bim360_provider.resources.project_folder import Bim360ProjectFolder, FolderInput
from bim360_provider.resources.serialize import refuse_import

__all__ = ["Bim360ProjectFolderTree"]

TREE_TYPE: Final = "bim360:index:ProjectFolderTree"
"""The type token, which Pulumi shows as ``bim360:ProjectFolderTree``."""

YAML_SUFFIXES: Final = frozenset({".yaml", ".yml"})


class FolderTreeError(InputError, pulumi.RunError):
    """A wrong tree or file; as a ``RunError``, it is printed without a traceback."""


class Bim360ProjectFolderTree(ArgumentNameCheck, ComponentResource):
    """The folders of a project with their permissions, as one nested mapping or file.

    The first level are top folders, such as ``Project Files``, which exist already. Each folder may
    have ``folders``, ``roles``, ``companies``, ``users`` and ``others``, as in a
    ``Bim360FolderPermissions``, and ``was``: its path before a rename or a move. Without ``was``, a
    folder with another name is a new folder, and the old one is hidden.

    Example:
        >>> Bim360ProjectFolderTree("tower", project_id=tower.id, folders={
        ...     "Project Files": {"folders": {
        ...         "01 WIP": {"roles": {"Architect": "edit"}, "folders": {"Models": {}}},
        ...         "02 Shared": {"roles": {"Architect": "view_download"}},
        ...     }},
        ... })

    Attributes:
        folder_ids: The id of each folder by its path, such as ``Project Files/01 WIP``.
        folders: The same with the resources.
        permissions: The permissions by the path of their folder.
    """

    folder_ids: Output[Mapping[str, str]]

    def __init__(  # noqa: PLR0913 - the arguments of a tree, each a keyword
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        folders: Mapping[str, Any] | str | os.PathLike[str],
        others: Input[str] | None = None,
        on_destroy: str | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a tree of folders.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            project_id: Id of the project.
            folders: Folders by name, or the path of a YAML file with the same, or of a CSV file
                with the columns ``folder``, ``level``, ``role``, ``company`` and ``user``.
            others: What happens to direct permissions of subjects that are not declared, in folders
                that declare some: ``keep`` (the default) or ``remove``.
            on_destroy: ``hide`` or ``retain``, as for a ``Bim360ProjectFolder``; ``retain`` keeps
                the permissions too.
            opts: Pulumi's resource options.

        Raises:
            InputError: The tree or the file has another form.
        """
        refuse_import(opts)
        super().__init__(TREE_TYPE, resource_name, None, opts)
        self._project_id = project_id
        self._others = others
        self._on_destroy = on_destroy
        self._name = resource_name
        self.folders: dict[str, Bim360ProjectFolder] = {}
        self.permissions: dict[str, Bim360FolderPermissions] = {}
        for each in _read_tree(folders):
            self._declare(each)
        self.folder_ids = Output.all(**{path: each.id for path, each in self.folders.items()})
        self.register_outputs({"folder_ids": self.folder_ids})

    def _declare(self, tree_folder: TreeFolder) -> None:
        """Declare a folder, unless it is a top folder, and its permissions."""
        path, parent = tree_folder.path, tree_folder.parent_path
        aliases: list[Any] = [Alias(name=f"{self._name}/{old}") for old in tree_folder.old_paths]
        child = ResourceOptions(parent=self, aliases=aliases)
        folder: FolderInput = path
        if parent:
            folder = self.folders[path] = Bim360ProjectFolder(
                f"{self._name}/{path}",
                project_id=self._project_id,
                parent=self.folders.get(parent, parent),
                name=tree_folder.name,
                on_destroy=self._on_destroy,
                opts=child,
            )
        if tree_folder.levels is not None:
            self._permit(tree_folder, folder, child)

    def _permit(self, tree_folder: TreeFolder, folder: FolderInput, opts: ResourceOptions) -> None:
        """Declare the permissions of a folder."""
        levels = tree_folder.levels or {}
        self.permissions[tree_folder.path] = Bim360FolderPermissions(
            f"{self._name}/{tree_folder.path}",
            project_id=self._project_id,
            folder=folder,
            roles=levels.get("roles"),
            companies=levels.get("companies"),
            users=levels.get("users"),
            others=self._others if tree_folder.others is None else tree_folder.others,
            on_destroy="retain" if self._on_destroy == "retain" else None,
            opts=opts,
        )


def _read_tree(folders: Mapping[str, Any] | str | os.PathLike[str]) -> list[TreeFolder]:
    try:
        return parse_tree(folders if isinstance(folders, Mapping) else _read_file(Path(folders)))
    except (InputError, OSError) as error:
        text = str(error) if isinstance(error, InputError) else _describe_failure(error)
        raise FolderTreeError(text) from None


def _read_file(path: Path) -> Any:
    if path.suffix.lower() not in YAML_SUFFIXES:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            file.seek(0)
            delimiter = max(",;\t", key=header.count)
            return build_tree(csv.DictReader(file, delimiter=delimiter), path.name)
    import yaml  # noqa: PLC0415 - only programs with a YAML file need it

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        msg = f"BIM 360: could not declare a tree of folders: {path.name} is not YAML{where}."
        raise InputError(msg) from None


def _describe_failure(error: OSError) -> str:
    return (
        f"BIM 360: could not declare a tree of folders: {error.filename} cannot be read: "
        f"{error.strerror}."
    )
