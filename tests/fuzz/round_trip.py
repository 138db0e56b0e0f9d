"""Sets of arguments on their way through the real host to the emulator and back."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2

from bim360_provider.core.settings import Settings
from bim360_provider.core.validation import UNKNOWN as NOT_YET
from bim360_provider.core.validation import Problem
from bim360_provider.emulator import ACCOUNT_ID, ADMIN_EMAIL, serve
from tests.fuzz.argument_sets import ArgumentSet, FuzzEntity, argument_sets
from tests.fuzz.entities import ENTITIES, IMAGE_FILES, PROJECT_ID, TEMPLATE_ID
from tests.fuzz.strategies import SELECTABLE_SERVICES, Expectation
from tests.host.conftest import build_config
from tests.host.dynamic_host import (
    SECRET_MARK,
    UNKNOWN_MARK,
    DynamicHost,
    get_error_message,
    start_host,
    to_inputs,
    to_plain,
)
from tests.support.hq import PROJECT_INPUTS, FaultyEmulator
from tests.support.members import MEMBER_INPUTS

NO_CHANGE: Final = provider_pb2.DiffResponse.DIFF_NONE
OPTIONS: Final = {
    "admin_rate_limit_per_minute": 0,
    "job_duration": 0,
    "import_strangers": "create",
}
"""A copy is done at once, so that no create waits for one; unknown people are invited."""

PROJECTS: Final = (
    {"id": TEMPLATE_ID, "name": "Template of all", "service_types": "field"},
    {"id": PROJECT_ID, "name": "Open to all", "service_types": ",".join(SELECTABLE_SERVICES)},
)
EXAMPLE: Final = {**PROJECT_INPUTS, **MEMBER_INPUTS, "email": "unknown@nowhere.com", "trade": "-"}
"""The state of an object that no set equals."""


@dataclass(frozen=True)
class FuzzRunner:
    """A host, its HQ, and the state to which HQ is reset before each create."""

    host: DynamicHost
    emulator: FaultyEmulator
    state: Any

    def run_sets(self, kind: str, sets: int, number: int | None = None) -> Counter[str]:
        """Try so many sets, and return the counts; a failure is reduced to the smallest set.

        Args:
            kind: The name of the entity.
            sets: The number of sets.
            number: The seed; without one, the sets are the same in each run.
        """
        counts: Counter[str] = Counter()

        @settings(
            max_examples=sets,
            derandomize=number is None,
            database=None,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        )
        @given(st.data())
        def try_set(data: st.DataObject) -> None:
            RoundTrip(self, ENTITIES[kind], data, counts).run()

        (try_set if number is None else seed(number)(try_set))()
        return counts


@contextmanager
def start_runner() -> Iterator[FuzzRunner]:
    """Run a host and its HQ."""
    emulator = FaultyEmulator(**OPTIONS)
    state: Any = emulator.call_control_plane("GET", "/state")
    state["accounts"][0]["projects"] = [*PROJECTS]
    emulator.call_control_plane("PUT", "/state", state)
    state = emulator.call_control_plane("GET", "/state")
    with tempfile.TemporaryDirectory() as name, serve(emulator) as hq:
        for file, content in IMAGE_FILES.items():
            (Path(name) / file).write_bytes(content)
        config = {**build_config(hq.url), "bim360:actingUser": ADMIN_EMAIL}
        with start_host(Path(name), config) as host:
            yield FuzzRunner(host, emulator, state)


def find_blamed_argument(reason: str, names: Iterable[str]) -> str | None:
    """Return the argument that a refusal begins with."""
    fits = (name for name in names if reason.startswith(str(Problem(name, ""))))
    return max(fits, key=len, default=None)


def check_refusals(given: ArgumentSet, reasons: list[str]) -> bool:
    """Assert that exactly the wrong arguments are refused; return whether any is."""
    known = {*given.names, *given.entity.kind.model.model_fields}
    found = {find_blamed_argument(reason, known) for reason in reasons}
    assert all(reason.isprintable() for reason in reasons), reasons
    assert found <= given.suspect_names, (reasons, given.suspect_names)
    assert given.invalid_names <= found, (reasons, given.invalid_names)
    return bool(found)


class RoundTrip:
    """The trial of one set."""

    def __init__(
        self, runner: FuzzRunner, entity: FuzzEntity, data: st.DataObject, counts: Counter[str]
    ) -> None:
        self.host = runner.host.with_provider(entity.kind.provider())
        self.emulator, self.state = runner.emulator, runner.state
        self.entity = entity
        self.data = data
        self.counts = counts

    def run(self) -> None:
        """Check a set and, if it is accepted, create, read, update and delete the object."""
        given = self.data.draw(argument_sets(self.entity))
        self.counts["sets"] += 1
        if not _fits_protobuf(given.values):
            # gRPC cannot send it; in-process callers of the core may.
            self._check_in_process(given)
            return
        checked = self.host.check(given.values)
        refused = check_refusals(given, [failure.reason for failure in checked.failures])
        self.counts["refused" if refused else "accepted"] += 1
        if not refused:
            self._create(given, checked.inputs)

    def _check_in_process(self, given: ArgumentSet) -> None:
        config = {"bim360:accountId": ACCOUNT_ID, "bim360:actingUser": ADMIN_EMAIL}
        settings = Settings.resolve(config, {})
        _, problems = self.entity.kind.core.check({}, _remove_marks(given.values), settings)
        assert check_refusals(given, [str(each) for each in problems if not each.warning])
        self.counts["refused in process"] += 1

    def _create(self, given: ArgumentSet, checked: Any) -> None:
        once = self._to_plain(checked)
        assert once == self._to_plain(self.host.check(once).inputs), "checked twice"
        example = to_inputs(EXAMPLE, self.host.provider)
        difference = self.host.diff("p1", example, checked)
        # A member without a known e-mail has a number as its key, and no unknown value is left.
        if _has_unknown([once, given.values]):
            self.counts["unknown"] += 1
            assert difference.changes != NO_CHANGE
            return
        # No object of the last set remains, and the diff above was not of a replacement.
        self.emulator.call_control_plane("PUT", "/state", self.state)
        self.host.begin_run()
        try:
            created = self.host.create(checked)
        except grpc.RpcError as error:
            if not (given.list_names_with(Expectation.EITHER) and self._is_hq_refusal(error)):
                raise
            self.counts["refused by HQ"] += 1
            return
        self.counts["created"] += 1
        self._run_lifecycle(created, checked)

    def _is_hq_refusal(self, error: grpc.RpcError) -> bool:
        """Return whether a refusal is one that no check can foresee; it has to be one line."""
        message = get_error_message(error).strip()
        assert message.isprintable(), message
        return any(text in message for text in self.entity.hq_refusals)

    def _to_plain(self, message: Any) -> dict[str, Any]:
        return to_plain(message, self.host.provider)

    def _run_lifecycle(self, created: Any, checked: Any) -> None:
        state = self._read(created.id, created.properties, checked)
        if self.entity.second_identity and self.data.draw(st.booleans()):
            self._create_second(created, checked)
        elif not self.entity.is_final(self._to_plain(state)):
            state = self._update(created.id, state, self._to_plain(checked))
        if self.data.draw(st.sampled_from([False, False, False, True])):
            self.host.delete(created.id, state)

    def _create_second(self, created: Any, checked: Any) -> None:
        """Create another object that differs in its identity, and the first one again."""
        name = self.entity.second_identity
        declared = self._to_plain(checked)
        other = self.data.draw(self.entity.arguments[name][0]).value
        try:
            second = self.host.create(self.host.check({**declared, name: other}).inputs)
            again = self.host.create(checked)
        except grpc.RpcError as error:
            if not self._is_hq_refusal(error):
                raise
            return
        self.counts["created next to another"] += 1
        assert again.id == created.id
        assert (second.id == created.id) == (declared[name] == other)
        assert self._is_held(created.id), created.id
        assert self._is_held(second.id), second.id

    def _is_held(self, id_: str) -> bool:
        """Return whether a service is active in its project, and its admin has it."""
        project_id, user_id, service = id_.split(":")
        state: Any = self.emulator.call_control_plane("GET", "/state")
        (row,) = (each for each in state["accounts"][0]["projects"] if each["id"] == project_id)
        (user,) = (each for each in row["users"] if each["user_id"] == user_id)
        return service in row["active_services"].split(",") and service in user["modules"]

    def _update(self, id_: str, state: Any, declared: Mapping[str, Any]) -> Any:
        """Change the object to another set, if that is valid; return the state."""
        fixed = self.entity.fixed_arguments
        news = self.data.draw(argument_sets(self.entity, omit=fixed))
        kept = {name: declared[name] for name in fixed if name in declared}
        if not _fits_protobuf(news.values):
            return state
        checked = self.host.check({**news.values, **kept}, declared)
        if checked.failures or _has_unknown([self._to_plain(checked.inputs), news.values]):
            return state
        difference = self.host.diff(id_, state, checked.inputs)
        assert not difference.replaces
        if difference.changes == NO_CHANGE:
            return state
        try:
            changed = self.host.update(id_, state, checked.inputs)
        except grpc.RpcError as error:
            if not self._is_hq_refusal(error):
                raise
            return state
        self.counts["changed"] += 1
        return self._read(id_, changed.properties, checked.inputs)

    def _read(self, id_: str, state: Any, declared: Any) -> Any:
        """Read the object, and check that nothing differs before or after."""
        unfinished = set(self._to_plain(state).get("unfinished") or ())
        assert unfinished <= self.entity.list_pending(
            self._to_plain(state), self._to_plain(declared)
        )
        read = self.host.read(id_, state, declared)
        for when, seen in (("before", state), ("after", read.properties)):
            difference = self.host.diff(id_, seen, declared)
            shown = self._to_plain(declared), self._to_plain(read.inputs)
            assert difference.changes == NO_CHANGE or unfinished, (f"{when} a refresh", *shown)
        return read.properties


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
