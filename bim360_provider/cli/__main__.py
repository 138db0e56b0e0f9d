"""``python -m bim360_provider.cli`` is ``bim360``."""

import sys
from typing import Final

__all__ = ["main"]

EXIT_NOT_INSTALLED: Final = 2
"""Exit code when the command line's own packages are missing."""


def main() -> None:
    """Run the command line; without its packages, say how to get them."""
    try:
        from bim360_provider.cli.app import app  # noqa: PLC0415 - typer is an extra
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("bim360_provider"):
            raise
        sys.stderr.write(
            f"bim360 needs the package '{error.name}'. "
            "Run: pip install '../bim360_provider[cli,emulator]'\n"
        )
        sys.exit(EXIT_NOT_INSTALLED)
    app(prog_name="bim360")


if __name__ == "__main__":
    main()
