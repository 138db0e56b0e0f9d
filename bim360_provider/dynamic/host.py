"""Whether we run inside Pulumi's host, and where its engine listens."""

import sys
from typing import Final

__all__ = ["engine_address", "is_host"]

HOST: Final = "pulumi.dynamic.__main__"


def is_host() -> bool:
    """Return whether this process is ``python -m pulumi.dynamic``."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return getattr(spec, "name", None) == HOST


def engine_address() -> str | None:
    """Return the address that Pulumi gives its host as the first argument; None elsewhere."""
    return sys.argv[1] if is_host() and len(sys.argv) > 1 else None
