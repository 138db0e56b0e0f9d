"""Delete: leave the company where it is, because HQ's API cannot delete one."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.owners import Owners
from bim360_provider.hq import HqClient

__all__ = ["delete"]

Values = Mapping[str, Any]


def delete(client: HqClient, company_id: str, state: Values, owners: Owners | None = None) -> None:
    """Say that the company stays; nothing is sent.

    Args:
        client: The account that the company is in.
        company_id: Its id.
        state: The outputs of the last run.
        owners: Know which companies another resource has taken over in this run.
    """
    if owners and owners.was_taken(company_id):
        return
    words = f"company '{state.get('name')}' ({company_id}) stays in the account"
    client.transport.tell(f"BIM 360: {words}: HQ's API cannot delete companies.", warning=True)
