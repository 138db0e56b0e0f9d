"""Companies and account users as HQ answers them, and the list of trades."""

from typing import Any

import pytest

from bim360_provider.models import AccountUser, Company
from bim360_provider.models.account_user import (
    PATCHABLE_FIELDS,
    PROFILE_FIELDS,
    PROVIDER_ONLY_FIELDS,
)
from bim360_provider.models.enums import TRADES


@pytest.mark.parametrize("model", [Company, AccountUser])
def test_an_answer_may_lack_everything_but_the_id(model: Any) -> None:
    """Rows made by hand do; nulls are not kept."""
    nulls = dict.fromkeys(model.model_fields)

    assert model.model_validate({**nulls, "id": "x1"}).get_fields() == {"id": "x1"}


@pytest.mark.parametrize("model", [Company, AccountUser])
def test_fields_of_older_answers_are_passed_over(model: Any) -> None:
    """The drafts of 2016 had more of them."""
    row: dict[str, Any] = {"id": "x1", "custom_properties": [], "image_url": None, "category": 7}

    assert model.model_validate(row).get_fields() == {"id": "x1"}


def test_what_is_sent_once_is_what_hqs_patch_does_not_take() -> None:
    """The e-mail apart, which is the person."""
    assert not set(PROFILE_FIELDS) & {"email", *PATCHABLE_FIELDS, *PROVIDER_ONLY_FIELDS}
    assert len(PROFILE_FIELDS) == 15


def test_the_list_of_trades_is_whole() -> None:
    """66 names, each once; commas belong to some of them."""
    assert len(TRADES) == len(set(TRADES)) == 66
    assert {"Electrical", "HVAC Heating, Ventilating, & Air Conditioning"} <= set(TRADES)
