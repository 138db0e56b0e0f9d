"""Update: a PATCH of only what changed."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.company.fields import SHAPE, differing
from bim360_provider.core.gone import missing
from bim360_provider.core.young import is_young
from bim360_provider.errors import ConflictError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models import Company

__all__ = ["update"]

Values = Mapping[str, Any]


def update(client: HqClient, company_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments and finish what an earlier run left; return the outputs.

    Raises:
        NotFoundError: The company is gone; a refresh finds that out.
        HqError: HQ refused a value, such as the name of another company.
        UnansweredError: No answer came.
    """
    left = [name for name in state.get("unfinished") or () if name in inputs]
    body = {name: inputs[name] for name in inputs if name in {*differing(state, inputs), *left}}
    try:
        company = _patched(client, company_id, state, body) if body else None
    except NotFoundError as error:
        raise missing(error) from None
    company = company or Company.model_validate({**state, "id": company_id})
    return SHAPE.outputs(company.fields(), state, inputs)


def _patched(client: HqClient, company_id: str, state: Values, body: Values) -> Company:
    """Send a PATCH; a rename whose answer was lost meets its own name when it is sent again."""
    try:
        young = is_young(client, state)
        return client.companies.update(company_id, body, new_resource=young)
    except ConflictError:
        company = client.companies.get(company_id)
        if differing(company.fields(), body):
            raise
        return company
