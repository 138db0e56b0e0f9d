"""The command that starts the emulator; ``bim360 emulator`` uses the same function."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import typer
from pydantic import JsonValue

from bim360_provider.emulator.emulator import Emulator
from bim360_provider.emulator.faults import read_rules
from bim360_provider.emulator.seed.database import ACCOUNT_ID, ADMIN_EMAIL, CLIENT_ID, CLIENT_SECRET
from bim360_provider.emulator.seed.models import SeedError, read_seed
from bim360_provider.emulator.server.serve import LOOPBACK, ListenError, serve
from bim360_provider.emulator.storage.database import IN_MEMORY_PATH, StoreError

DEFAULT_PORT = 3600
START_FAILURE_CODE = 2
"""Exit code for a port in use, an unreadable seed or an invalid option."""

POLL_INTERVAL = 0.5
"""Seconds between two checks for a stop: on Windows Ctrl-C does not interrupt an endless wait."""

STDIN = 0
READ_SIZE = 65_536

app = typer.Typer(add_completion=False)


@app.command()
def emulator(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = LOOPBACK,
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 selects a free port.")
    ] = DEFAULT_PORT,
    db: Annotated[
        Path | None, typer.Option(help="SQLite file for the state; default: memory.")
    ] = None,
    seed: Annotated[Path | None, typer.Option(help="JSON file with the initial state.")] = None,
    rate_limit: Annotated[
        int | None, typer.Option(help="HQ requests per minute for each client id; 0 is no limit.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", "-o", help="Set an option, as name=value.")
    ] = None,
    faults: Annotated[Path | None, typer.Option(help="JSON file with fault rules.")] = None,
    allow_remote: Annotated[
        bool, typer.Option(help="Allow an address that other machines can reach.")
    ] = False,
    exit_with_parent: Annotated[
        bool, typer.Option(help="Stop when standard input is closed.")
    ] = False,
) -> None:
    """Run a local emulator of BIM 360, without an account or a network.

    It prints its URL and, on a terminal, the environment variables for a stack. In a browser, the
    URL shows the accounts. It runs until Ctrl-C or SIGTERM. docs/reference/emulator.md documents
    its rules, options and faults.

    Exit codes: 0 stopped, 2 cannot start: port in use, unreadable seed, invalid option.

    Examples:
      bim360 emulator
      bim360 emulator --port 0 --db hq.sqlite
      bim360 emulator --option job_duration=5 --faults docs/examples/weather.json
    """
    with _exit_on_start_error():
        stopping = _register_stop_signals(follow_stdin=exit_with_parent)
        served = Emulator(
            read_seed(seed) if seed else None,
            database=str(db) if db else IN_MEMORY_PATH,
            options=_parse_options(option or [], rate_limit),
            faults=read_rules(faults) if faults else (),
        )
        with serve(served, host=host, port=port, allow_remote=allow_remote) as running:
            print_address(running.url, is_builtin_seed=seed is None)
            while not stopping.wait(POLL_INTERVAL):
                pass


@contextmanager
def _exit_on_start_error() -> Iterator[None]:
    try:
        yield
    except (ListenError, SeedError, StoreError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(START_FAILURE_CODE) from None


def _parse_options(given: list[str], rate_limit: int | None) -> dict[str, JsonValue]:
    options: dict[str, JsonValue] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            msg = f'--option "{pair}" must be name=value'
            raise SeedError(msg)
        options[name] = value
    if rate_limit is not None:
        options["rate_limit_per_minute"] = rate_limit
    return options


def _register_stop_signals(*, follow_stdin: bool) -> Event:
    """Return the event that Ctrl-C, SIGTERM and, optionally, the end of stdin set."""
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    if follow_stdin:
        Thread(target=_wait_for_stdin_end, args=(stopping,), daemon=True).start()
    return stopping


def _wait_for_stdin_end(stopping: Event) -> None:
    """Wait for the end of stdin; a thread blocked in ``sys.stdin`` would abort Python at exit."""
    with suppress(OSError):
        while os.read(STDIN, READ_SIZE):
            pass
    stopping.set()


def print_address(url: str, *, is_builtin_seed: bool) -> None:
    """Print the URL as the first line, flushed; scripts wait for it."""
    print(f"BIM 360 emulator listening on {url}", flush=True)  # noqa: T201 - the command's output
    if not sys.stdout.isatty():
        return
    lines = [f"export BIM360_BASE_URL={url}"]
    if is_builtin_seed:
        lines += [
            f"export APS_CLIENT_ID={CLIENT_ID}",
            f"export APS_CLIENT_SECRET={CLIENT_SECRET}",
            f"export BIM360_ACCOUNT_ID={ACCOUNT_ID}",
            f"export BIM360_ACTING_USER={ADMIN_EMAIL}",
        ]
    typer.echo("Open it in a browser to see the accounts and change projects by hand.")
    typer.echo("\nTo use it for a stack, paste:\n\n  " + "\n  ".join(lines))
    typer.echo("\nCtrl-C stops it.")
