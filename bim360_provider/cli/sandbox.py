"""The demo's own HQ: an emulator that lives as long as the command."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests
from pydantic import SecretStr

from bim360_provider.cli.table import Shown
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, EMEA_ACCOUNT_ID
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import Connection, HqClient

__all__ = ["Sandbox", "sandbox"]

TIMEOUT: Final = 10.0
"""Seconds for the emulator on this machine to answer or to end."""

ACCOUNTS: Final = (("US", ACCOUNT_ID), ("EMEA", EMEA_ACCOUNT_ID))


class EmulatorError(Bim360Error):
    """The emulator did not start."""


@dataclass(frozen=True)
class Sandbox:
    """A running emulator."""

    url: str

    @property
    def environ(self) -> dict[str, str]:
        """The environment variables that lead a stack to it."""
        return {
            "APS_CLIENT_ID": CLIENT_ID,
            "APS_CLIENT_SECRET": CLIENT_SECRET,
            "BIM360_BASE_URL": self.url,
            "BIM360_MAX_ARCHIVES": "unlimited",  # there is nothing to lose
        }

    def projects(self) -> list[Shown]:
        """Return each region's projects, read through the API like any client would."""
        found = []
        for region, account in ACCOUNTS:
            client = self._client(region, account)
            for project in client.projects.walk():
                people = list(client.project_users.walk(project.id))
                admins = sum(person.is_admin for person in people)
                found.append(Shown(region, project, admins, len(people) - admins))
            client.close()
        return found

    def _client(self, region: str, account: str) -> HqClient:
        secret = SecretStr(CLIENT_SECRET)
        return HqClient(
            Connection(CLIENT_ID, secret, account, self.url, region, requests_per_minute=0)
        )

    def requests_since(self, mark: int) -> list[dict[str, Any]]:
        """Return the requests that HQ was asked after a mark."""
        url = f"{self.url}/_emulator/requests"
        rows: list[dict[str, Any]] = requests.get(url, timeout=TIMEOUT).json()
        return [row for row in rows if row["seq"] > mark]

    def mark(self) -> int:
        """Return a mark for ``requests_since``."""
        return max((row["seq"] for row in self.requests_since(0)), default=0)


@contextmanager
def sandbox(database: Path, faults: Path | None = None) -> Iterator[Sandbox]:
    """Run an emulator that keeps its state in a file and ends with this process.

    Args:
        database: The file.
        faults: Fault rules, as ``bim360 emulator --faults`` takes them.

    Raises:
        EmulatorError: It did not start.
    """
    command = [sys.executable, "-m", "bim360_provider.emulator", "--port", "0"]
    command += ["--db", str(database), "--exit-with-parent"]
    command += ["--faults", str(faults)] if faults else []
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if " on " not in line:
            msg = f"BIM 360: the emulator did not start; try: {' '.join(command[1:])}"
            raise EmulatorError(msg)
        yield Sandbox(line.rpartition(" on ")[2].strip())
    finally:
        process.terminate()
        process.communicate(timeout=TIMEOUT)
