"""An account that exists, as a stack: a program that changes nothing, and the file to import it."""

from bim360_provider.export.files import Paths, local_steps, names_kept, pulumi_steps, write_stack
from bim360_provider.export.program_check import require_run
from bim360_provider.export.pulumi_project import Layout, read_layout
from bim360_provider.export.reader import Account, Choice, Reading, read_account

__all__ = [
    "Account",
    "Choice",
    "Layout",
    "Paths",
    "Reading",
    "local_steps",
    "names_kept",
    "pulumi_steps",
    "read_account",
    "read_layout",
    "require_run",
    "write_stack",
]
