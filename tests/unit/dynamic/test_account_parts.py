"""The doors of business units and pictures: what is pickled into every state."""

from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import BusinessUnitsProvider, ProjectImageProvider

PINNED = {
    BusinessUnitsProvider: (
        "gASVQgAAAAAAAACMIWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb3ZpZGVyc5SMFUJ1c2luZXNzVW5pdHNQ"
        "cm92aWRlcpSTlClSlC4="
    ),
    ProjectImageProvider: (
        "gASVQQAAAAAAAACMIWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb3ZpZGVyc5SMFFByb2plY3RJbWFnZVBy"
        "b3ZpZGVylJOUKVKULg=="
    ),
}
"""It may never change: another text is a change of every resource."""


@pytest.mark.parametrize(("provider", "pinned"), PINNED.items())
def test_the_reference_in_every_state_is_these_bytes(
    provider: type[Bim360ProviderBase], pinned: str
) -> None:
    """Also after it was configured: neither code nor a secret travels with it."""
    configured: Any = provider()
    configured._config = {"bim360:clientSecret": "hush"}  # noqa: SLF001 - what configure() keeps

    kept: Any = serialize_provider(configured)

    assert kept == pinned
    assert provider.serialize_as_secret_always is False
