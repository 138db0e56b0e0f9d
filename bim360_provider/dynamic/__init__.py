"""Pulumi's door to the core: dynamic providers, run by ``python -m pulumi.dynamic``.

The import paths in this folder are for ever: every state refers to them.
"""

import gc

from bim360_provider.dynamic.host import is_host

if is_host():
    # What Pulumi has loaded by now lives as long as its host. Without this the collector walks
    # over it again and again while ours is loaded, for a fifth of the time that this takes.
    gc.freeze()
