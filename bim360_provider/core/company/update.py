"""Update: a PATCH of only what changed."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.company.fields import SHAPE, differing, warn_of_company
from bim360_provider.core.gone import missing
from bim360_provider.core.name_room import NameRoom
from bim360_provider.core.renaming import NameParkedError, renamed, renamed_later
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
    waits: set[str] = set()
    try:
        company = _patched(client, company_id, state, body)
    except NotFoundError as error:
        raise missing(error) from None
    except NameParkedError:
        waits = {"name"}
        rest = {name: value for name, value in body.items() if name != "name"}
        company = _patched(client, company_id, state, rest)
    company = company or Company.model_validate({**state, "id": company_id})
    return SHAPE.outputs(company.fields(), state, inputs, waits)


def _patched(client: HqClient, company_id: str, state: Values, body: Values) -> Company | None:
    """Send a PATCH; a rename whose answer was lost meets its own name when it is sent again."""
    if not body:
        return None
    room, young = NameRoom(client, "company"), is_young(client, state)

    def send(changes: Values) -> Company:
        row = client.companies.update(company_id, changes, new_resource=young)
        warn_of_company(client, changes, row)
        return row

    try:
        return renamed(room, company_id, body, send)
    except ConflictError as error:
        company = client.companies.get(company_id)
        changes = {k: body[k] for k in differing(company.fields(), body)}
        if "name" in changes:
            return renamed_later(room, company_id, changes, send, error)
        return send(changes) if changes else company
