"""Whole sets of arguments: all valid, with a few doubtful values, with a mistake, with secrets."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from hypothesis import strategies as st

from bim360_provider.models.base import FieldRole, list_fields
from tests.fuzz.strategies import ArgumentSamples, Expectation, Sample, build_choice
from tests.host.dynamic_host import UNKNOWN_MARK
from tests.support.entities import EntityKind
from tests.support.members import ACCOUNT_SCOPE

REGION: ArgumentSamples = build_choice(("US",))
UNKNOWN_ARGUMENTS = (
    *("nam", "Name", "NAME", "url", "id", "created_at", "copy_status", "unfinished", "urn", " "),
    *("na me", "name ", "__x", "größe", "🏗", "x" * 300, "line\nbreak", "\x1b[31mred", "\u202ename"),
)
UNKNOWN_ARGUMENT_VALUES: tuple[Any, ...] = ("x", 5, True, [], {}, UNKNOWN_MARK)

DOUBTFUL_COUNTS = (0, 0, 0, 0, 0, 1, 1, 1, 2, 5)
"""How many arguments are doubtful: each is as likely as the others."""

MISTAKES = (*[""] * 12, "extra", "missing", "null", "unknown", "unknown")
"""Mistakes that are not one of a value; most sets have none."""

FieldValues: TypeAlias = Mapping[str, Any]
Samples: TypeAlias = dict[str, Sample]


@dataclass(frozen=True)
class ArgumentSet:
    """The arguments of one resource, and the expected results."""

    entity: "FuzzEntity"
    samples: Samples

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Print the values alone in Hypothesis' report of a failure."""
        printer.text(f"ArgumentSet({self.values!r})")

    @property
    def values(self) -> dict[str, Any]:
        """The values alone."""
        return {name: sample.value for name, sample in self.samples.items()}

    @property
    def names(self) -> set[str]:
        """All names that an error may blame: arguments, and parts of them."""
        return {*self.samples, *(name for name, _ in self._list_expectations())}

    def get_plain_value(self, name: str) -> Any:
        """Return a value without the wrapping of a secret, None if it is not given."""
        return self.samples[name].unwrap_secret().value if name in self.samples else None

    def list_names_with(self, *expectations: Expectation) -> set[str]:
        """Return the arguments, and the parts of arguments, with one of these expectations."""
        return {name for name, expected in self._list_expectations() if expected in expectations}

    def _list_expectations(self) -> Iterator[tuple[str, Expectation]]:
        for name, sample in self.samples.items():
            yield from sample.parts or [(name, sample.expectation)]

    @property
    def invalid_names(self) -> set[str]:
        """The arguments that have to be refused by name."""
        missing = {name for name in self.entity.required if self.get_plain_value(name) is None}
        refused = self.list_names_with(Expectation.REFUSED)
        return refused | missing | self.entity.find_conflicts(self, True)

    @property
    def suspect_names(self) -> set[str]:
        """The arguments that may be refused."""
        doubtful = self.list_names_with(Expectation.EITHER)
        return self.invalid_names | doubtful | self.entity.find_conflicts(self, False)


@dataclass(frozen=True)
class FuzzEntity:
    """The description of one entity.

    Attributes:
        kind: Its provider, and the model of its arguments.
        arguments: Samples for each argument except account and region.
        create_only: Arguments that another set for the same object keeps, besides its identity.
        find_conflicts: Returns arguments that are, or may be, wrong because of others.
        adjust: Changes a valid set so that chance alone does not refuse most of them.
        hq_refusals: Texts of refusals that no check can foresee, because it sends no request.
        list_pending: Returns the arguments that may still be pending, which is not a difference.
        is_final: Returns whether a created object can no longer be changed.
        second_identity: An argument that identifies another object with another value.
    """

    kind: EntityKind
    arguments: Mapping[str, ArgumentSamples]
    create_only: tuple[str, ...] = ()
    find_conflicts: Callable[[ArgumentSet, bool], set[str]] = lambda _given, _certainly: set()
    adjust: Callable[[Samples], Mapping[str, Sample | None]] = lambda _samples: {}
    hq_refusals: tuple[str, ...] = ()
    list_pending: Callable[[FieldValues, FieldValues], set[str]] = lambda _state, _inputs: set()
    is_final: Callable[[FieldValues], bool] = lambda _state: False
    second_identity: str = ""

    @property
    def required(self) -> list[str]:
        """The arguments that every set needs."""
        return [name for name, each in self.kind.model.model_fields.items() if each.is_required()]

    @property
    def fixed_arguments(self) -> tuple[str, ...]:
        """Arguments that another set for the same object keeps."""
        return (*list_fields(self.kind.model, FieldRole.IDENTITY), *self.create_only)


@st.composite
def argument_sets(draw: st.DrawFn, entity: FuzzEntity, omit: tuple[str, ...] = ()) -> ArgumentSet:
    """Return a set; half are valid, and most others have one doubtful value."""
    table = {k: v for k, v in {**entity.arguments, "region": REGION}.items() if k not in omit}
    count = min(draw(st.sampled_from(DOUBTFUL_COUNTS)), len(table))
    names = st.lists(st.sampled_from([*table]), min_size=count, max_size=count, unique=True)
    wrong = draw(names)
    given = {name: table[name][name in wrong] for name in table}
    always = {name: given.pop(name) for name in table if name in (*entity.required, *wrong)}
    samples = draw(st.fixed_dictionaries(always, optional=given))
    changes = entity.adjust(samples).items()
    samples |= {k: v for k, v in changes if v is not None and k not in wrong}
    removed = {name for name, sample in changes if sample is None}
    samples = {name: sample for name, sample in samples.items() if name not in removed}
    samples["account_id"] = Sample(ACCOUNT_SCOPE["account_id"], Expectation.ACCEPTED)
    _add_mistake(draw, samples, entity)
    # Pulumi's host makes a wrapped unknown a null; no engine sends one.
    known = [name for name, sample in samples.items() if UNKNOWN_MARK not in repr(sample.value)]
    for name in draw(st.lists(st.sampled_from(known or [""]), max_size=1)):
        samples |= {name: samples[name].wrap_secret()} if name else {}
    return ArgumentSet(entity, samples)


def _add_mistake(draw: st.DrawFn, samples: Samples, entity: FuzzEntity) -> None:
    """Add an unknown argument, leave out a required one, or make values unknown or null."""
    mistake = draw(st.sampled_from(MISTAKES))
    given = sorted(samples.keys() - {"account_id"})
    if mistake == "extra":
        name = draw(
            st.sampled_from(
                [each for each in UNKNOWN_ARGUMENTS if each not in entity.kind.model.model_fields]
            )
        )
        value = draw(st.sampled_from(UNKNOWN_ARGUMENT_VALUES))
        samples[name] = Sample(value, Expectation.REFUSED)
    elif mistake == "missing":
        samples.pop(draw(st.sampled_from(entity.required)), None)
    elif mistake and given:
        value = UNKNOWN_MARK if mistake == "unknown" else None
        for name in draw(st.lists(st.sampled_from(given), min_size=1, max_size=3)):
            samples[name] = Sample(value, Expectation.UNKNOWN)
