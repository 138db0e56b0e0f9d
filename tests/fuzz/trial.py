"""One set of arguments on its way through the real host to the emulator and back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2

from bim360_provider.core.arguments import UNKNOWN as NOT_YET
from bim360_provider.core.arguments import Problem
from bim360_provider.core.project import check
from bim360_provider.core.settings import Settings
from bim360_provider.emulator import Emulator
from bim360_provider.models import ProjectArguments
from tests.fuzz.samples import Verdict
from tests.fuzz.sets import CREATE_ONLY, ArgumentSet, Place, draw_set
from tests.host.process import SECRET_MARK, UNKNOWN, Host, inputs, plain, refusal
from tests.stage import TOWER

NO_CHANGE = provider_pb2.DiffResponse.DIFF_NONE

ONLY_HQ_KNOWS = (
    "the account has no business unit",
    "the account has no such project",
    "a project that is pending cannot become inactive",
)
"""Refusals that no check can foresee, because it asks nobody."""


@dataclass
class Tally:
    """What became of all sets."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take over what another one counted."""
        self.counts += other.counts
        self.refused += other.refused
        self.disagreements += other.disagreements


class Disagreement(Exception):  # noqa: N818 - no error of anybody's, but what is looked for
    """Provider, emulator and expectation are not of one mind."""


def blamed(reason: str, names: Iterable[str]) -> str | None:
    """Return the argument that a refusal begins with."""
    known = {*names, *ProjectArguments.model_fields}
    fits = (name for name in known if reason.startswith(str(Problem(name, ""))))
    return max(fits, key=len, default=None)


def judge_refusals(given: ArgumentSet, reasons: list[str]) -> set[str]:
    """Return the refused arguments, once they are found to be those that are wrong.

    Raises:
        Disagreement: One is refused that is right, taken that is wrong, or not told in one line.
    """
    ugly = [reason for reason in reasons if not reason.isprintable()]
    if ugly:
        msg = f"a refusal would not print as one line: {ugly!r}"
        raise Disagreement(msg)
    names = {reason: blamed(reason, given.samples) for reason in reasons}
    found = {name for name in names.values() if name is not None}
    if None in names.values() or found - given.may_blame or given.must_blame - found:
        msg = f"expected {sorted(given.must_blame)} to be refused, and got {reasons!r}"
        raise Disagreement(msg)
    return found


