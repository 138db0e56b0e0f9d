"""The providers of companies and account users: what every state holds of them."""

from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.dynamic.dynamic import serialize_provider

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import AccountUserProvider, CompanyProvider

PINNED = {
    CompanyProvider: (
        "gASVPAAAAAAAAACMIWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb3ZpZGVyc5SMD0NvbXBhbnlQcm92aWRl"
        "cpSTlClSlC4="
    ),
    AccountUserProvider: (
        "gASVQAAAAAAAAACMIWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb3ZpZGVyc5SME0FjY291bnRVc2VyUHJv"
        "dmlkZXKUk5QpUpQu"
    ),
}
"""They may never change: another text is a change of every company, or of every person."""


@pytest.mark.parametrize("provider", PINNED)
def test_the_reference_in_every_state_is_these_bytes(provider: type[Bim360ProviderBase]) -> None:
    """By reference, the same on every machine and under every Python, and no secret."""
    reference: Any = serialize_provider(provider())

    assert reference == PINNED[provider]
    assert len(reference) < 120
    assert provider.serialize_as_secret_always is False


@pytest.mark.parametrize("provider", PINNED)
def test_a_provider_that_was_configured_pickles_to_the_same_bytes(
    provider: type[Bim360ProviderBase],
) -> None:
    """It contains no code, no configuration and no secret."""
    configured = provider()
    configured.configure(ConfigureRequest(Config({"bim360:clientSecret": "hush"}, "site")))

    kept: Any = serialize_provider(configured)

    assert kept == PINNED[provider]
