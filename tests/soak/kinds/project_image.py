"""Project images: sent again when the content of the file is another."""

from collections.abc import Iterator
from hashlib import sha256

from tests.soak.kinds.active_projects import ACTIVE_PROJECTS
from tests.soak.kinds.kind import AccountView, Arguments, Ids, SoakEntity

PNG_SIGNATURE = "89504e470d0a1a0a"
"""The first bytes of a PNG, in hexadecimal digits."""


def build_content(arguments: Arguments) -> bytes:
    """Return what is in the file of a picture."""
    return bytes.fromhex(PNG_SIGNATURE) + str(arguments["drawn"]).encode()


class ProjectImages(SoakEntity):
    """One for each site."""

    kind = "images"
    type = "bim360:ProjectImage"

    def build_initial_declarations(self) -> dict[str, Arguments]:
        """Return the pictures as they are first drawn."""
        return {
            f"image-{site}": {"site": site, "drawn": f"{site}, at dawn"} for site in ACTIVE_PROJECTS
        }

    def may_be_removed(self, name: str) -> bool:
        """Return True: the picture stays at HQ."""
        del name
        return True

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the project, and the digest of the file."""
        digest = sha256(build_content(arguments)).hexdigest()
        return {"project_id": ids["sites"][arguments["site"]], "sha256": digest}

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Draw it anew."""
        del name
        return {
            **arguments,
            "drawn": f"{arguments['site']}, drawn {self.get_change_number()} times",
        }

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find pictures that HQ does not have, or has otherwise."""
        for name, arguments in self.declarations.items():
            image = sight.find_project(arguments["site"]).get("image") or {}
            if image.get("sha256") != sha256(build_content(arguments)).hexdigest():
                yield f"unequal: {name} is another picture than declared"
