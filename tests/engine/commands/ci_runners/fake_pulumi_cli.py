"""Replaces a missing Pulumi CLI by the local engine, for the few calls of the examples.

Any other call or flag fails, so that an example cannot use a command that no test has run.
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
    """Run one call and return its exit code."""
    command, stack_flag, stack, *flags = sys.argv[1:]
    passed = [flag for flag in flags if flag not in IGNORED_FLAGS]
    if stack_flag != "--stack" or set(passed) - SUPPORTED_FLAGS.get(command, set()):
        sys.stderr.write(f"not one of the examples' calls: {sys.argv[1:]}\n")
        return 64
    module = [sys.executable, "-m", "bim360_provider.testing"]
    return subprocess.run(  # noqa: S603 - the local engine, with the flags from above
        [*module, command, "--stack", stack, *passed], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
