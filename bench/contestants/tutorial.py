"""The provider that a tutorial leads to: one call for each operation, and a fixed sleep on 429.

It follows https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/ and its examples:
what they do with other APIs, done with HQ's. In its favour, the token is fetched once, every
request is tried again on 429, and its diff looks at all arguments.
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

from bench.contestants.portfolio import iterate_projects

TIMEOUT = 60.0
"""Seconds for one answer."""

RETRY_DELAY = 20.0
"""Seconds after a 429: what Autodesk's own project set-up tool waits."""

MAX_TRIES = 10


@cache
def request_token() -> str:
    """Return an access token."""
    answer = requests.post(
        f"{os.environ['BIM360_BASE_URL']}/authentication/v2/token",
        data={"grant_type": "client_credentials", "scope": "account:read account:write"},
        auth=(os.environ["APS_CLIENT_ID"], os.environ["APS_CLIENT_SECRET"]),
        timeout=TIMEOUT,
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def send_request(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Send one request, again after a pause while HQ refuses it."""
    account = f"/hq/v1/accounts/{os.environ['BIM360_ACCOUNT_ID']}"
    url = f"{os.environ['BIM360_BASE_URL']}{account}{path}"
    for _ in range(MAX_TRIES):
        headers = {"Authorization": f"Bearer {request_token()}"}
        answer = requests.request(method, url, json=body, headers=headers, timeout=TIMEOUT)
        if answer.status_code != requests.codes.too_many_requests:
            break
        time.sleep(RETRY_DELAY)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def build_body(props: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments as HQ takes them."""
    return {name: value for name, value in props.items() if not name.startswith("__")}


class TutorialProvider(ResourceProvider):
    """One request for each operation."""

    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare argument by argument."""
        names = [name for name in news if not name.startswith("__")]
        return DiffResult(changes=any(olds.get(name) != news[name] for name in names))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """POST."""
        return CreateResult(send_request("POST", "/projects", build_body(props))["id"], props)

    def update(self, id_: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """PATCH."""
        send_request("PATCH", f"/projects/{id_}", build_body(news))
        return UpdateResult(news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """GET."""
        found = send_request("GET", f"/projects/{id_}")
        return ReadResult(id_, {**props, "name": found["name"], "city": found["city"]})

    def delete(self, id_: str, _props: dict[str, Any]) -> None:
        """Archive: HQ has no DELETE."""
        send_request("PATCH", f"/projects/{id_}", {"status": "archived"})


class TutorialProject(Resource, module="tutorial", name="Project"):
    """A project."""


def declare(count: int) -> None:
    """Declare the portfolio."""
    for resource_name, arguments in iterate_projects(count):
        TutorialProject(TutorialProvider(), resource_name, dict(arguments))
