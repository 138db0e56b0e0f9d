"""Read: the company as HQ has it now, for a refresh or a look-up by id."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.company.fields import SHAPE
from bim360_provider.core.entity import Live
from bim360_provider.core.gone import found, seen
from bim360_provider.core.place import place_of
from bim360_provider.hq import HqClient

__all__ = ["read"]

Values = Mapping[str, Any]


def read(client: HqClient, company_id: str, state: Values) -> Live | None:
    """Return the company as HQ has it, or None if it is gone.

    Args:
        client: The account that the company is in.
        company_id: Its id.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    company = found(
        client,
        "company",
        state,
        lambda young: seen(client.companies, company_id, state, young=young),
    )
    if company is None:
        return None
    return SHAPE.live(company_id, company.fields(), {**place_of(client), **state}, state)
