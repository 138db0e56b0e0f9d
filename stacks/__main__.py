"""Run the file of the selected stack: ``pulumi up --stack demo`` runs ``demo.py``."""

import runpy
from pathlib import Path

import pulumi

FOLDER = Path(__file__).parent


def program(stack: str) -> Path:
    """Return the file of a stack; ``-`` and ``.`` in its name may be ``_`` in the file name.

    Raises:
        pulumi.RunError: The file does not exist; the message lists the existing stacks.
    """
    names = dict.fromkeys((stack, stack.replace("-", "_").replace(".", "_")))
    for name in names:
        file = FOLDER / f"{name}.py"
        if file.is_file() and file.name != Path(__file__).name:
            return file
    wanted = " or ".join(f"{FOLDER.name}/{name}.py" for name in names)
    existing = ", ".join(sorted(file.stem for file in FOLDER.glob("[!_]*.py")))
    msg = (
        f"there is no {wanted} for the stack '{stack}'. The stacks here are {existing}: "
        "select one with `pulumi stack select`, or write that file."
    )
    raise pulumi.RunError(msg)


runpy.run_path(str(program(pulumi.get_stack())), run_name="__main__")
