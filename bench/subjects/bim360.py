"""This provider."""

from bench.subjects.portfolio import iterate_projects
from bim360_provider import Bim360Project


def declare(count: int) -> None:
    """Declare the portfolio."""
    for resource_name, arguments in iterate_projects(count):
        Bim360Project(resource_name, **arguments)
