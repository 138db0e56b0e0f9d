"""Whole sets of arguments: all valid, nearly valid, wrong in many places, with unknown values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from bim360_provider.emulator import enums
from tests.fuzz import samples
from tests.fuzz.samples import Draw, Sample, Verdict, bad, choice, identifier, text, unknown
from tests.host.process import UNKNOWN

REQUIRED = ("name", "start_date", "end_date", "project_type", "value", "currency")
CREATE_ONLY = ("template_project_id", "include_locations", "include_companies")

EXTRAS = (
    *("nam", "Name", "NAME", "url", "id", "created_at", "copy_status", "unfinished", "urn", " "),
    *("na me", "name ", "__x", "größe", "🏗", "x" * 300, "line\nbreak", "\x1b[31mred", "\u202ename"),
)
EXTRA_VALUES: tuple[Any, ...] = ("x", 5, True, [], {}, UNKNOWN)

SHARE_OF_OPTIONAL = 0.3
"""So that most sets have a handful of the 23 optional arguments."""

SHARE_OF_SECRETS = 0.04
SHARE_OF_UNKNOWNS = 0.25


@dataclass(frozen=True)
class Place:
    """An account of the emulator, and what is in it for projects to refer to."""

    account_id: str
    business_unit_id: str
    template_id: str


@dataclass
class ArgumentSet:
    """What is given for one project, and what ought to become of it."""

    samples: dict[str, Sample] = field(default_factory=dict)

    @property
    def bag(self) -> dict[str, Any]:
        """The values alone."""
        return {name: sample.value for name, sample in self.samples.items()}

    def named(self, *verdicts: Verdict) -> set[str]:
        """Return the arguments with one of these verdicts."""
        return {name for name, sample in self.samples.items() if sample.verdict in verdicts}

    @property
    def missing(self) -> set[str]:
        """The required arguments that are not given."""
        given = {name: _plain(sample).value for name, sample in self.samples.items()}
        return {name for name in REQUIRED if given.get(name) is None}

    @property
    def must_blame(self) -> set[str]:
        """The arguments that have to be refused by name."""
        return self.named(Verdict.BAD) | self.missing | self._late(certainly=True)

    @property
    def may_blame(self) -> set[str]:
        """The arguments that may be refused."""
        return self.must_blame | self.named(Verdict.ODD) | self._late(certainly=False)

    def _late(self, *, certainly: bool) -> set[str]:
        """Return the end date if it is not after the start date; both must be understood."""
        names = ("start_date", "end_date")
        days = [_plain(self.samples[name]) for name in names if name in self.samples]
        verdicts = [each.verdict for each in days]
        if verdicts == [Verdict.GOOD, Verdict.GOOD]:
            start, end = (date.fromisoformat(str(each.value)[:10]) for each in days)
            return {"end_date"} if start >= end else set()
        return {"end_date"} if Verdict.ODD in verdicts and not certainly else set()


def _plain(sample: Sample) -> Sample:
    """Return a sample without the wrapping of a secret."""
    if isinstance(sample.value, dict) and "value" in sample.value:
        return Sample(sample.value["value"], sample.verdict)
    return sample


def draws(place: Place) -> Mapping[str, tuple[Draw, Draw]]:
    """Return for each argument the draw of valid values and that of doubtful ones."""
    line = text(255)
    return {
        "name": samples.NAME,
        "start_date": samples.DAY,
        "end_date": samples.DAY,
        "project_type": text(255, empty=False),
        "value": samples.MONEY,
        "currency": choice(enums.CURRENCIES),
        "service_types": samples.SERVICES,
        "job_number": text(100),
        **dict.fromkeys(("address_line_1", "address_line_2", "city"), line),
        **dict.fromkeys(("state_or_province", "postal_code", "country"), line),
        "business_unit_id": identifier(place.business_unit_id, empty=True),
        "timezone": choice(enums.TIMEZONES, empty=True),
        "language": choice(enums.LANGUAGES),
        "construction_type": choice(enums.CONSTRUCTION_TYPES, empty=True),
        "contract_type": choice(enums.CONTRACT_TYPES, empty=True),
        "template_project_id": identifier(place.template_id),
        "include_locations": samples.FLAG,
        "include_companies": samples.FLAG,
        "status": choice(("active", "inactive", "archived")),
        "adopt": choice(("never", "archived", "any")),
        "on_destroy": choice(("archive", "retain")),
        "copy_timeout": samples.SECONDS,
        "region": choice(("US",)),
    }


def draw_set(random: Random, place: Place, omit: tuple[str, ...] = ()) -> ArgumentSet:
    """Return a set: a third valid, a third with one doubtful value, the rest with several."""
    doubtful = random.choice((0, 0, 0, 1, 1, 1, 2, random.randint(3, 8)))
    table = {name: both for name, both in draws(place).items() if name not in omit}
    optional = [name for name in table if name not in REQUIRED]
    given = [*REQUIRED, *(name for name in optional if random.random() < SHARE_OF_OPTIONAL)]
    wrong = random.sample(sorted(table), doubtful)
    found = ArgumentSet({name: table[name][name in wrong](random) for name in {*given, *wrong}})
    found.samples["account_id"] = samples.good(place.account_id)
    _in_order(found, random)
    if doubtful:
        _disturb(found, random)
    for name, sample in found.samples.items():
        # Pulumi's host makes a wrapped unknown a null; no engine sends one.
        if UNKNOWN not in repr(sample.value) and random.random() < SHARE_OF_SECRETS:
            found.samples[name] = samples.secret(sample)
    return found


def _in_order(found: ArgumentSet, random: Random) -> None:
    """Mostly turn dates around that run backwards: chance alone would refuse every other set."""
    days = [found.samples[name] for name in ("start_date", "end_date")]
    if all(day.verdict is Verdict.GOOD for day in days) and random.random() < 0.95:
        start, end = sorted(days, key=lambda day: str(day.value))
        found.samples.update(start_date=start, end_date=end)


def _disturb(found: ArgumentSet, random: Random) -> None:
    """Add what is no argument, leave out what is required, make values unknown or null."""
    if random.random() < 0.15:
        found.samples[random.choice(EXTRAS)] = bad(random.choice(EXTRA_VALUES))
    if random.random() < 0.1:
        del found.samples[random.choice(REQUIRED)]
    if random.random() < 0.1:
        known = sorted(found.samples.keys() - {"account_id"})
        found.samples[random.choice(known)] = unknown(None)
    while random.random() < SHARE_OF_UNKNOWNS:
        known = sorted(name for name in found.samples if name not in EXTRAS)
        found.samples[random.choice(known)] = unknown(UNKNOWN)
