"""Tests a Pulumi stack without Pulumi CLI and account: the local engine and its pytest fixture.

This package imports nothing by itself, because pytest loads it at every start.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bim360_provider.testing.engine.engine import LocalEngine
    from bim360_provider.testing.engine.results import LocalEngineError, Message, Result, Step
    from bim360_provider.testing.stack import Bim360Stack, StackResult

__all__ = [
    "Bim360Stack",
    "LocalEngine",
    "LocalEngineError",
    "Message",
    "Result",
    "StackResult",
    "Step",
]

_MODULES = {
    "Bim360Stack": "bim360_provider.testing.stack",
    "StackResult": "bim360_provider.testing.stack",
    "LocalEngine": "bim360_provider.testing.engine.engine",
    "LocalEngineError": "bim360_provider.testing.engine.results",
    "Message": "bim360_provider.testing.engine.results",
    "Result": "bim360_provider.testing.engine.results",
    "Step": "bim360_provider.testing.engine.results",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    from importlib import import_module  # noqa: PLC0415 -- see the docstring of this module

    if name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_MODULES[name]), name)
