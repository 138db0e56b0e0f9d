"""The differences, bodies, outputs and inputs that follow from the model of an entity."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel

from bim360_provider.core.entity import Diff, Fields, Inputs, ReadResult, State
from bim360_provider.core.settings import ACCOUNT_SCOPE, find_scope_changes
from bim360_provider.core.validation import is_unknown, warn_about_response
from bim360_provider.models import normalize
from bim360_provider.models.base import FieldRole, list_fields
from bim360_provider.models.enums import UNCONFIRMED_STATUSES

__all__ = ["STATUS_RULE", "FieldRule", "FieldSpec", "is_same_id", "is_same_text"]


def is_same_text(declared: Any, live: Any) -> bool:
    """Return whether a declared text equals HQ's; an empty text equals none."""
    return not is_unknown(declared) and (declared or "") == normalize.compose_text(live or "")


def is_same_id(declared: Any, live: Any) -> bool:
    """Return whether a declared id or e-mail equals HQ's, in any case."""
    return bool((declared or "").casefold() == (live or "").casefold())


def _is_same_plain_value(declared: Any, live: Any) -> bool:
    return is_same_text(declared, live) if isinstance(declared, str) else bool(declared == live)


def _is_same_status(declared: Any, live: Any) -> bool:
    return declared == "active" if live in UNCONFIRMED_STATUSES else is_same_text(declared, live)


@dataclass(frozen=True)
class FieldRule:
    """How the values of one argument are compared and converted.

    Attributes:
        is_equal: Returns whether a declared, known value and HQ's mean the same.
        encode: Converts a declared value for a body; the second value is HQ's last known one.
        decode: Converts HQ's value into an argument.
    """

    is_equal: Callable[[Any, Any], bool] = _is_same_plain_value
    encode: Callable[[Any, Any], Any] = lambda declared, _live: declared
    decode: Callable[[Any], Any] = lambda live: live


PLAIN_RULE: Final = FieldRule()

STATUS_RULE: Final = FieldRule(
    _is_same_status, decode=lambda live: "active" if live in UNCONFIRMED_STATUSES else live
)
"""The first admin activates a project, and the first sign-in a user; until then nothing is left
to do."""


