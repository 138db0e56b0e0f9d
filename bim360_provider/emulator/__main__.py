"""``python -m bim360_provider.emulator``: start the emulator; Ctrl-C stops it."""

import sys

MISSING_EXTRA_MESSAGE = "{name} is not installed: pip install '../bim360_provider[emulator]'"


def main() -> None:
    """Run the command, or print in one line which package is missing."""
    try:
        # typer belongs to an extra; without it, print one line instead of a traceback.
        from bim360_provider.emulator.cli import app  # noqa: PLC0415
    except ImportError as error:
        sys.exit(MISSING_EXTRA_MESSAGE.format(name=error.name))
    app()


if __name__ == "__main__":
    main()
