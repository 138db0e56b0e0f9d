"""Stands in for the Pulumi CLI where there is none: the local engine, for the examples' few calls.

Any other call or flag ends it, so that an example cannot go a way that nobody has tried.
"""

import subprocess
import sys

IGNORED_FLAGS = ("--non-interactive", "--run-program", "--yes", "--skip-preview")
"""What the local engine does anyway."""

SUPPORTED_FLAGS = {
    "preview": {"--refresh", "--json"},
    "up": {"--refresh"},
    "refresh": {"--preview-only", "--json"},
}


def main() -> int:
    """Run one call and return how it ended."""
    command, stack_flag, stack, *flags = sys.argv[1:]
    told = [flag for flag in flags if flag not in IGNORED_FLAGS]
    if stack_flag != "--stack" or set(told) - SUPPORTED_FLAGS.get(command, set()):
        sys.stderr.write(f"not one of the examples' calls: {sys.argv[1:]}\n")
        return 64
    module = [sys.executable, "-m", "bim360_provider.testing"]
    return subprocess.run(  # noqa: S603 - the local engine, with the flags from above
        [*module, command, "--stack", stack, *told], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
