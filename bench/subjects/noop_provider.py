"""A dynamic provider that does nothing: the baseline, which shows the cost of Pulumi itself.

It returns as many values as a provider of projects has to: Pulumi's cost depends on their number
and size.
"""

from typing import Any, Final

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider

from bench.subjects.portfolio import iterate_projects

HQ_OUTPUTS: Final = {
    "account_id": "a1d5e9b2-0000-4000-8000-000000000001",
    "region": "US",
    "status": "pending",
    "url": "https://docs.b360.autodesk.com/projects/d88e2d0f-825d-52a1-b760-c443d3ee1e4f",
    "created_at": "2026-11-28T02:20:24.484Z",
    "updated_at": "2026-11-28T02:20:24.484Z",
}
"""What a create returns in addition to the arguments."""


class NoOpProvider(ResourceProvider):
    """Reports success without sending a request."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare one argument, at about the cost of the other providers."""
        return DiffResult(changes=_olds.get("name") != _news.get("name"))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Return an id, the arguments and the outputs."""
        return CreateResult(f"id-of-{props['name']}", {**props, **HQ_OUTPUTS})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the unchanged state, and the arguments, without which no drift is corrected."""
        return ReadResult(id_, props, {k: v for k, v in props.items() if k not in HQ_OUTPUTS})


class NoOpResource(Resource, module="bench", name="NoOp"):
    """A resource that exists only in the state."""


def declare(count: int) -> None:
    """Declare the portfolio with all its arguments."""
    for resource_name, arguments in iterate_projects(count):
        NoOpResource(NoOpProvider(), resource_name, dict(arguments))
