"""``Bim360FolderPermissions``: who may do what in a folder."""

from collections.abc import Mapping
from typing import ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import FolderPermissionsProvider
from bim360_provider.resources.argument_checks import (
    normalize_id,
    refuse_duplicate_value,
    refuse_secret,
)
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.project_folder import (
    FolderInput,
    get_folder_reference,
    join_folder_key,
)
from bim360_provider.resources.serialize import build_properties, collect_arguments, has_output

__all__ = ["Bim360FolderPermissions"]


class Bim360FolderPermissions(Bim360Resource, module="bim360", name="FolderPermissions"):
    """The direct permissions of a folder: a level for each role, company and user.

    Levels: ``view``, ``view_download``, ``view_download_markup`` (ACC only), ``upload`` (BIM 360
    only), ``view_download_upload``, ``edit``, ``manage``. Permissions that a folder inherits, and
    the rights of project admins, are not changed. The app needs access to Document Management.

    https://aps.autodesk.com/en/docs/acc/v1/reference/http/document-management-projects-project_id-folders-folder_id-permissionsbatch-create-POST/
    """

    project_id: Output[str]
    folder: Output[str]
    roles: Output[Mapping[str, str]]
    companies: Output[Mapping[str, str]]
    users: Output[Mapping[str, str]]
    others: Output[str | None]
    on_destroy: Output[str | None]
    folder_id: Output[str]
    platform: Output[str]
    subject_ids: Output[Mapping[str, Mapping[str, str]]]
    account_id: Output[str]
    region: Output[str]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = FolderPermissionsProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "folder_id",
        "platform",
        "subject_ids",
        "account_id",
        "region",
    )
    """Outputs that the provider sets."""

    def __init__(  # noqa: PLR0913 - each kind of subject is a keyword
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        folder: FolderInput,
        roles: Input[Mapping[str, Input[str]]] | None = None,
        companies: Input[Mapping[str, Input[str]]] | None = None,
        users: Input[Mapping[str, Input[str]]] | None = None,
        others: Input[str] | None = None,
        on_destroy: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare the direct permissions of a folder.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            project_id: Id of the project. Another id replaces the resource.
            folder: Folder: a ``Bim360ProjectFolder``, the name of a top folder, such as ``Project
                Files``, or a folder's id. Another folder replaces the resource.
            roles: Levels by the name or id of an industry role: ``{'Architect': 'edit'}``.
            companies: Levels by the name or id of a company in the account.
            users: Levels by the e-mail or id of a user in the project.
            others: What happens to direct permissions of subjects that are not declared: ``keep``
                (the default) ignores them, ``remove`` removes them.
            on_destroy: ``remove`` (the default), which removes the declared permissions, or
                ``retain``.
            opts: Pulumi's resource options.

        Raises:
            InputError: At the program's end: a level is secret, or the folder is declared twice.
        """
        given = collect_arguments(locals())
        given["folder"] = get_folder_reference(folder)
        called = f"Bim360FolderPermissions '{resource_name}'"
        for argument in ("roles", "companies", "users"):
            if has_output(given[argument]):
                checked = refuse_secret(called, argument, given[argument], given["project_id"])
                given["project_id"] = checked
        sent = build_properties(self.OUTPUTS, given, opts)
        self._register(resource_name, sent, opts)
        key = join_folder_key(project_id, given["folder"])
        refuse_duplicate_value(self, resource_name, "the folder", key, normalize_id)
