"""Shape: which arguments of an entity do what, and the state and the arguments that follow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bim360_provider.core.entity import DECLARED, Live
from bim360_provider.core.validation import is_unknown
from bim360_provider.models import normalize

__all__ = ["Shape", "same_text"]

Values = Mapping[str, Any]


def same_text(declared: Any, live: Any) -> bool:
    """Return whether a declared text and HQ's are the same; an empty one and none are."""
    return not is_unknown(declared) and (declared or "") == normalize.composed(live or "")


@dataclass(frozen=True)
class Shape:
    """Which arguments of an entity do what.

    Attributes:
        patched: HQ's PATCH takes them.
        clearable: Those of them that ``""`` clears.
        own: They tell this provider what to do, and are never sent.
        once: Sent when the thing is made, and never after.
    """

    patched: tuple[str, ...]
    clearable: frozenset[str]
    own: tuple[str, ...]
    once: tuple[str, ...] = ()

    def outputs(
        self, live: Values, known: Values, inputs: Values, unfinished: Collection[str] = ()
    ) -> dict[str, Any]:
        """Return what goes into the state.

        Args:
            live: The fields that HQ filled.
            known: Gives the account and the region.
            inputs: The arguments in normal form.
            unfinished: Arguments that could not be applied yet.
        """
        place = {name: known[name] for name in ("account_id", "region") if known.get(name)}
        echoed = {k: inputs[k] for k in (*self.once, *self.own) if k in inputs}
        fields = {name: value for name, value in live.items() if name != "id"}
        return {
            **place,
            **fields,
            **echoed,
            "unfinished": sorted(unfinished),
            DECLARED: sorted(name for name in inputs if name not in self.own),
        }

    def mirrored(self, live: Values, state: Values, declared: Collection[str]) -> dict[str, Any]:
        """Return the arguments that would declare it as it is, for those that are managed.

        Args:
            live: The fields that HQ filled, as arguments would say them.
            state: The last outputs; what was sent once, and what is never sent, is kept there.
            declared: Names of the arguments that the stack gave.
        """
        once = [name for name in self.once if name in declared]
        kept = {k: state[k] for k in (*self.own, *once) if state.get(k) is not None}
        cleared = dict.fromkeys(self.clearable, "")
        patched = {k: live.get(k, cleared.get(k)) for k in self.patched if k in declared}
        return {**kept, **{name: value for name, value in patched.items() if value is not None}}

    def live(self, entity_id: str, fields: Values, known: Values, state: Values) -> Live:
        """Return what a refresh or a look-up found.

        Args:
            entity_id: HQ's id of it.
            fields: The fields that HQ filled.
            known: The last outputs, or at least account and region.
            state: The last outputs; empty for a look-up, which mirrors all that HQ filled.
        """
        filled = [name for name in self.patched if name in fields]
        declared = state.get(DECLARED, filled)
        inputs = self.mirrored(fields, known, declared)
        outs = self.outputs(fields, known, inputs, state.get("unfinished") or ())
        return Live(entity_id, {**outs, DECLARED: sorted(declared)}, inputs)
