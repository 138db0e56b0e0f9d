"""Whole sets of arguments: all valid, nearly valid, wrong in many places, with unknown values."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fuzz import strategies
from tests.fuzz.entity import Kind, Place
from tests.fuzz.strategies import Sample, Verdict, bad, unknown
from tests.host.dynamic_host import SECRET_MARK, UNKNOWN

EXTRAS = (
    *("nam", "Name", "NAME", "url", "id", "created_at", "copy_status", "unfinished", "urn", " "),
    *("na me", "name ", "__x", "größe", "🏗", "x" * 300, "line\nbreak", "\x1b[31mred", "\u202ename"),
)
EXTRA_VALUES: tuple[Any, ...] = ("x", 5, True, [], {}, UNKNOWN)

SHARE_OF_OPTIONAL = 0.3
"""So that most sets have a handful of the optional arguments."""

SHARE_OF_SECRETS = 0.04
SHARE_OF_UNKNOWNS = 0.25


@dataclass
class ArgumentSet:
    """What is given for one resource, and what ought to become of it."""

    kind: Kind
    samples: dict[str, Sample] = field(default_factory=dict)

    @property
    def bag(self) -> dict[str, Any]:
        """The values alone."""
        return {name: sample.value for name, sample in self.samples.items()}

    @property
    def names(self) -> set[str]:
        """Everything that may be blamed: arguments, and the parts of them."""
        return {*self.samples, *(name for name, _ in self._verdicts())}

    def plain(self, name: str) -> Any:
        """Return a value without the wrapping of a secret, None where there is none."""
        return _plain(self.samples[name]).value if name in self.samples else None

    def named(self, *verdicts: Verdict) -> set[str]:
        """Return the arguments, and the parts of arguments, with one of these verdicts."""
        return {name for name, verdict in self._verdicts() if verdict in verdicts}

    def _verdicts(self) -> Iterator[tuple[str, Verdict]]:
        for name, sample in self.samples.items():
            yield from sample.parts or [(name, sample.verdict)]

    @property
    def missing(self) -> set[str]:
        """The required arguments that are not given."""
        return {name for name in self.kind.required if self.plain(name) is None}

    @property
    def must_blame(self) -> set[str]:
        """The arguments that have to be refused by name."""
        return self.named(Verdict.BAD) | self.missing | self.kind.together(self, True)

    @property
    def may_blame(self) -> set[str]:
        """The arguments that may be refused."""
        return self.must_blame | self.named(Verdict.ODD) | self.kind.together(self, False)


def _plain(sample: Sample) -> Sample:
    """Return a sample without the wrapping of a secret."""
    if isinstance(sample.value, dict) and SECRET_MARK.items() <= sample.value.items():
        return Sample(sample.value["value"], sample.verdict, sample.parts)
    return sample


def draw_set(random: Random, place: Place, kind: Kind, omit: tuple[str, ...] = ()) -> ArgumentSet:
    """Return a set: a third valid, a third with one doubtful value, the rest with several."""
    doubtful = random.choice((0, 0, 0, 1, 1, 1, 2, random.randint(3, 8)))
    table = {name: both for name, both in kind.table(place).items() if name not in omit}
    required = [name for name in kind.required if name in table]
    optional = [name for name in table if name not in required]
    given = [*required, *(name for name in optional if random.random() < SHARE_OF_OPTIONAL)]
    wrong = random.sample(sorted(table), min(doubtful, len(table)))
    order = dict.fromkeys((*given, *wrong))  # a set has another order in each process
    found = ArgumentSet(kind, {n: table[n][n in wrong](random) for n in order})
    found.samples["account_id"] = strategies.good(place.account_id)
    kind.arrange(found, random, place)
    if doubtful:
        _disturb(found, random)
    for name, sample in found.samples.items():
        # Pulumi's host makes a wrapped unknown a null; no engine sends one.
        if UNKNOWN not in repr(sample.value) and random.random() < SHARE_OF_SECRETS:
            found.samples[name] = strategies.secret(sample)
    return found


def _disturb(found: ArgumentSet, random: Random) -> None:
    """Add what is no argument, leave out what is required, make values unknown or null."""
    if random.random() < 0.15:
        extra = random.choice(EXTRAS)
        if extra not in found.kind.model.model_fields:
            found.samples[extra] = bad(random.choice(EXTRA_VALUES))
    required = [name for name in found.kind.required if name in found.samples]
    if required and random.random() < 0.1:
        del found.samples[random.choice(required)]
    if random.random() < 0.1:
        known = sorted(found.samples.keys() - {"account_id"})
        found.samples[random.choice(known or ["region"])] = unknown(None)
    while random.random() < SHARE_OF_UNKNOWNS:
        known = sorted(name for name in found.samples if name not in EXTRAS)
        found.samples[random.choice(known)] = unknown(UNKNOWN)
