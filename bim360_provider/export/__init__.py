"""Export an existing account as a stack: a program without changes and its import file."""

from bim360_provider.export.files import (
    StackPaths,
    build_cd_commands,
    build_local_commands,
    build_pulumi_commands,
    parse_stack_name,
    read_kept_names,
    render_stack,
    write_files,
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
    "build_cd_commands",
    "build_local_commands",
    "build_pulumi_commands",
    "parse_stack_name",
    "read_account",
    "read_kept_names",
    "read_layout",
    "render_stack",
    "require_run",
    "write_files",
]
