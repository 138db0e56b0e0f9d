"""A dynamic provider that does nothing: the baseline, which shows the cost of Pulumi itself."""

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider

from bench.subjects.portfolio import iterate_projects


class NoOpProvider(ResourceProvider):
    """Reports success without sending a request."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare one argument, at about the cost of the other providers."""
        return DiffResult(changes=_olds.get("name") != _news.get("name"))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Return an id and the arguments."""
        return CreateResult(f"id-of-{props['name']}", props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the unchanged state."""
        return ReadResult(id_, props)


class NoOpResource(Resource, module="bench", name="NoOp"):
    """A resource that exists only in the state."""


def declare(count: int) -> None:
    """Declare the portfolio with all its arguments."""
    for resource_name, arguments in iterate_projects(count):
        NoOpResource(NoOpProvider(), resource_name, dict(arguments))
