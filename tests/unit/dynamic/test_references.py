"""The reference to a provider in every state: permanent bytes, without code and secrets."""

import pickle
from typing import Any, Final

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.dynamic.dynamic import serialize_provider

from tests.support.entities import ENTITY_KINDS

PREFIX: Final = "AAAAAAAACMIWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb3ZpZGVyc5SM"
REFERENCES: Final = {
    "project": f"gASVPA{PREFIX}D1Byb2plY3RQcm92aWRlcpSTlClSlC4=",
    "company": f"gASVPA{PREFIX}D0NvbXBhbnlQcm92aWRlcpSTlClSlC4=",
    "account_user": f"gASVQA{PREFIX}E0FjY291bnRVc2VyUHJvdmlkZXKUk5QpUpQu",
    "project_admin": f"gASVQQ{PREFIX}FFByb2plY3RBZG1pblByb3ZpZGVylJOUKVKULg==",
    "project_member": f"gASVQg{PREFIX}FVByb2plY3RNZW1iZXJQcm92aWRlcpSTlClSlC4=",
    "project_members": f"gASVQw{PREFIX}FlByb2plY3RNZW1iZXJzUHJvdmlkZXKUk5QpUpQu",
    "business_units": f"gASVQg{PREFIX}FUJ1c2luZXNzVW5pdHNQcm92aWRlcpSTlClSlC4=",
    "project_image": f"gASVQQ{PREFIX}FFByb2plY3RJbWFnZVByb3ZpZGVylJOUKVKULg==",
    "project_folder": f"gASVQg{PREFIX}FVByb2plY3RGb2xkZXJQcm92aWRlcpSTlClSlC4=",
    "folder_permissions": f"gASVRg{PREFIX}GUZvbGRlclBlcm1pc3Npb25zUHJvdmlkZXKUk5QpUpQu",
}
"""They are permanent: another text would change every resource."""


def test_every_entity_has_a_reference() -> None:
    """A new entity must be added above."""
    assert REFERENCES.keys() == ENTITY_KINDS.keys()


@pytest.mark.parametrize("entity", REFERENCES)
def test_the_reference_in_every_state_is_these_bytes(entity: str) -> None:
    """It is the same on every machine, in every Python version, and after a configuration."""
    configured = ENTITY_KINDS[entity].provider()
    configured.configure(ConfigureRequest(Config({"bim360:clientSecret": "hush"}, "site")))
    references: Any = [serialize_provider(each) for each in (type(configured)(), configured)]

    assert references == [REFERENCES[entity]] * 2
    assert len(REFERENCES[entity]) < 120
    assert b"hush" not in pickle.dumps(configured)


@pytest.mark.parametrize("entity", REFERENCES)
def test_the_reference_is_not_a_secret(entity: str) -> None:
    """A secret would need a decryption for each resource and protect nothing."""
    assert ENTITY_KINDS[entity].provider.serialize_as_secret_always is False
