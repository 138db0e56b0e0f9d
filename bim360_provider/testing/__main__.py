"""``python -m bim360_provider.testing``: the local engine's commands."""

from bim360_provider.testing.cli import app

if __name__ == "__main__":
    app(prog_name="python -m bim360_provider.testing")