@dataclass(frozen=True)
class FieldSpec:
    """What the operations of one entity derive from the annotations of its arguments.

    Attributes:
        arguments: The model of the arguments, whose annotations have the role of each.
        response: The model of HQ's response.
        rules: The rules of the arguments whose values are not plain, by name.
        removed_status: The status that a destroy sets; without a declared status, an object that
            has it should be active. Empty if there is none.
        default_policy: The default of ``on_destroy``.
        fallback_outputs: Outputs that keep their known value if a response leaves them out.
    """

    arguments: type[BaseModel]
    response: type[BaseModel]
    rules: Mapping[str, FieldRule] = field(default_factory=dict)
    removed_status: str = ""
    default_policy: str | None = None
    fallback_outputs: tuple[str, ...] = ACCOUNT_SCOPE

    @cached_property
    def identity_fields(self) -> tuple[str, ...]:
        """Arguments that identify the object."""
        return list_fields(self.arguments, FieldRole.IDENTITY)

    @cached_property
    def patch_fields(self) -> tuple[str, ...]:
        """Arguments that HQ's PATCH accepts."""
        return list_fields(self.arguments, FieldRole.PATCHABLE, FieldRole.CLEARABLE)

    @cached_property
    def create_only_fields(self) -> tuple[str, ...]:
        """Arguments that are sent only when the object is created."""
        return list_fields(self.arguments, FieldRole.CREATE_ONLY)

    @cached_property
    def provider_only_fields(self) -> tuple[str, ...]:
        """Options of this provider, which are never sent."""
        return list_fields(self.arguments, FieldRole.PROVIDER_ONLY)

    @cached_property
    def tracked_fields(self) -> frozenset[str]:
        """Arguments that HQ returns; a refresh needs to know which of them are declared."""
        names = {*self.arguments.model_fields} - {*self.provider_only_fields}
        return frozenset(names.intersection(self.response.model_fields))

    def is_same_value(self, name: str, declared: Any, live: Any) -> bool:
        """Return whether a declared value and HQ's mean the same."""
        rule = self.rules.get(name, PLAIN_RULE)
        return not is_unknown(declared) and rule.is_equal(declared, live)

    def diff_fields(self, live: Fields, inputs: Inputs) -> tuple[str, ...]:
        """Return the names of the given arguments that differ from HQ's values and can be patched.

        An archived project or an inactive user differs even if no status is declared: a declared
        object should be active.
        """
        changed = tuple(
            name
            for name in self.patch_fields
            if name in inputs and not self.is_same_value(name, inputs[name], live.get(name))
        )
        is_removed = bool(self.removed_status) and live.get("status") == self.removed_status
        return (*changed, "status") if is_removed and "status" not in inputs else changed

    def find_wanted_fields(self, state: State, inputs: Inputs) -> set[str]:
        """Return the arguments that differ and those that an earlier run could not set."""
        unfinished = {name for name in state.get("unfinished") or () if name in inputs}
        return {*self.diff_fields(state, inputs), *unfinished}

    def find_create_only_changes(self, old: Fields, inputs: Fields) -> tuple[str, ...]:
        """Return the changed arguments that apply only when the object is created."""
        return tuple(
            name
            for name in self.create_only_fields
            if inputs.get(name) and not is_unknown(inputs[name]) and inputs[name] != old.get(name)
        )

    def find_replacing_changes(self, state: Fields, inputs: Fields) -> tuple[str, ...]:
        """Return the changed arguments that need another object."""
        identity = (
            name
            for name in self.identity_fields
            if state.get(name) and not self.is_same_value(name, inputs.get(name), state[name])
        )
        return (*find_scope_changes(state, inputs), *identity)

    def diff(self, state: State, inputs: Inputs) -> Diff:
        """Compare the arguments that are given with the state; send nothing.

        Args:
            state: The outputs of the last run or refresh.
            inputs: The normalized arguments; values may be unknown.
        """
        replaces = self.find_replacing_changes(state, inputs)
        policies = [each.get("on_destroy", self.default_policy) for each in (state, inputs)]
        options = () if policies[0] == policies[1] else ("on_destroy",)
        changed = (*self.diff_fields(state, inputs), *options, *replaces)
        return Diff(changed, replaces, bool(state.get("unfinished")))

    def build_create_body(self, inputs: Inputs) -> dict[str, Any]:
        """Return the body of a POST: the given arguments without status and empty texts."""
        return {
            name: self._encode(name, inputs[name], None)
            for name in self.arguments.model_fields
            if name not in ("status", *self.provider_only_fields) and inputs.get(name, "") != ""
        }

    def build_patch_body(
        self, live: Fields, inputs: Inputs, wanted: Collection[str]
    ) -> dict[str, Any]:
        """Return the body of a PATCH with the wanted fields; the status defaults to active."""
        given = {"status": "active", **inputs}
        return {
            name: self._encode(name, given[name], live.get(name))
            for name in self.patch_fields
            if name in wanted and name in given
        }

    def _encode(self, name: str, value: Any, live: Any) -> Any:
        return self.rules.get(name, PLAIN_RULE).encode(value, live)

    def build_outputs(
        self, live: Fields, known: Fields, inputs: Inputs, unfinished: Collection[str] = ()
    ) -> State:
        """Return the outputs to save in the state.

        Args:
            live: The fields that HQ has filled.
            known: Values that some responses leave out, such as account and region.
            inputs: The normalized arguments.
            unfinished: The arguments that could not be applied yet.
        """
        echoed = (*self.create_only_fields, *self.provider_only_fields)
        return State(
            {
                **{name: known[name] for name in self.fallback_outputs if known.get(name)},
                **{name: value for name, value in live.items() if name != "id"},
                **{name: inputs[name] for name in echoed if name in inputs},
                "unfinished": sorted(unfinished),
                "declared": sorted(self.tracked_fields.intersection(inputs)),
            }
        )

    def derive_inputs(self, live: Fields, state: Fields, declared: Collection[str]) -> Inputs:
        """Return the arguments that would declare the object as it is, as far as they are managed.

        An archived project or an inactive user has its status even if none is declared, so that a
        refresh shows it and the next up reactivates the object.

        Args:
            live: The fields that HQ has filled.
            state: The last outputs, with the create-only and provider-only arguments.
            declared: The names of the declared arguments.
        """
        hidden = {*self.arguments.model_fields} - self.tracked_fields
        kept = [name for name in self.create_only_fields if name in hidden.union(declared)]
        kept += self.provider_only_fields
        names = [name for name in (*self.identity_fields, *self.patch_fields) if name in declared]
        inputs = {
            **{name: state.get(name) for name in kept},
            **{name: self._derive_argument(name, live.get(name)) for name in names},
        }
        if self.removed_status and live.get("status") == self.removed_status:
            inputs["status"] = self.removed_status
        return Inputs({name: value for name, value in inputs.items() if value is not None})

    def _derive_argument(self, name: str, live: Any) -> Any:
        if live is None:
            return "" if FieldRole.CLEARABLE in self.arguments.model_fields[name].metadata else None
        return self.rules.get(name, PLAIN_RULE).decode(live)

    def build_read_result(
        self, entity_id: str, live: Fields, known: Fields, state: State
    ) -> ReadResult:
        """Return the result of a refresh or a look-up.

        Args:
            entity_id: HQ's id.
            live: The fields that HQ has filled.
            known: The last outputs, or at least account and region.
            state: The last outputs; empty for a look-up, which returns all fields.
        """
        filled = [name for name in (*self.identity_fields, *self.patch_fields) if name in live]
        declared = state.get("declared", filled)
        inputs = self.derive_inputs(live, known, declared)
        outs = self.build_outputs(live, known, inputs, state.get("unfinished") or ())
        return ReadResult(entity_id, State({**outs, "declared": sorted(declared)}), inputs)

    def warn_about_response(
        self, warn: Callable[[str], None], label: str, sent: Fields, row: BaseModel
    ) -> None:
        """Warn once if a response has other values than were sent."""
        warn_about_response(warn, label, sent, row, self.is_same_value)
