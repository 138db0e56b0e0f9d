"""The roles of an entity's arguments, and the outputs and inputs that follow from them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bim360_provider.core.entity import DECLARED, Fields, Inputs, ReadResult, State
from bim360_provider.core.validation import is_unknown
from bim360_provider.models import normalize

__all__ = ["FieldSpec", "is_same_text"]


def is_same_text(declared: Any, live: Any) -> bool:
    """Return whether a declared text equals HQ's; an empty text equals none."""
    return not is_unknown(declared) and (declared or "") == normalize.compose_text(live or "")


@dataclass(frozen=True)
class FieldSpec:
    """The roles of an entity's arguments.

    Attributes:
        patch_fields: Arguments that HQ's PATCH accepts.
        clearable_fields: Those of them that ``""`` clears.
        provider_only_fields: Options of this provider, which are never sent.
        create_only_fields: Arguments that are sent only when the object is created.
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
            live: The fields that HQ has filled.
            known: The account and the region.
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
        """Return the arguments that would declare the object as it is, as far as they are managed.

        Args:
            live: The fields that HQ has filled, in the form of arguments.
            state: The last outputs, with the create-only and provider-only arguments.
            declared: The names of the declared arguments.
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
        """Return the result of a refresh or a look-up.

        Args:
            entity_id: HQ's id.
            fields: The fields that HQ has filled.
            known: The last outputs, or at least account and region.
            state: The last outputs; empty for a look-up, which returns all fields.
        """
        filled = [name for name in self.patch_fields if name in fields]
        declared = state.get(DECLARED, filled)
        inputs = self.derive_inputs(fields, known, declared)
        outs = self.build_outputs(fields, known, inputs, state.get("unfinished") or ())
        return ReadResult(entity_id, State({**outs, DECLARED: sorted(declared)}), inputs)
