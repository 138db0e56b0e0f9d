"""Child processes that never outlive the engine, and what they print."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

CHILD_SCRIPT: Final = Path(__file__).with_name("child.py")

# A child told to end gets this long, in seconds, to do so in its own way; Pulumi gives it as much.
GRACE_PERIOD: Final = 5.0


def start_child(
    words: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    """Start a child in a session of its own, so that a Ctrl-C reaches the engine alone."""
    return subprocess.Popen(  # noqa: S603 -- our own script, with our own interpreter
        [sys.executable, "-u", str(CHILD_SCRIPT), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, **environment},
        start_new_session=True,
    )


def forward_lines(stream: IO[bytes], say: Callable[[str], None]) -> threading.Thread:
    """Hand every line of a stream to ``say``, from a thread that ends with the stream."""

    def lines() -> None:
        with stream:
            for line in stream:
                say(line.decode("utf-8", "replace").rstrip("\r\n"))

    thread = threading.Thread(target=lines, daemon=True)
    thread.start()
    return thread


def end_child(process: "subprocess.Popen[bytes]") -> None:
    """End a child if it still runs: ask, and after `GRACE` seconds insist."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(GRACE_PERIOD)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def close_streams(process: "subprocess.Popen[bytes]") -> None:
    """Close what is left open of a child that has ended."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
