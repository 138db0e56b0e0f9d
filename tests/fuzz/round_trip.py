"""One set of arguments on its way through the real host to the emulator and back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2

from bim360_provider.core.settings import Settings
from bim360_provider.core.validation import UNKNOWN as NOT_YET
from bim360_provider.core.validation import Problem
from bim360_provider.emulator import ADMIN_EMAIL
from tests.fuzz.entity import FuzzAccount, FuzzEntity
from tests.fuzz.sets import ArgumentSet, draw_set
from tests.fuzz.strategies import Expectation
from tests.host.dynamic_host import (
    SECRET_MARK,
    UNKNOWN_MARK,
    DynamicHost,
    get_error_message,
    to_inputs,
    to_plain,
)

NO_CHANGE = provider_pb2.DiffResponse.DIFF_NONE

SECOND_ENTITY_SHARE = 0.5
"""How often a second object is created, for entities that allow one."""

DELETE_SHARE = 0.2
"""How often an object is deleted through the host before it is cleaned up."""


@dataclass
class Tally:
    """The counts and disagreements of all sets."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add the counts of another tally."""
        self.counts += other.counts
        self.refusals += other.refusals
        self.disagreements += other.disagreements


class Disagreement(Exception):  # noqa: N818 - the result of a trial, not an error
    """Provider, emulator and expectation disagree."""


def find_blamed_argument(reason: str, names: Iterable[str]) -> str | None:
    """Return the argument that a refusal begins with."""
    fits = (name for name in names if reason.startswith(str(Problem(name, ""))))
    return max(fits, key=len, default=None)


def check_refusals(given: ArgumentSet, reasons: list[str]) -> set[str]:
    """Return the refused arguments, if they are exactly the wrong ones.

    Raises:
        Disagreement: A valid argument is refused, a wrong one accepted, or an error has lines.
    """
    ugly = [reason for reason in reasons if not reason.isprintable()]
    if ugly:
        msg = f"a refusal would not print as one line: {ugly!r}"
        raise Disagreement(msg)
    known = {*given.names, *given.entity.model.model_fields}
    names = {reason: find_blamed_argument(reason, known) for reason in reasons}
    found = {name for name in names.values() if name is not None}
    if None in names.values() or found - given.suspect_names or given.invalid_names - found:
        msg = f"expected {sorted(given.invalid_names)} to be refused, and got {reasons!r}"
        raise Disagreement(msg)
    return found


