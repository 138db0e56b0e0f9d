"""What every state holds of the providers of project members: for ever the same bytes."""

from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from bim360_provider.dynamic.door import Door
from bim360_provider.dynamic.project_admin import ProjectAdminProvider
from bim360_provider.dynamic.project_member import ProjectMemberProvider
from bim360_provider.dynamic.project_members import ProjectMembersProvider

PINNED = {
    ProjectAdminProvider: (
        "gASVRQAAAAAAAACMJWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb2plY3RfYWRtaW6UjBRQcm9qZWN0QWRt"
        "aW5Qcm92aWRlcpSTlClSlC4="
    ),
    ProjectMemberProvider: (
        "gASVRwAAAAAAAACMJmJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb2plY3RfbWVtYmVylIwVUHJvamVjdE1l"
        "bWJlclByb3ZpZGVylJOUKVKULg=="
    ),
    ProjectMembersProvider: (
        "gASVSQAAAAAAAACMJ2JpbTM2MF9wcm92aWRlci5keW5hbWljLnByb2plY3RfbWVtYmVyc5SMFlByb2plY3RN"
        "ZW1iZXJzUHJvdmlkZXKUk5QpUpQu"
    ),
}
"""They may never change: another text is a change of every member."""


@pytest.mark.parametrize("provider", PINNED)
def test_the_reference_in_every_state_is_these_bytes(provider: type[Door]) -> None:
    """By reference, the same on every machine and under every Python."""
    kept: Any = serialize_provider(provider())

    assert kept == PINNED[provider]
    assert len(kept) < 120
    assert provider.serialize_as_secret_always is False
