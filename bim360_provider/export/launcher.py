"""The program of a project that has none yet: it runs the file named like the selected stack."""

import os
from pathlib import Path
from typing import Final

__all__ = ["launcher"]

TEXT: Final = '''"""Run the file of the selected stack: `pulumi up --stack {stack}` runs {file}."""

{seal}

import runpy
from pathlib import Path

import pulumi

name = pulumi.get_stack().replace("-", "_").replace(".", "_")
file = Path(__file__).parent / "{folder}" / f"{{name}}.py"
if not file.is_file():
    raise pulumi.RunError(f"there is no {{file}}; select a stack that has a file")
runpy.run_path(str(file), run_name="__main__")
'''


def launcher(entry: Path, file: Path, stack: str, seal: str) -> str:
    """Return the text of a program.

    Args:
        entry: Where the program will be.
        file: The file of the stack.
        stack: The stack's name.
        seal: The comment by which the next export knows its own.
    """
    folder = Path(os.path.relpath(file.parent, entry.parent)).as_posix()
    return TEXT.format(stack=stack, file=file.name, folder=folder, seal=seal)
