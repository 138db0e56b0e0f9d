"""Project images: sent again when the content of the file is another."""

from collections.abc import Iterator
from hashlib import sha256

from tests.soak.kinds.active_projects import SITES
from tests.soak.kinds.kind import Arguments, Ids, Kind, Sight

PNG = "89504e470d0a1a0a"
"""The first bytes of a PNG, in hexadecimal digits."""


def content(arguments: Arguments) -> bytes:
    """Return what is in the file of a picture."""
    return bytes.fromhex(PNG) + str(arguments["drawn"]).encode()


class ProjectImages(Kind):
    """One for each site."""

    kind = "images"
    type = "bim360:ProjectImage"

    def first(self) -> dict[str, Arguments]:
        """Return the pictures as they are first drawn."""
        return {f"image-{site}": {"site": site, "drawn": f"{site}, at dawn"} for site in SITES}

    def may_go(self, name: str) -> bool:
        """Return True: the picture stays at HQ."""
        del name
        return True

    def wanted(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the project, and the digest of the file."""
        digest = sha256(content(arguments)).hexdigest()
        return {"project_id": ids["sites"][arguments["site"]], "sha256": digest}

    def change(self, name: str, arguments: Arguments) -> Arguments:
        """Draw it anew."""
        del name
        return {**arguments, "drawn": f"{arguments['site']}, drawn {self.again()} times"}

    def findings(self, sight: Sight) -> Iterator[str]:
        """Find pictures that HQ does not have, or has otherwise."""
        for name, arguments in self.declared.items():
            image = sight.project(arguments["site"]).get("image") or {}
            if image.get("sha256") != sha256(content(arguments)).hexdigest():
                yield f"unequal: {name} is another picture than declared"
