"""A naive dynamic provider, as in a tutorial: one request per operation, a fixed sleep on 429.

It follows https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/ and its examples,
applied to HQ. To be fair to it, it requests the token once, retries every request on 429, and
compares all arguments in its diff.
"""

import os
import time
from functools import cache
from typing import Any

import requests
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from bench.subjects.portfolio import iterate_projects

TIMEOUT = 60.0
"""Seconds to wait for one response."""

RETRY_DELAY = 20.0
"""Seconds to sleep after a 429, as Autodesk's own project set-up tool does."""

MAX_ATTEMPTS = 10


@cache
def request_token() -> str:
    """Return an access token."""
    response = requests.post(
        f"{os.environ['BIM360_BASE_URL']}/authentication/v2/token",
        data={"grant_type": "client_credentials", "scope": "account:read account:write"},
        auth=(os.environ["APS_CLIENT_ID"], os.environ["APS_CLIENT_SECRET"]),
        timeout=TIMEOUT,
    )
    response.raise_for_status()
    return str(response.json()["access_token"])


def send_request(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Send a request; retry it after a fixed sleep while HQ responds with 429."""
    account = f"/hq/v1/accounts/{os.environ['BIM360_ACCOUNT_ID']}"
    url = f"{os.environ['BIM360_BASE_URL']}{account}{path}"
    for _ in range(MAX_ATTEMPTS):
        headers = {"Authorization": f"Bearer {request_token()}"}
        response = requests.request(method, url, json=body, headers=headers, timeout=TIMEOUT)
        if response.status_code != requests.codes.too_many_requests:
            break
        time.sleep(RETRY_DELAY)
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    return found


def build_body(props: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments without Pulumi's own keys."""
    return {name: value for name, value in props.items() if not name.startswith("__")}


class NaiveProvider(ResourceProvider):
    """Sends one request per operation."""

    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare all arguments."""
        names = [name for name in news if not name.startswith("__")]
        return DiffResult(changes=any(olds.get(name) != news[name] for name in names))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the project with a POST."""
        return CreateResult(send_request("POST", "/projects", build_body(props))["id"], props)

    def update(self, id_: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Update the project with a PATCH."""
        send_request("PATCH", f"/projects/{id_}", build_body(news))
        return UpdateResult(news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the project with a GET."""
        found = send_request("GET", f"/projects/{id_}")
        return ReadResult(id_, {**props, "name": found["name"], "city": found["city"]})

    def delete(self, id_: str, _props: dict[str, Any]) -> None:
        """Archive the project: HQ has no DELETE."""
        send_request("PATCH", f"/projects/{id_}", {"status": "archived"})


class NaiveProject(Resource, module="naive", name="Project"):
    """A project."""


def declare(count: int) -> None:
    """Declare the portfolio."""
    for resource_name, arguments in iterate_projects(count):
        NaiveProject(NaiveProvider(), resource_name, dict(arguments))
