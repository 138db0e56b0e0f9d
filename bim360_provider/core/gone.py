"""Gone: whether a 404 means the thing itself, or the whole account out of sight."""

from bim360_provider.errors import NotFoundError
from bim360_provider.hq import HqClient

__all__ = ["is_gone"]


def is_gone(client: HqClient, error: NotFoundError, kind: str = "project") -> bool:
    """Return whether the thing is missing, rather than the whole account.

    Args:
        client: The account that it is in.
        error: HQ's answer.
        kind: HQ's word for what was asked for: ``project``, ``company`` or ``user``.

    Raises:
        Bim360Error: HQ's words did not tell, and HQ could not be asked.
    """
    words = error.words.casefold()
    if "account" in words:
        return False
    return kind in words or client.projects.account_is_visible()
