"""The doors of business units and pictures: what is pickled into every state."""

from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from bim360_provider.dynamic.business_units import BusinessUnitsProvider
from bim360_provider.dynamic.door import Door
from bim360_provider.dynamic.project_image import ProjectImageProvider

PINNED = {
    BusinessUnitsProvider: (
        "gASVRwAAAAAAAACMJmJpbTM2MF9wcm92aWRlci5keW5hbWljLmJ1c2luZXNzX3VuaXRzlIwVQnVzaW5lc3NVbml0"
        "c1Byb3ZpZGVylJOUKVKULg=="
    ),
    ProjectImageProvider: (
        "gASVRQAAAAAAAACMJWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb2plY3RfaW1hZ2WUjBRQcm9qZWN0SW1hZ2VQ"
        "cm92aWRlcpSTlClSlC4="
    ),
}
"""It may never change: another text is a change of every resource."""


@pytest.mark.parametrize(("provider", "pinned"), PINNED.items())
def test_the_reference_in_every_state_is_these_bytes(provider: type[Door], pinned: str) -> None:
    """Also after it was configured: neither code nor a secret travels with it."""
    configured: Any = provider()
    configured._config = {"bim360:clientSecret": "hush"}  # noqa: SLF001 - what configure() keeps

    kept: Any = serialize_provider(configured)

    assert kept == pinned
    assert provider.serialize_as_secret_always is False
