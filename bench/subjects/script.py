"""A plain script with ``requests``: no state, sequential requests, a simple preview.

``python -m bench.subjects.script preview|up|preview_unchanged|refresh|destroy``. It is a good
script: it reuses its connection, lists 100 projects per page and respects ``Retry-After``.
"""

import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import requests

from bench.subjects.portfolio import COUNT_VARIABLE, iterate_projects

TIMEOUT = 60.0
"""Seconds to wait for one response."""

PAGE_SIZE = 100
"""HQ's own limit of a page."""


class Script:
    """A session with HQ."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.base_url = os.environ["BIM360_BASE_URL"]
        response = self.session.post(
            f"{self.base_url}/authentication/v2/token",
            data={"grant_type": "client_credentials", "scope": "account:read account:write"},
            auth=(os.environ["APS_CLIENT_ID"], os.environ["APS_CLIENT_SECRET"]),
            timeout=TIMEOUT,
        )
        response.raise_for_status()
        self.session.headers["Authorization"] = f"Bearer {response.json()['access_token']}"

    def send_request(self, method: str, path: str, **options: Any) -> Any:
        """Send a request; retry it after a 429."""
        url = f"{self.base_url}/hq/v1/accounts/{os.environ['BIM360_ACCOUNT_ID']}/projects{path}"
        while True:
            response = self.session.request(method, url, timeout=TIMEOUT, **options)
            if response.status_code != requests.codes.too_many_requests:
                response.raise_for_status()
                return response.json()
            time.sleep(float(response.headers.get("Retry-After", "60")))

    def list_projects(self) -> Iterator[dict[str, Any]]:
        """Yield all projects."""
        page: list[dict[str, Any]] = []
        offset = 0
        while len(page) == PAGE_SIZE or not offset:
            page = self.send_request("GET", "", params={"limit": PAGE_SIZE, "offset": offset})
            yield from page
            offset += PAGE_SIZE

    def up(self, count: int) -> None:
        """Create the missing projects."""
        existing = {project["name"] for project in self.list_projects()}
        for _, arguments in iterate_projects(count):
            if arguments["name"] not in existing:
                self.send_request("POST", "", json=arguments)

    def print_differences(self, count: int) -> None:
        """Print the projects that are missing or differ."""
        existing = {project["name"]: project for project in self.list_projects()}
        for _, arguments in iterate_projects(count):
            found = existing.get(arguments["name"])
            differs = found is None or any(
                str(found[name]) != str(value)
                for name, value in arguments.items()
                if name != "value"
            )
            if differs:
                print(f"{arguments['name']} is missing or differs")

    def destroy(self, count: int) -> None:
        """Archive the projects of the portfolio."""
        names = {arguments["name"] for _, arguments in iterate_projects(count)}
        for project in list(self.list_projects()):
            if project["name"] in names and project["status"] != "archived":
                self.send_request("PATCH", f"/{project['id']}", json={"status": "archived"})


def main() -> None:
    """Run the operation that the first argument names."""
    script, count = Script(), int(os.environ[COUNT_VARIABLE])
    operations = {"up": script.up, "destroy": script.destroy}
    operations.get(sys.argv[1], script.print_differences)(count)


if __name__ == "__main__":
    main()
