"""What the client asks about business units follows the vendor's own OpenAPI file."""

from bim360_provider.core import business_units
from bim360_provider.core.lookups import LookUps
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.hq import HqClient
from tests.contract.openapi import needs_file
from tests.contract.test_company_and_account_user_requests import problems
from tests.support.hq import Stage, settings

pytestmark = needs_file


def test_a_trees_life_is_asked_as_documented(stage: Stage, client: HqClient) -> None:
    """Made, read, changed, looked at by name, taken away."""
    first = {"North": {"description": "cold"}, "North/West": {}}
    inputs, _ = business_units.check({}, {"units": first, "on_destroy": "remove"}, settings())
    changed, _ = business_units.check({}, {"units": {"North": {"description": ""}}}, settings())

    _, state = business_units.create(client, inputs, settings())
    business_units.read(client, ACCOUNT_ID, state)
    LookUps(client).business_unit("North/West")
    state = business_units.update(client, ACCOUNT_ID, state, changed)
    business_units.delete(client, ACCOUNT_ID, {**state, "on_destroy": "remove"})

    assert problems(stage) == []
    assert stage.hq.asked.count("PUT business units") == 3
