"""Fixtures of the tests of projects and their members."""

import pytest

from bim360_provider.hq import HqClient
from tests.support.hq import HqFixture
from tests.support.members import create_acting_client, create_active_project


@pytest.fixture
def acting_client(hq: HqFixture) -> HqClient:
    """Return a client with an acting user."""
    return create_acting_client(hq)


@pytest.fixture
def project_id(hq: HqFixture, acting_client: HqClient) -> str:
    """Return the id of an active project."""
    assert acting_client
    return create_active_project(hq)
