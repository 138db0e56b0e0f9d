"""The references to the member providers in a state are permanent."""

from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import (
    ProjectAdminProvider,
    ProjectMemberProvider,
    ProjectMembersProvider,
)

PINNED = {
    ProjectAdminProvider: (
        "gASVQQAAAAAAAACMIWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb3ZpZGVyc5SMFFByb2plY3RBZG1pblBy"
        "b3ZpZGVylJOUKVKULg=="
    ),
    ProjectMemberProvider: (
        "gASVQgAAAAAAAACMIWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb3ZpZGVyc5SMFVByb2plY3RNZW1iZXJQ"
        "cm92aWRlcpSTlClSlC4="
    ),
    ProjectMembersProvider: (
        "gASVQwAAAAAAAACMIWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb3ZpZGVyc5SMFlByb2plY3RNZW1iZXJz"
        "UHJvdmlkZXKUk5QpUpQu"
    ),
}
"""They may never change: another text is a change of every member."""


@pytest.mark.parametrize("provider", PINNED)
def test_the_reference_in_every_state_is_these_bytes(provider: type[Bim360ProviderBase]) -> None:
    """It is the same on every machine and in every Python version."""
    kept: Any = serialize_provider(provider())

    assert kept == PINNED[provider]
    assert len(kept) < 120
    assert provider.serialize_as_secret_always is False
