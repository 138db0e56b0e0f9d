"""``Bim360ProjectImage``: the picture of a project."""

import os
from pathlib import Path
from typing import ClassVar

import pulumi
from pulumi import Input, Output, ResourceOptions

from bim360_provider.core.project_image import compute_digest
from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import ProjectImageProvider
from bim360_provider.errors import InputError
from bim360_provider.resources.argument_checks import normalize_id, refuse_duplicate_value
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.serialize import build_properties

__all__ = ["Bim360ProjectImage"]


class ImageError(InputError, pulumi.RunError):
    """A file that HQ would refuse; as a ``RunError``, it is printed without a traceback."""


class Bim360ProjectImage(Bim360Resource, module="bim360", name="ProjectImage"):
    """The picture that HQ shows for a project, from a local file.

    The file is uploaded again when its content changes. HQ can neither return nor remove a picture:
    a change on the web page is not detected, and a destroy leaves the picture.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-image-PATCH/
    """

    project_id: Output[str]
    path: Output[str]
    sha256: Output[str]
    account_id: Output[str]
    region: Output[str]
    project_created_at: Output[str]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = ProjectImageProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = ("account_id", "region", "project_created_at")
    """Outputs that the provider sets."""

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        path: str | os.PathLike[str],
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a picture.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            project_id: Id of the project. Another id replaces the resource.
            path: PNG, JPEG, BMP or GIF file of at most 10 MiB, under any file name; best
                ``Path(__file__).with_name("tower.png")``.
            opts: Pulumi's resource options.

        Raises:
            InputError: The file cannot be read, is too large, or has a format that HQ refuses.
        """
        file = Path(path).absolute()
        given = {"project_id": project_id, "path": str(file), "sha256": _compute_digest(file)}
        sent = build_properties(self.OUTPUTS, given, opts)
        self._register(resource_name, sent, opts)
        refuse_duplicate_value(self, resource_name, "the project", project_id, normalize_id)


def _compute_digest(file: Path) -> str:
    try:
        return compute_digest(file)
    except InputError as error:
        raise ImageError(str(error)) from None