class RoundTrip:
    """The trials of one worker with one entity, in an account of its own."""

    def __init__(
        self, host: DynamicHost, ground: FuzzAccount, kind: FuzzEntity, random: Random
    ) -> None:
        self.host = host.with_provider(kind.provider)
        self.account = ground
        self.seed = ground.account
        self.entity = kind
        self.random = random
        self.tally = Tally()

    def run(self) -> None:
        """Try one more set, and record the result in the tally."""
        given = draw_set(self.random, self.seed, self.entity)
        try:
            self._run_set(given)
        except Disagreement as found:
            self.tally.disagreements.append(f"{found}: {given.values!r}")
        except grpc.RpcError as error:
            self.tally.disagreements.append(f"{get_error_message(error)}: {given.values!r}")

    def _run_set(self, given: ArgumentSet) -> None:
        self.tally.counts["sets"] += 1
        if not _fits_protobuf(given.values):
            # gRPC cannot send it; in-process callers of the core may.
            self._check_in_process(given)
            return
        checked = self.host.check(given.values)
        refused = check_refusals(given, [failure.reason for failure in checked.failures])
        self.tally.refusals.update(refused)
        self.tally.counts["refused" if refused else "accepted"] += 1
        if not refused:
            self._create_and_clear(given, checked.inputs)

    def _check_in_process(self, given: ArgumentSet) -> None:
        config = {"bim360:accountId": self.seed.account_id, "bim360:actingUser": ADMIN_EMAIL}
        settings = Settings.resolve(config, {})
        _, problems = self.entity.provider.load_entity().check(
            {}, _remove_marks(given.values), settings
        )
        refused = check_refusals(given, [str(each) for each in problems if not each.warning])
        self.tally.refusals.update(refused)
        self.tally.counts["refused"] += 1
        self.tally.counts["beyond gRPC"] += 1

    def _create_and_clear(self, given: ArgumentSet, checked: Any) -> None:
        once = self._to_plain(checked)
        self._assert_equal(once, self._to_plain(self.host.check(once).inputs), "checked twice")
        example = to_inputs(self.entity.example, self.host.provider)
        verdict = self.host.diff("p1", example, checked)
        # A member without a known e-mail has a number as its key, and no unknown value is left.
        if _has_unknown([once, given.values]):
            self.tally.counts["unknown"] += 1
            if verdict.changes == NO_CHANGE:
                msg = "an unknown value was not a change"
                raise Disagreement(msg)
            return
        self.host.begin_run()  # the diff above was not that of a replacement
        try:
            created = self.host.create(checked)
        except grpc.RpcError as error:
            if not (given.list_names_with(Expectation.EITHER) and self._is_hq_refusal(error)):
                raise
            self.tally.counts["known to HQ alone"] += 1
            return
        try:
            self._run_lifecycle(created, checked)
        finally:
            self.entity.delete_entity(self.account, created.id, self._to_plain(created.properties))

    def _is_hq_refusal(self, error: grpc.RpcError) -> bool:
        """Return whether a refusal is one that no check can foresee; it has to be one line."""
        message = get_error_message(error)
        if not message.isprintable():
            msg = f"an error would not print as one line: {message!r}"
            raise Disagreement(msg)
        return any(text in message for text in self.entity.hq_refusals)

    def _to_plain(self, message: Any) -> dict[str, Any]:
        return to_plain(message, self.host.provider)

    def _run_lifecycle(self, created: Any, checked: Any) -> None:
        self.tally.counts["created"] += 1
        state = self._read_back(created.id, created.properties, checked)
        if not self.entity.is_final(self._to_plain(state)) and self.random.random() < 0.5:
            state = self._update_once(created.id, state, self._to_plain(checked))
        if self.entity.identity_arguments and self.random.random() < SECOND_ENTITY_SHARE:
            self._create_second(created, checked)
        if self.random.random() < DELETE_SHARE:
            self.host.delete(created.id, state)

    def _create_second(self, created: Any, checked: Any) -> None:
        """Create another object that differs in its identity, and the first one again."""
        declared = self._to_plain(checked)
        table = self.entity.build_draws(self.seed)
        other = {name: table[name][0](self.random).value for name in self.entity.identity_arguments}
        try:
            second = self.host.create(self.host.check({**declared, **other}).inputs)
            again = self.host.create(checked)
        except grpc.RpcError as error:
            if not self._is_hq_refusal(error):
                raise
            return
        self.tally.counts["created next to another"] += 1
        differs = any(declared.get(name) != value for name, value in other.items())
        if again.id != created.id or (second.id != created.id) != differs:
            msg = f"{created.id} became {again.id}, and with {other} it is {second.id}"
            raise Disagreement(msg)
        for each in (created, second):
            if not self.entity.is_held(self.account, each.id, self._to_plain(each.properties)):
                msg = f"HQ does not hold {each.id}"
                raise Disagreement(msg)

    def _update_once(self, id_: str, state: Any, declared: Mapping[str, Any]) -> Any:
        """Change the object to another set, if that is valid; return the state."""
        news = draw_set(self.random, self.seed, self.entity, omit=self.entity.fixed_arguments)
        kept = {name: declared[name] for name in self.entity.fixed_arguments if name in declared}
        if not _fits_protobuf(news.values):
            return state
        check_result = self.host.check({**news.values, **kept}, declared)
        if check_result.failures or _has_unknown(
            [self._to_plain(check_result.inputs), news.values]
        ):
            return state
        verdict = self.host.diff(id_, state, check_result.inputs)
        if list(verdict.replaces):
            msg = f"{list(verdict.replaces)} would replace"
            raise Disagreement(msg)
        return (
            state
            if verdict.changes == NO_CHANGE
            else self._apply_update(id_, state, check_result, news)
        )

    def _apply_update(self, id_: str, state: Any, check_result: Any, news: ArgumentSet) -> Any:
        try:
            changed = self.host.update(id_, state, check_result.inputs)
        except grpc.RpcError as error:
            if self._is_hq_refusal(error):
                return state
            msg = f"{get_error_message(error)} (changed to {news.values!r})"
            raise Disagreement(msg) from None
        self.tally.counts["changed"] += 1
        return self._read_back(id_, changed.properties, check_result.inputs)

    def _read_back(self, id_: str, state: Any, declared: Any) -> Any:
        """Read the object, and check that nothing differs before or after."""
        unfinished = set(self._to_plain(state).get("unfinished") or ())
        if unfinished - self.entity.list_pending(self._to_plain(state), self._to_plain(declared)):
            msg = f"{unfinished} could not be finished"
            raise Disagreement(msg)
        read = self.host.read(id_, state, declared)
        for when, seen in (("before", state), ("after", read.properties)):
            verdict = self.host.diff(id_, seen, declared)
            if verdict.changes != NO_CHANGE and not unfinished:
                differing = _find_differences(self._to_plain(declared), self._to_plain(read.inputs))
                msg = f"differs {when} a refresh: {differing}"
                raise Disagreement(msg)
        return read.properties

    @staticmethod
    def _assert_equal(once: Mapping[str, Any], twice: Mapping[str, Any], what: str) -> None:
        if once != twice:
            msg = f"{what}: {once!r} became {twice!r}"
            raise Disagreement(msg)


def _fits_protobuf(bag: Mapping[str, Any]) -> bool:
    """Return whether protobuf can represent all values: not surrogates and huge numbers."""
    try:
        to_inputs(bag)
    except (OverflowError, ValueError):
        return False
    return True


def _remove_marks(value: Any) -> Any:
    """Return values as the host passes them on: secrets in plain text, unknowns as such."""
    if isinstance(value, Mapping):
        bare = {key: _remove_marks(each) for key, each in value.items()}
        return bare["value"] if SECRET_MARK.items() <= value.items() else bare
    if isinstance(value, list):
        return [_remove_marks(each) for each in value]
    return NOT_YET if value == UNKNOWN_MARK else value


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_unknown(each) for each in value.values())
    if isinstance(value, list):
        return any(_has_unknown(each) for each in value)
    return bool(value == UNKNOWN_MARK)


def _find_differences(declared: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    names = declared.keys() | live.keys()
    return {k: (declared.get(k), live.get(k)) for k in names if declared.get(k) != live.get(k)}
