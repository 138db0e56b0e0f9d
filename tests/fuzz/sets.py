"""Whole sets of arguments: all valid, nearly valid, wrong in many places, with unknown values."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fuzz import strategies
from tests.fuzz.entity import FuzzEntity, SeededAccount
from tests.fuzz.strategies import Expectation, Sample, build_refused, build_unknown
from tests.host.dynamic_host import SECRET_MARK, UNKNOWN_MARK

UNKNOWN_ARGUMENTS = (
    *("nam", "Name", "NAME", "url", "id", "created_at", "copy_status", "unfinished", "urn", " "),
    *("na me", "name ", "__x", "größe", "🏗", "x" * 300, "line\nbreak", "\x1b[31mred", "\u202ename"),
)
UNKNOWN_ARGUMENT_VALUES: tuple[Any, ...] = ("x", 5, True, [], {}, UNKNOWN_MARK)

OPTIONAL_SHARE = 0.3
"""The probability of each optional argument, so that most sets have a handful."""

SECRET_SHARE = 0.04
UNKNOWN_SHARE = 0.25


@dataclass
class ArgumentSet:
    """The arguments of one resource, and the expected results."""

    entity: FuzzEntity
    samples: dict[str, Sample] = field(default_factory=dict)

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
        return _unwrap_secret(self.samples[name]).value if name in self.samples else None

    def list_names_with(self, *verdicts: Expectation) -> set[str]:
        """Return the arguments, and the parts of arguments, with one of these expectations."""
        return {name for name, verdict in self._list_expectations() if verdict in verdicts}

    def _list_expectations(self) -> Iterator[tuple[str, Expectation]]:
        for name, sample in self.samples.items():
            yield from sample.parts or [(name, sample.expectation)]

    @property
    def missing_names(self) -> set[str]:
        """The required arguments that are not given."""
        return {name for name in self.entity.required if self.get_plain_value(name) is None}

    @property
    def invalid_names(self) -> set[str]:
        """The arguments that have to be refused by name."""
        return (
            self.list_names_with(Expectation.REFUSED)
            | self.missing_names
            | self.entity.find_conflicts(self, True)
        )

    @property
    def suspect_names(self) -> set[str]:
        """The arguments that may be refused."""
        return (
            self.invalid_names
            | self.list_names_with(Expectation.EITHER)
            | self.entity.find_conflicts(self, False)
        )


def _unwrap_secret(sample: Sample) -> Sample:
    """Return a sample without the wrapping of a secret."""
    if isinstance(sample.value, dict) and SECRET_MARK.items() <= sample.value.items():
        return Sample(sample.value["value"], sample.expectation, sample.parts)
    return sample


def draw_set(
    random: Random, place: SeededAccount, kind: FuzzEntity, omit: tuple[str, ...] = ()
) -> ArgumentSet:
    """Return a set: a third valid, a third with one doubtful value, the rest with several."""
    doubtful = random.choice((0, 0, 0, 1, 1, 1, 2, random.randint(3, 8)))
    table = {name: both for name, both in kind.build_draws(place).items() if name not in omit}
    required = [name for name in kind.required if name in table]
    optional = [name for name in table if name not in required]
    given = [*required, *(name for name in optional if random.random() < OPTIONAL_SHARE)]
    wrong = random.sample(sorted(table), min(doubtful, len(table)))
    order = dict.fromkeys((*given, *wrong))  # a set has another order in each process
    found = ArgumentSet(kind, {n: table[n][n in wrong](random) for n in order})
    found.samples["account_id"] = strategies.build_accepted(place.account_id)
    kind.adjust_set(found, random, place)
    if doubtful:
        _add_mistakes(found, random)
    for name, sample in found.samples.items():
        # Pulumi's host makes a wrapped unknown a null; no engine sends one.
        if UNKNOWN_MARK not in repr(sample.value) and random.random() < SECRET_SHARE:
            found.samples[name] = strategies.wrap_secret(sample)
    return found


def _add_mistakes(found: ArgumentSet, random: Random) -> None:
    """Add unknown arguments, leave out required ones, make values unknown or null."""
    if random.random() < 0.15:
        extra = random.choice(UNKNOWN_ARGUMENTS)
        if extra not in found.entity.model.model_fields:
            found.samples[extra] = build_refused(random.choice(UNKNOWN_ARGUMENT_VALUES))
    required = [name for name in found.entity.required if name in found.samples]
    if required and random.random() < 0.1:
        del found.samples[random.choice(required)]
    if random.random() < 0.1:
        known = sorted(found.samples.keys() - {"account_id"})
        found.samples[random.choice(known or ["region"])] = build_unknown(None)
    while random.random() < UNKNOWN_SHARE:
        known = sorted(name for name in found.samples if name not in UNKNOWN_ARGUMENTS)
        found.samples[random.choice(known)] = build_unknown(UNKNOWN_MARK)
