"""Companies and account users in HQ's responses, and the list of trades."""

from typing import Any

import pytest

from bim360_provider.models import AccountUser, AccountUserArguments, Company
from bim360_provider.models.base import FieldRole, list_fields
from bim360_provider.models.enums import TRADES


@pytest.mark.parametrize("model", [Company, AccountUser])
def test_a_response_may_contain_only_the_id(model: Any) -> None:
    """Rows that were created on the web page do; nulls are not kept."""
    nulls = dict.fromkeys(model.model_fields)

    assert model.model_validate({**nulls, "id": "x1"}).get_fields() == {"id": "x1"}


@pytest.mark.parametrize("model", [Company, AccountUser])
def test_unknown_fields_of_a_response_are_ignored(model: Any) -> None:
    """The drafts of 2016 had more fields."""
    row: dict[str, Any] = {"id": "x1", "custom_properties": [], "image_url": None, "category": 7}

    assert model.model_validate(row).get_fields() == {"id": "x1"}


def test_a_profile_field_is_neither_patchable_nor_an_option() -> None:
    """The e-mail identifies the user."""
    fields = {role: {*list_fields(AccountUserArguments, role)} for role in FieldRole}
    profile = fields.pop(FieldRole.CREATE_ONLY)

    assert profile.isdisjoint(set().union(*fields.values()))
    assert len(profile) == 15


def test_the_list_of_trades_is_complete() -> None:
    """It has 66 unique names; some contain commas."""
    assert len(TRADES) == len(set(TRADES)) == 66
    assert {"Electrical", "HVAC Heating, Ventilating, & Air Conditioning"} <= set(TRADES)
