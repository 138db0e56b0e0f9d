"""``Bim360ProjectImage``: the picture of a project."""

import os
from pathlib import Path
from typing import ClassVar

import pulumi
from pulumi import Input, Output, ResourceOptions

from bim360_provider.core.project_image import digest_of
from bim360_provider.dynamic.base import Door
from bim360_provider.dynamic.providers import ProjectImageProvider
from bim360_provider.errors import InputError
from bim360_provider.resources.argument_checks import id_form, named_once
from bim360_provider.resources.base import Declared, await_whole
from bim360_provider.resources.serialize import properties

__all__ = ["Bim360ProjectImage"]


class PictureError(InputError, pulumi.RunError):
    """A file that HQ would not take; being a ``RunError``, it is printed without a traceback."""


class Bim360ProjectImage(Declared, module="bim360", name="ProjectImage"):
    """The picture that HQ shows for a project, from a file of yours.

    It is sent again when the content of the file changes. HQ does not give pictures back and
    cannot remove one: what somebody changes by hand is not seen, and destroying leaves it.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-image-PATCH/
    """

    project_id: Output[str]
    path: Output[str]
    sha256: Output[str]
    account_id: Output[str]
    region: Output[str]
    project_created_at: Output[str]

    PROVIDER: ClassVar[type[Door]] = ProjectImageProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = ("account_id", "region", "project_created_at")
    """What the provider fills in."""

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
            resource_name: Pulumi's name for it, unique in the stack; HQ never sees it.
            project_id: The project's id; another project is another picture, and replaces.
            path: A PNG, JPEG, BMP or GIF file of at most 10 MiB, whatever its name; best
                ``Path(__file__).with_name("tower.png")``.
            opts: Pulumi's resource options.

        Raises:
            InputError: The file cannot be read, it is too large, or HQ does not take its kind.
        """
        file = Path(path).absolute()
        given = {"project_id": project_id, "path": str(file), "sha256": _digest(file)}
        sent = properties(self.OUTPUTS, given, opts)
        super().__init__(self.PROVIDER(), resource_name, sent, opts)
        await_whole(self)
        named_once(self, resource_name, "the project", project_id, id_form)


def _digest(file: Path) -> str:
    try:
        return digest_of(file)
    except InputError as error:
        raise PictureError(str(error)) from None
