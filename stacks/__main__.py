"""Runs the file named like the selected stack: ``pulumi up --stack demo`` runs ``demo.py``."""

import runpy
from pathlib import Path

import pulumi

FOLDER = Path(__file__).parent


def program(stack: str) -> Path:
    """Return the file of a stack; ``-`` and ``.`` in the stack's name may be ``_`` in the file's.

    Raises:
        pulumi.RunError: There is none; the message names the stacks that there are.
    """
    names = dict.fromkeys((stack, stack.replace("-", "_").replace(".", "_")))
    for name in names:
        file = FOLDER / f"{name}.py"
        if file.is_file() and file.name != Path(__file__).name:
            return file
    wanted = " or ".join(f"{FOLDER.name}/{name}.py" for name in names)
    there = ", ".join(sorted(file.stem for file in FOLDER.glob("[!_]*.py")))
    msg = (
        f"there is no {wanted} for the stack '{stack}'. The stacks here are {there}: "
        "select one with `pulumi stack select`, or write that file."
    )
    raise pulumi.RunError(msg)


runpy.run_path(str(program(pulumi.get_stack())), run_name="__main__")
