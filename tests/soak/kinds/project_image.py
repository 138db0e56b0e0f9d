"""Project images: sent again when the content of the file has changed."""

from collections.abc import Iterator
from hashlib import sha256

from tests.soak.kinds.active_projects import ACTIVE_PROJECTS
from tests.soak.kinds.kind import AccountView, Arguments, Ids, SoakEntity

PNG_SIGNATURE = "89504e470d0a1a0a"
"""The first bytes of a PNG, in hexadecimal digits."""


def build_content(arguments: Arguments) -> bytes:
    """Return the content of an image file."""
    return bytes.fromhex(PNG_SIGNATURE) + str(arguments["drawn"]).encode()


class ProjectImages(SoakEntity):
    """One for each site."""

    kind = "images"
    type = "bim360:ProjectImage"

    def build_initial_declarations(self) -> dict[str, Arguments]:
        """Return the initial images."""
        return {
            f"image-{site}": {"site": site, "drawn": f"{site}, at dawn"} for site in ACTIVE_PROJECTS
        }

    def may_be_removed(self, name: str) -> bool:
        """Return True: the image stays at HQ."""
        del name
        return True

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the project, and the digest of the file."""
        digest = sha256(build_content(arguments)).hexdigest()
        return {"project_id": ids["sites"][arguments["site"]], "sha256": digest}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Change the image."""
        del name
        return {
            **arguments,
            "drawn": f"{arguments['site']}, drawn {self.get_change_number()} times",
        }

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find images that HQ does not have, or has with other content."""
        for name, arguments in self.declarations.items():
            image = sight.find_project(arguments["site"]).get("image") or {}
            if image.get("sha256") != sha256(build_content(arguments)).hexdigest():
                yield f"unequal: {name} is not the declared image"
