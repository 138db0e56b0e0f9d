"""Dynamic providers, which ``python -m pulumi.dynamic`` runs.

The import path of ``providers.py`` is permanent: every state refers to it.
"""

import gc
import sys
from typing import Final

__all__ = ["IS_HOST"]

IS_HOST: Final = "pulumi.dynamic" in sys.orig_argv
"""Whether this process is ``python -m pulumi.dynamic``."""

if IS_HOST:
    # Pulumi's modules stay loaded as long as the host. Without this, the garbage collector scans
    # them repeatedly while this package is loaded, which takes a fifth of the start time.
    gc.freeze()
