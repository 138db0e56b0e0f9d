"""Dynamic providers, which ``python -m pulumi.dynamic`` runs.

The import path of ``providers.py`` is permanent: every state refers to it.
"""

import gc
import sys
from typing import Final

__all__ = ["get_engine_address", "is_host"]

_HOST_MODULE: Final = "pulumi.dynamic.__main__"


def is_host() -> bool:
    """Return whether this process is ``python -m pulumi.dynamic``."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return getattr(spec, "name", None) == _HOST_MODULE


def get_engine_address() -> str | None:
    """Return the address that Pulumi gives its host as the first argument; None elsewhere."""
    return sys.argv[1] if is_host() and len(sys.argv) > 1 else None


if is_host():
    # Pulumi's modules stay loaded as long as the host. Without this, the garbage collector scans
    # them repeatedly while this package is loaded, which takes a fifth of the start time.
    gc.freeze()
