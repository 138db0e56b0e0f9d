"""Conditions of the output of all runs: each finding is one line of evidence."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bim360_provider.emulator import CLIENT_ID

TOKEN: Final = re.compile(r"eyJ[\w-]{8,}\.[\w-]+|Bearer [\w-]{8,}|Basic [\w+/=]{8,}")
"""Matches a token, or a header with credentials."""


def find_secrets(folder: Path, secret: str) -> Iterator[str]:
    """Find the client secret, or a token, in any file that the runs have written."""
    basic = base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = path.read_text("utf-8", "replace")
        if secret in text or basic in text or TOKEN.search(text):
            yield f"secret: {path} holds the client secret or a token"


def find_tracebacks(output: str, command: str) -> Iterator[str]:
    """Find a traceback: an error has to be one line."""
    if "Traceback (most recent call last)" in output:
        yield f"traceback: {command} printed one"
