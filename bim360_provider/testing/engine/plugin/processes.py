"""Starts and ends child processes, and forwards their output."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

CHILD_SCRIPT: Final = Path(__file__).with_name("child.py")

GRACE_PERIOD: Final = 5.0
"""Seconds for a child to end after SIGTERM, as in Pulumi."""


def start_child(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    """Start a child in a new session, so that Ctrl-C reaches only the engine."""
    return subprocess.Popen(  # noqa: S603 -- our own script, with our own interpreter
        [sys.executable, "-u", str(CHILD_SCRIPT), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, **environment},
        start_new_session=True,
    )


def forward_lines(stream: IO[bytes], handle_line: Callable[[str], None]) -> threading.Thread:
    """Pass every line of a stream to ``handle_line``, in a thread that ends with the stream."""

    def lines() -> None:
        with stream:
            for line in stream:
                handle_line(line.decode("utf-8", "replace").rstrip("\r\n"))

    thread = threading.Thread(target=lines, daemon=True)
    thread.start()
    return thread


def end_child(process: "subprocess.Popen[bytes]") -> None:
    """Terminate a child if it still runs; kill it after `GRACE_PERIOD`."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(GRACE_PERIOD)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def close_streams(process: "subprocess.Popen[bytes]") -> None:
    """Close the streams of a child that has ended."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
