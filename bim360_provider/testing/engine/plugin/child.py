"""Child process that runs a Pulumi program or the host of its dynamic providers.

The engine starts it by path, with ``program`` or ``host`` as the first argument, as Pulumi's
language host starts its runner. Standard input is a pipe that the engine keeps open: when it
closes, the engine has ended, and this process exits.
"""

import os
import sys

if __name__ == "__main__":
    # Python put the folder of this file first. runpy adds the folder of a program; a host needs the
    # current folder, as with `python -m pulumi.dynamic`.
    sys.path[:1] = [os.getcwd()] if sys.argv[1] == "host" else []  # noqa: PTH109 -- nothing is imported yet

import asyncio
import inspect
import logging
import runpy
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

# Exit code by which Pulumi's language host knows that the error was already reported.
EXIT_ALREADY_REPORTED = 32

# Threads of the program's event loop for each parallel step, as in Pulumi's own runner.
THREADS_PER_STEP = 4


def exit_with_engine() -> None:
    """Exit this process as soon as the other end of standard input is closed."""
    pipe = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)

    def wait() -> None:
        os.read(pipe, 1)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def run_host(engine: str) -> None:
    """Run the equivalent of ``python -u -m pulumi.dynamic <engine>``."""
    sys.argv = ["pulumi.dynamic", engine]
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)


class DebugFilter:
    """Drops debug messages before they are sent to the engine, which ignores them.

    Pulumi's SDK sends four per resource and waits for each.
    """

    DEBUG = 0  # https://github.com/pulumi/pulumi/blob/master/proto/pulumi/engine.proto

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def __getattr__(self, name: str) -> Any:
        """Return a method of the service."""
        return self._forward_log if name == "Log" else getattr(self._stub, name)

    def _forward_log(self, request: Any) -> None:
        if request.severity != self.DEBUG:
            self._stub.Log(request)


def select_supported(function: Callable[..., object], **arguments: str) -> dict[str, Any]:
    """Return the arguments that a function of an older SDK has as well."""
    known = inspect.signature(function).parameters
    return {name: value for name, value in arguments.items() if name in known}


def run_program(arguments: list[str]) -> int:
    """Run a Pulumi program against a resource monitor and return the exit code.

    Args:
        arguments: Addresses of monitor and engine, project, stack, folder of the project, number of
            parallel steps, ``true`` in a preview, and entry point.
    """
    from pulumi import runtime  # noqa: PLC0415 -- a host does not need it

    monitor, engine, project, stack, root, parallel, dry_run, entry = arguments
    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    settings = runtime.Settings(
        monitor=monitor,
        engine=engine,
        project=project,
        stack=stack,
        parallel=int(parallel),
        dry_run=dry_run == "true",
        organization="organization",
        **select_supported(runtime.Settings, root_directory=root),
    )
    settings.engine = DebugFilter(settings.engine)
    runtime.configure(settings)
    sys.argv = [entry]
    return _run_stack(entry, int(parallel))


def _run_stack(entry: str, parallel: int) -> int:
    from pulumi import RunError, log, runtime  # noqa: PLC0415 -- a host does not need it

    # A failed resource leaves unawaited futures; asyncio's warnings about them do not help.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    threads = ThreadPoolExecutor(max_workers=THREADS_PER_STEP * max(parallel, 1))
    loop.set_default_executor(threads)
    try:
        loop.run_until_complete(runtime.run_in_stack(lambda: _run_user_program(entry)))
    except RunError as error:
        log.error(str(error))
        return EXIT_ALREADY_REPORTED
    except Exception:  # noqa: BLE001 -- a program may raise any exception
        log.error(f"Program failed with an unhandled exception:\n{_format_user_traceback(entry)}")
        return EXIT_ALREADY_REPORTED
    finally:
        threads.shutdown(wait=True)
        loop.close()
    return 0


def _run_user_program(entry: str) -> None:
    runpy.run_path(entry, run_name="__main__")


def _format_user_traceback(entry: str) -> str:
    """Return the traceback from the first line of the program on, without our callers."""
    program = Path(entry, "__main__.py") if Path(entry).is_dir() else Path(entry)
    frames = traceback.extract_tb(sys.exc_info()[2])
    for index, frame in enumerate(frames):
        if Path(frame.filename).resolve() == program.resolve():
            return traceback.format_exc(limit=index - len(frames))
    return traceback.format_exc()


if __name__ == "__main__":
    exit_with_engine()
    if sys.argv[1] == "host":
        run_host(sys.argv[2])
    else:
        sys.exit(run_program(sys.argv[2:]))
