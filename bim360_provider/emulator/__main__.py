"""``python -m bim360_provider.emulator``: start it, see where it listens, stop it with Ctrl-C."""

import sys

MISSING_EXTRA_MESSAGE = "{name} is not installed: pip install '../bim360_provider[emulator]'"


def main() -> None:
    """Run the command, or say in one line which package it lacks."""
    try:
        # typer belongs to an extra; without it this line is all a person should see.
        from bim360_provider.emulator.cli import app  # noqa: PLC0415
    except ImportError as error:
        sys.exit(MISSING_EXTRA_MESSAGE.format(name=error.name))
    app()


if __name__ == "__main__":
    main()
