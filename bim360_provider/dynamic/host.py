"""Read what Pulumi's host knows of a call, and return what its older versions drop.

Hosts of the SDK before 3.235 drop hidden properties, so that no refresh would know which arguments
are declared; those before 3.216 also drop the arguments of a read, so that no preview would show
drift. Both are in the host's own frame, whose code no longer changes:
https://github.com/pulumi/pulumi/blob/v3.215.0/sdk/python/lib/pulumi/dynamic/__main__.py
"""

import inspect
import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any, Final

from pulumi.dynamic import ReadResult
from pulumi.runtime import proto, rpc

from bim360_provider.dynamic import IS_HOST
from bim360_provider.dynamic.base import PROVIDER_KEY

__all__ = [
    "ReadResultWithInputs",
    "get_call_urn",
    "restore_hidden_properties",
    "return_inputs_of_reads",
]

CALLS: Final = frozenset({"Check", "Diff", "Create", "Read", "Update", "Delete"})
"""Methods of Pulumi's host whose request has a URN."""

BAG_FIELDS: Final = ("olds", "news", "properties")
"""The property bags of a request, in the order in which the host passes them to a provider."""


def get_call_urn() -> str | None:
    """Return the URN of this thread's call; None outside of Pulumi's host."""
    frame = _find_call(CALLS)
    urn = getattr(frame.f_locals["request"], "urn", None) if frame else None
    return urn if isinstance(urn, str) else None


def _find_call(names: Iterable[str]) -> FrameType | None:
    """Return the frame of the host's method that handles this thread's call."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_name in names and "request" in frame.f_locals:
            return frame
        frame = frame.f_back
    return None


def _drops_hidden_properties() -> bool:
    request = proto.ReadRequest()
    request.properties.update({"__hidden": "value"})
    return not rpc.deserialize_properties(request.properties)


DROPS_HIDDEN_PROPERTIES: Final = _drops_hidden_properties()


def restore_hidden_properties(bags: Iterable[Any]) -> None:
    """Add the hidden properties of the request to the bags of a call, if the host drops them."""
    frame = _find_call(CALLS) if DROPS_HIDDEN_PROPERTIES else None
    if frame is None:
        return
    request: Any = frame.f_locals["request"]
    names = (each for each in BAG_FIELDS if each in request.DESCRIPTOR.fields_by_name)
    for bag, name in zip(bags, names, strict=False):
        bag.update(rpc.deserialize_properties(getattr(request, name), True, keep_internal=True))


class ReadResultWithInputs(ReadResult):
    """The outputs and the arguments of an object; before 3.216 the SDK's class has outputs only."""

    def __init__(self, id_: str, outs: dict[str, Any], inputs: dict[str, Any]) -> None:
        super().__init__(id_, outs)
        self.inputs = inputs


class _Protocol:
    """The messages of Pulumi's protocol; a response to a read also contains the arguments."""

    def __getattr__(self, name: str) -> Any:
        return _build_read_response if name == "ReadResponse" else getattr(proto, name)


def _build_read_response(**fields: Any) -> Any:
    """Build the response, with the arguments of the result that the host's ``Read`` has."""
    frame = _find_call({"Read"})
    inputs = getattr(frame.f_locals["result"], "inputs", None) if frame else None
    response = proto.ReadResponse(**fields)
    if inputs is not None:
        response.inputs.update({**inputs, PROVIDER_KEY: fields["properties"][PROVIDER_KEY]})
    return response


def return_inputs_of_reads() -> None:
    """Let the host of this process return the arguments of a read, if its SDK is older."""
    if IS_HOST and not hasattr(ReadResult(), "inputs"):
        vars(sys.modules["__main__"])["proto"] = _Protocol()
