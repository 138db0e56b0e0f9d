"""What HQ stored: compared with what was sent, because a 200 does not mean that it was taken."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from bim360_provider.hq import HqClient
from bim360_provider.models import secrecy
from bim360_provider.models.showing import shown

__all__ = ["warn_of_stored", "warn_of_values"]


def warn_of_stored(
    client: HqClient,
    called: str,
    sent: Mapping[str, Any],
    row: BaseModel,
    same: Callable[[str, Any, Any], bool],
) -> None:
    """Warn once where a response has other values than were sent.

    Args:
        client: Passes the warning on.
        called: What people call the object, such as ``project 'Tower'``.
        sent: The fields of the body as arguments.
        row: HQ's response; a field that it leaves out is not judged.
        same: Whether an argument and HQ's value mean the same.
    """
    named = {name: getattr(row, name) for name in sent if name in row.model_fields_set}
    others = {name: live for name, live in named.items() if not same(name, sent[name], live)}
    warn_of_values(client, called, {name: (sent[name], live) for name, live in others.items()})


def warn_of_values(client: HqClient, called: str, others: Mapping[str, tuple[Any, Any]]) -> None:
    """Warn once of values that HQ stored otherwise; of a secret, neither value is shown."""
    if not others:
        return
    values = "; ".join(_told(name, *pair) for name, pair in others.items())
    client.transport.tell(
        f"BIM 360: HQ stored other values of {called} than were sent: {values}. "
        "Declare what HQ stores, or every `pulumi up` sends them again.",
        warning=True,
    )


def _told(name: str, sent: Any, stored: Any) -> str:
    hidden = secrecy.hides(sent)
    return f"{name} {shown(sent)}, stored as {secrecy.MASK if hidden else shown(stored)}"
