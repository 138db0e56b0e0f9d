"""Run one Pulumi program against a resource monitor; started by the language host of the tests.

The only argument is a JSON object with the addresses and names of the run. Exit codes are those of
Pulumi's own runner: 0; 1 after a ``RunError``; 32 if the error was shown; else the program's own.
"""

import asyncio
import inspect
import json
import logging
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ERROR_ALREADY_SHOWN = 32

THREADS_PER_STEP = 4
"""With fewer threads, registrations that wait for each other could lock."""


def configure(settings: dict[str, Any]) -> str:
    """Configure Pulumi's SDK; return the program's entry point."""
    from pulumi import runtime

    entry = str(settings.pop("entry_point"))
    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    known = inspect.signature(runtime.Settings).parameters  # older SDKs have fewer
    runtime.configure(runtime.Settings(**{k: v for k, v in settings.items() if k in known}))
    return entry


def run(entry: str, parallel: int) -> int:
    """Run the program; return its exit code."""
    from pulumi import RunError, log, runtime

    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    threads = ThreadPoolExecutor(max_workers=THREADS_PER_STEP * max(parallel, 1))
    loop.set_default_executor(threads)
    try:
        loop.run_until_complete(runtime.run_in_stack(lambda: run_file(entry)))
    except RunError as error:
        log.error(str(error))
        return 1
    except Exception:
        log.error(f"Program failed with an unhandled exception:\n{program_traceback(entry)}")
        return ERROR_ALREADY_SHOWN
    finally:
        threads.shutdown(wait=True)
        loop.close()
    return 0


def run_file(entry: str) -> None:
    """Run the program's file as ``__main__``."""
    runpy.run_path(entry, run_name="__main__")


def program_traceback(entry: str) -> str:
    """Return the current traceback from the program's first line on."""
    main = main_file(entry).resolve()
    frames = traceback.extract_tb(sys.exc_info()[2])
    for index, frame in enumerate(frames):
        if Path(frame.filename).resolve() == main:
            return traceback.format_exc(limit=index - len(frames))
    return traceback.format_exc()


def main_file(entry: str) -> Path:
    """Return the file that runs."""
    return Path(entry, "__main__.py") if Path(entry).is_dir() else Path(entry)


def main() -> int:
    """Run the program of the only argument."""
    settings = json.loads(sys.argv[1])
    entry, parallel = configure(settings), int(settings["parallel"])
    if not main_file(entry).exists():
        from pulumi import log

        log.error(f"unable to find main python program `__main__.py` in `{Path(entry).resolve()}`")
        return ERROR_ALREADY_SHOWN
    sys.argv = [entry]
    del sys.path[0]  # runpy puts the program's folder there
    return run(entry, parallel)


if __name__ == "__main__":
    sys.exit(main())
