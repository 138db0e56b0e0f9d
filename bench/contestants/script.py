"""A plain script with ``requests``: no state, no preview worth the name, one request after another.

``python -m bench.contestants.script preview|up|refresh|destroy``. It is a good one of its kind: it
keeps its connection, lists a hundred projects to a page, and waits as long as a 429 says.
"""

import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import requests

from bench.contestants.portfolio import COUNT_VARIABLE, iterate_projects

TIMEOUT = 60.0
"""Seconds for one answer."""

PAGE_SIZE = 100
"""HQ's own limit for a page."""


class Script:
    """A session with HQ."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.base_url = os.environ["BIM360_BASE_URL"]
        answer = self.session.post(
            f"{self.base_url}/authentication/v2/token",
            data={"grant_type": "client_credentials", "scope": "account:read account:write"},
            auth=(os.environ["APS_CLIENT_ID"], os.environ["APS_CLIENT_SECRET"]),
            timeout=TIMEOUT,
        )
        answer.raise_for_status()
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def send_request(self, method: str, path: str, **more: Any) -> Any:
        """Send a request, again while HQ says that it is too early."""
        url = f"{self.base_url}/hq/v1/accounts/{os.environ['BIM360_ACCOUNT_ID']}/projects{path}"
        while True:
            answer = self.session.request(method, url, timeout=TIMEOUT, **more)
            if answer.status_code != requests.codes.too_many_requests:
                answer.raise_for_status()
                return answer.json()
            time.sleep(float(answer.headers.get("Retry-After", "60")))

    def list_projects(self) -> Iterator[dict[str, Any]]:
        """Yield all projects."""
        page: list[dict[str, Any]] = []
        offset = 0
        while len(page) == PAGE_SIZE or not offset:
            page = self.send_request("GET", "", params={"limit": PAGE_SIZE, "offset": offset})
            yield from page
            offset += PAGE_SIZE

    def up(self, count: int) -> None:
        """Make what is missing."""
        there = {project["name"] for project in self.list_projects()}
        for _, arguments in iterate_projects(count):
            if arguments["name"] not in there:
                self.send_request("POST", "", json=arguments)

    def print_differences(self, count: int) -> None:
        """Say what is missing or differs."""
        there = {project["name"]: project for project in self.list_projects()}
        for _, arguments in iterate_projects(count):
            found = there.get(arguments["name"])
            differs = found is None or any(
                str(found[name]) != str(value)
                for name, value in arguments.items()
                if name != "value"
            )
            if differs:
                print(f"{arguments['name']} is missing or differs")

    def destroy(self, count: int) -> None:
        """Archive what the portfolio names."""
        doomed = {arguments["name"] for _, arguments in iterate_projects(count)}
        for project in list(self.list_projects()):
            if project["name"] in doomed and project["status"] != "archived":
                self.send_request("PATCH", f"/{project['id']}", json={"status": "archived"})


def main() -> None:
    """Do what the first word says."""
    script, count = Script(), int(os.environ[COUNT_VARIABLE])
    works = {"up": script.up, "destroy": script.destroy}
    works.get(sys.argv[1], script.print_differences)(count)


if __name__ == "__main__":
    main()
