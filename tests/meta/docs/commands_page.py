"""Generate docs/reference/commands.md from the commands' help: ``make reference``."""

import importlib
import re
from collections.abc import Iterator
from typing import Any, get_args

import typer

from tests.meta.source_files import ROOT

PAGE_PATH = ROOT / "docs/reference/commands.md"
INTRODUCTION = """# Commands

What `bim360 COMMAND --help` says, on one page.
It is written by `make reference`, and a test fails while it says less than the commands.

`bim360 --version` says the version; `bim360 --install-completion` completes commands in your shell.
What Pulumi does, its own commands do: `pulumi preview`, `up`, `refresh`, `import`, `destroy`.
"""


def iterate_commands(command: Any = None, called: str = "bim360") -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, as it is called."""
    if command is None:
        app = importlib.import_module("bim360_provider.cli.app").app
        command = typer.main.get_command(app)
    inner = getattr(command, "commands", {})
    for name, each in inner.items():
        yield from iterate_commands(each, f"{called} {name}")
    if not inner:
        yield called, command


def get_help(command: Any) -> list[str]:
    """Return the paragraphs of what a command says of itself."""
    return re.split(r"\n\s*\n", command.help.strip())


def get_examples(command: Any) -> list[str]:
    """Return the lines of a command's examples."""
    found = [each for each in get_help(command) if re.match(r"Examples?:\n", each)]
    return [line.strip() for each in found for line in each.splitlines()[1:]]


def get_exit_codes(command: Any) -> dict[int, str]:
    """Return the exit codes that a command explains."""
    words = " ".join(" ".join(get_help(command)).split())
    _, _, told = words.partition("Exit codes: ")
    told = re.split(r"\.(?: |$)", told, maxsplit=1)[0]
    found = re.findall(r"(?:^|[,;] )(\d+) ((?:(?![,;] \d).)+)", told)
    return {int(code): what for code, what in found}


def render_page() -> str:
    """Return the whole page."""
    return "\n".join(
        [
            INTRODUCTION,
            *(_render_section(called, each) for called, each in sorted(iterate_commands())),
        ]
    )


def _render_section(called: str, command: Any) -> str:
    prose = [
        " ".join(each.split())
        for each in get_help(command)
        if not re.match(r"(Examples?|Exit codes):", each)
    ]
    rows = "\n".join(_render_row(each) for each in command.params if "--help" not in each.opts)
    flags = f"| Flag | What | Default |\n|---|---|---|\n{rows}\n" if rows else ""
    codes = "\n".join(f"| {code} | {what} |" for code, what in get_exit_codes(command).items())
    examples = "\n".join(get_examples(command))
    return (
        f"## {called}\n\n" + "\n\n".join(prose) + f"\n\n```sh\n{examples}\n```\n\n{flags}\n"
        f"| Exit code | |\n|---|---|\n{codes}\n"
    )


def _render_row(parameter: Any) -> str:
    spelt = ", ".join(f"`{each}`" for each in [*parameter.opts, *parameter.secondary_opts])
    if parameter.param_type_name == "argument":
        spelt = f"`{parameter.name.upper()}`"
    words = parameter.help or ""
    known = get_args(parameter.type_descriptor.annotation)
    choices = [each for each in known if isinstance(each, str)]
    words += f" One of {', '.join(f'`{each}`' for each in choices)}." if choices else ""
    return f"| {spelt} | {_format_cell(words)} | {_format_default(parameter)} |"


def _format_default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):
        return f"`{parameter.show_default}`"
    value = parameter.default
    if value in (None, "", False) or callable(value):
        return ""
    return f"`{value}`"


def _format_cell(words: str) -> str:
    return " ".join(words.split()).replace("|", r"\|")


if __name__ == "__main__":
    PAGE_PATH.write_text(render_page(), encoding="utf-8")
