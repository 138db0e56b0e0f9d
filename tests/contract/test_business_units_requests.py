"""The client's requests for business units match the vendor's OpenAPI file."""

from bim360_provider.core import business_units
from bim360_provider.core.lookups import Lookups
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.hq import HqClient
from tests.contract.openapi import needs_openapi_file
from tests.contract.test_company_and_account_user_requests import problems
from tests.support.hq import HqFixture, build_run, build_settings

pytestmark = needs_openapi_file


def test_business_unit_requests_match_the_openapi_file(hq: HqFixture, client: HqClient) -> None:
    """Create, read, change, find by name, remove."""
    first = {"North": {"description": "cold"}, "North/West": {}}
    inputs, _ = business_units.check({}, {"units": first, "on_destroy": "remove"}, build_settings())
    changed, _ = business_units.check(
        {}, {"units": {"North": {"description": ""}}}, build_settings()
    )

    _, state = business_units.create(build_run(client), inputs)
    business_units.read(build_run(client), ACCOUNT_ID, state)
    Lookups(client).find_business_unit("North/West")
    state = business_units.update(build_run(client), ACCOUNT_ID, state, changed)
    business_units.delete(build_run(client), ACCOUNT_ID, {**state, "on_destroy": "remove"})

    assert problems(hq) == []
    assert hq.emulator.request_log.count("PUT business units") == 3
