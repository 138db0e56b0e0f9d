"""A dynamic provider that does nothing: what is left is what Pulumi itself takes."""

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider

from bench.contestants.portfolio import iterate_projects


class NoOpProvider(ResourceProvider):
    """Says yes to everything, and asks nobody."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Let Pulumi compare, as the others do."""
        return DiffResult(changes=_olds.get("name") != _news.get("name"))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Say that it was made."""
        return CreateResult(f"id-of-{props['name']}", props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Say that nothing has changed."""
        return ReadResult(id_, props)


class NoOpResource(Resource, module="bench", name="Nothing"):
    """A resource that is nowhere."""


def declare(count: int) -> None:
    """Declare the portfolio, with all its arguments."""
    for resource_name, arguments in iterate_projects(count):
        NoOpResource(NoOpProvider(), resource_name, dict(arguments))
