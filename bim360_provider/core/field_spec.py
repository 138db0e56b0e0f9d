"""Shape: which arguments of an entity do what, and the state and the arguments that follow."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bim360_provider.core.entity import DECLARED, Fields, Inputs, ReadResult, State
from bim360_provider.core.validation import is_unknown
from bim360_provider.models import normalize

__all__ = ["FieldSpec", "is_same_text"]


def is_same_text(declared: Any, live: Any) -> bool:
    """Return whether a declared text and HQ's are the same; an empty one and none are."""
    return not is_unknown(declared) and (declared or "") == normalize.compose_text(live or "")


@dataclass(frozen=True)
class FieldSpec:
    """Which arguments of an entity do what.

    Attributes:
        patched: HQ's PATCH takes them.
        clearable: Those of them that ``""`` clears.
        own: They tell this provider what to do, and are never sent.
        once: Sent when the thing is made, and never after.
    """

    patch_fields: tuple[str, ...]
    clearable_fields: frozenset[str]
    provider_only_fields: tuple[str, ...]
    create_only_fields: tuple[str, ...] = ()

    def build_outputs(
        self, live: Fields, known: Fields, inputs: Inputs, unfinished: Collection[str] = ()
    ) -> State:
        """Return the outputs to save in the state.

        Args:
            live: The fields that HQ filled.
            known: Gives the account and the region.
            inputs: The normalized arguments.
            unfinished: The arguments that could not be applied yet.
        """
        place = {name: known[name] for name in ("account_id", "region") if known.get(name)}
        echoed = {
            k: inputs[k]
            for k in (*self.create_only_fields, *self.provider_only_fields)
            if k in inputs
        }
        fields = {name: value for name, value in live.items() if name != "id"}
        return State(
            {
                **place,
                **fields,
                **echoed,
                "unfinished": sorted(unfinished),
                DECLARED: sorted(name for name in inputs if name not in self.provider_only_fields),
            }
        )

    def derive_inputs(self, live: Fields, state: Fields, declared: Collection[str]) -> Inputs:
        """Return the arguments that would declare it as it is, for those that are managed.

        Args:
            live: The fields that HQ filled, as arguments would say them.
            state: The last outputs; what was sent once, and what is never sent, is kept there.
            declared: Names of the arguments that the stack gave.
        """
        once = [name for name in self.create_only_fields if name in declared]
        kept = {
            k: state[k] for k in (*self.provider_only_fields, *once) if state.get(k) is not None
        }
        cleared = dict.fromkeys(self.clearable_fields, "")
        patched = {k: live.get(k, cleared.get(k)) for k in self.patch_fields if k in declared}
        return Inputs(
            {**kept, **{name: value for name, value in patched.items() if value is not None}}
        )

    def build_read_result(
        self, entity_id: str, fields: Fields, known: Fields, state: State
    ) -> ReadResult:
        """Return what a refresh or a look-up found.

        Args:
            entity_id: HQ's id of it.
            fields: The fields that HQ filled.
            known: The last outputs, or at least account and region.
            state: The last outputs; empty for a look-up, which mirrors all that HQ filled.
        """
        filled = [name for name in self.patch_fields if name in fields]
        declared = state.get(DECLARED, filled)
        inputs = self.derive_inputs(fields, known, declared)
        outs = self.build_outputs(fields, known, inputs, state.get("unfinished") or ())
        return ReadResult(entity_id, State({**outs, DECLARED: sorted(declared)}), inputs)
