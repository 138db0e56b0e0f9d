"""Runs ``bim360`` as ``python -m bim360_provider.cli``."""

import sys
from typing import Final

__all__ = ["main"]

EXIT_NOT_INSTALLED: Final = 2
"""Exit code if a package of the command line is missing."""


def main() -> None:
    """Run the command line; if its packages are missing, print how to install them."""
    try:
        from bim360_provider.cli.app import PANELS, create_app  # noqa: PLC0415 - typer is an extra

        app = create_app(*(name for name in sys.argv[1:2] if name in PANELS))
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("bim360_provider"):
            raise
        sys.stderr.write(
            f"bim360 requires the package '{error.name}', which is not installed. "
            "Run: pip install '../bim360_provider[cli,emulator]'\n"
        )
        sys.exit(EXIT_NOT_INSTALLED)
    app(prog_name="bim360")


if __name__ == "__main__":
    main()
