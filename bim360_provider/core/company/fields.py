"""A company's fields between stack and HQ: what differs, what is sent, what is kept."""

from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.core.shape import Shape, same_text
from bim360_provider.core.stored import warn_of_stored
from bim360_provider.hq import HqClient
from bim360_provider.models import Company
from bim360_provider.models.company import CLEARABLE, PATCHABLE, PROVIDER_ONLY

__all__ = ["SHAPE", "create_body", "differing", "warn_of_company"]

Values = Mapping[str, Any]

SHAPE: Final = Shape(PATCHABLE, CLEARABLE, PROVIDER_ONLY)


def differing(live: Values, inputs: Values) -> tuple[str, ...]:
    """Return the given arguments whose value HQ does not have."""
    return tuple(k for k in PATCHABLE if k in inputs and not same_text(inputs[k], live.get(k)))


def warn_of_company(client: HqClient, sent: Values, company: Company) -> None:
    """Warn where HQ's response has other values than were sent."""
    called = f"company '{company.name}'"
    warn_of_stored(client, called, sent, company, lambda _name, *pair: same_text(*pair))


def create_body(inputs: Values) -> dict[str, Any]:
    """Return the body of a POST: what was given, without empty texts."""
    return {name: inputs[name] for name in PATCHABLE if inputs.get(name, "") != ""}
