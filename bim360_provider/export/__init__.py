"""An account that exists, as a stack: a program that changes nothing, and the file to import it."""

from bim360_provider.export.account import read_account
from bim360_provider.export.choosing import Choice
from bim360_provider.export.layout import Layout, read_layout
from bim360_provider.export.reader import Account
from bim360_provider.export.reading import Reading
from bim360_provider.export.running import require_run
from bim360_provider.export.stack import Paths, names_kept, write_stack
from bim360_provider.export.steps import local_steps, pulumi_steps

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
