"""Dynamic providers, which ``python -m pulumi.dynamic`` runs.

The import path of ``providers.py`` is permanent: every state refers to it.
"""

import gc
import sys
from typing import Final

__all__ = ["IS_HOST"]

_main_spec = getattr(sys.modules.get("__main__"), "__spec__", None)

# The local engine runs the module itself; elsewhere this package may be loaded before the module.
IS_HOST: Final = (
    "pulumi.dynamic" in sys.orig_argv
    or getattr(_main_spec, "name", None) == "pulumi.dynamic.__main__"
)
"""Whether this process is Pulumi's host of dynamic providers, ``python -m pulumi.dynamic``."""

if IS_HOST:
    # Pulumi's modules stay loaded as long as the host. Without this, the garbage collector scans
    # them repeatedly while this package is loaded, which takes a fifth of the start time.
    gc.freeze()