class Trial:
    """The trials of one worker, in an account of its own."""

    def __init__(self, host: Host, hq: Emulator, place: Place, random: Random) -> None:
        self.host = host
        self.hq = hq
        self.place = place
        self.random = random
        self.tally = Tally()

    def run(self) -> None:
        """Try one more set; what is found is in the tally."""
        given = draw_set(self.random, self.place)
        try:
            self._try(given)
        except Disagreement as found:
            self.tally.disagreements.append(f"{found}: {given.bag!r}")
        except grpc.RpcError as error:
            self.tally.disagreements.append(f"{refusal(error)}: {given.bag!r}")

    def _try(self, given: ArgumentSet) -> None:
        self.tally.counts["sets"] += 1
        if not _carriable(given.bag):
            # Nothing that gRPC takes; other doors to the core may.
            self._try_here(given)
            return
        checked = self.host.check(given.bag)
        refused = judge_refusals(given, [failure.reason for failure in checked.failures])
        self.tally.refused.update(refused)
        self.tally.counts["refused" if refused else "accepted"] += 1
        if not refused:
            self._go_on(given, checked.inputs)

    def _try_here(self, given: ArgumentSet) -> None:
        settings = Settings.resolve({"bim360:accountId": self.place.account_id}, {})
        _, problems = check({}, _unmarked(given.bag), settings)
        refused = judge_refusals(given, [str(problem) for problem in problems])
        self.tally.refused.update(refused)
        self.tally.counts["refused"] += 1
        self.tally.counts["beyond gRPC"] += 1

    def _go_on(self, given: ArgumentSet, checked: Any) -> None:
        self._same(plain(checked), plain(self.host.check(plain(checked)).inputs), "checked twice")
        verdict = self.host.diff("p1", inputs(TOWER), checked)
        if _has_unknown(plain(checked)):
            self.tally.counts["unknown"] += 1
            if verdict.changes == NO_CHANGE:
                msg = "an unknown value is no change"
                raise Disagreement(msg)
            return
        try:
            made = self.host.create(checked)
        except grpc.RpcError as error:
            if given.named(Verdict.ODD) and any(words in refusal(error) for words in ONLY_HQ_KNOWS):
                self.tally.counts["known to HQ alone"] += 1
                return
            raise
        try:
            self._live(made, checked)
        finally:
            self.hq.ask("DELETE", f"/projects/{made.id}")

    def _live(self, made: Any, checked: Any) -> None:
        self.tally.counts["made"] += 1
        state = self._read_back(made.id, made.properties, checked)
        if plain(state).get("status") == "archived" or self.random.random() < 0.5:
            return
        declared = plain(checked)
        news = draw_set(self.random, self.place, omit=CREATE_ONLY)
        kept = {name: declared[name] for name in CREATE_ONLY if name in declared}
        if not _carriable(news.bag):
            return
        answer = self.host.check({**news.bag, **kept}, declared)
        if answer.failures or _has_unknown(plain(answer.inputs)):
            return
        verdict = self.host.diff(made.id, state, answer.inputs)
        if list(verdict.replaces):
            msg = f"{list(verdict.replaces)} would replace"
            raise Disagreement(msg)
        if verdict.changes != NO_CHANGE:
            self._change(made.id, state, answer.inputs, news)

    def _change(self, id_: str, state: Any, wanted: Any, news: ArgumentSet) -> None:
        try:
            changed = self.host.update(id_, state, wanted)
        except grpc.RpcError as error:
            if any(words in refusal(error) for words in ONLY_HQ_KNOWS):
                return
            msg = f"{refusal(error)} (changed to {news.bag!r})"
            raise Disagreement(msg) from None
        self.tally.counts["changed"] += 1
        self._read_back(id_, changed.properties, wanted)

    def _read_back(self, id_: str, state: Any, declared: Any) -> Any:
        """Read the project, and see that nothing differs either before or after."""
        undone = set(plain(state).get("unfinished") or ())
        if undone - {"status"} or (undone and plain(declared).get("status") != "inactive"):
            msg = f"{undone} could not be finished"
            raise Disagreement(msg)
        read = self.host.read(id_, state, declared)
        for when, seen in (("before", state), ("after", read.properties)):
            verdict = self.host.diff(id_, seen, declared)
            if verdict.changes != NO_CHANGE and not undone:
                msg = f"differs {when} a refresh: {_differing(declared, read.inputs)}"
                raise Disagreement(msg)
        return read.properties

    @staticmethod
    def _same(once: Mapping[str, Any], twice: Mapping[str, Any], what: str) -> None:
        if once != twice:
            msg = f"{what}: {once!r} became {twice!r}"
            raise Disagreement(msg)


def _carriable(bag: Mapping[str, Any]) -> bool:
    """Return whether protobuf has a form for all values: none for surrogates and huge numbers."""
    try:
        inputs(bag)
    except (OverflowError, ValueError):
        return False
    return True


def _unmarked(value: Any) -> Any:
    """Return values as the host hands them on: secrets in the clear, unknowns as such."""
    if isinstance(value, Mapping):
        bare = {key: _unmarked(each) for key, each in value.items()}
        return bare["value"] if SECRET_MARK.items() <= value.items() else bare
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    return NOT_YET if value == UNKNOWN else value


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_unknown(each) for each in value.values())
    if isinstance(value, list):
        return any(_has_unknown(each) for each in value)
    return bool(value == UNKNOWN)


def _differing(declared: Any, live: Any) -> dict[str, Any]:
    ours, theirs = plain(declared), plain(live)
    names = ours.keys() | theirs.keys()
    return {k: (ours.get(k), theirs.get(k)) for k in names if ours.get(k) != theirs.get(k)}
