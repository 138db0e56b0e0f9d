"""An account that exists, as a stack: a program that changes nothing, and the file to import it."""

from bim360_provider.export.account import read_account
from bim360_provider.export.choosing import Choice
from bim360_provider.export.reader import Account
from bim360_provider.export.reading import Reading
from bim360_provider.export.stack import Paths, names_kept, write_stack

__all__ = ["Account", "Choice", "Paths", "Reading", "names_kept", "read_account", "write_stack"]
