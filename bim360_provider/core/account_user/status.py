"""The status of somebody who has never signed in, which HQ does not change."""

from bim360_provider.hq import HqClient
from bim360_provider.models.account_user import NEVER_SIGNED_IN

__all__ = ["wait_for_sign_in"]


def wait_for_sign_in(
    client: HqClient, email: str | None, status: str | None, wanted: set[str]
) -> set[str]:
    """Return what cannot be set before the person has signed in, having said so.

    Args:
        client: Is told.
        email: Whose status it is.
        status: HQ's word for how far they have come.
        wanted: The fields to be changed.
    """
    if status not in NEVER_SIGNED_IN or "status" not in wanted:
        return set()
    client.transport.tell(
        f"BIM 360: user '{email}' has never signed in ({status}), so HQ cannot make them inactive; "
        "the next `pulumi up` tries again.",
        warning=True,
    )
    return {"status"}
