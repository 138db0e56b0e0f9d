"""``python -m bim360_provider.cli`` is ``bim360``."""

from bim360_provider.cli.app import main

main()
