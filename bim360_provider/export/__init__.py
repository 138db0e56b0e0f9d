"""Export an existing account as a stack: a program without changes and its import file."""

from bim360_provider.export.files import (
    StackPaths,
    build_local_commands,
    build_pulumi_commands,
    read_kept_names,
    write_stack,
)
from bim360_provider.export.program_check import require_run
from bim360_provider.export.pulumi_project import ProjectLayout, read_layout
from bim360_provider.export.reader import (
    ExportedAccount,
    ReadOnlyTransport,
    Selection,
    read_account,
)

__all__ = [
    "ExportedAccount",
    "ProjectLayout",
    "ReadOnlyTransport",
    "Selection",
    "StackPaths",
    "build_local_commands",
    "build_pulumi_commands",
    "read_account",
    "read_kept_names",
    "read_layout",
    "require_run",
    "write_stack",
]
