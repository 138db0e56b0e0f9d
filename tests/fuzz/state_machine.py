"""Project lifecycles as a state machine: a random program compared with a simple model."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bim360_provider.core import project
from bim360_provider.core.entity import NameChange
from bim360_provider.core.names.renames import get_renames
from bim360_provider.core.project import check, diff
from bim360_provider.core.run import Ownership
from bim360_provider.emulator import ACCOUNT_ID, serve
from bim360_provider.errors import Bim360Error, ConflictError
from tests.fuzz.model import (
    MODELED_FIELDS,
    AccountModel,
    Fields,
    ProjectModel,
    ResourceModel,
    build_body,
    find_differences,
    normalize_fields,
)
from tests.support.hq import (
    DROPS_CONNECTION,
    PROJECT_BODY,
    FakeClock,
    Fault,
    FaultyEmulator,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)

SECONDS_PER_DAY = 86_400.0
SECONDS_BETWEEN_RUNS = 5.0
"""Seconds between two steps: more than the resolution of HQ's clock."""

SLOTS = st.sampled_from(["tower", "bridge", "arena"])
COMPOSED_NAME, DECOMPOSED_NAME = "Ar\u00e9na", "Are\u0301na"
"""One name in Unicode's forms C and D."""

PLAIN_NAMES = st.sampled_from(["Tower", "Bridge"])
NAMES = st.one_of(PLAIN_NAMES, st.sampled_from([COMPOSED_NAME, DECOMPOSED_NAME]))
OPTIONAL_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "end_date": st.sampled_from(["2028-06-30", "2029-01-01"]),
        "value": st.sampled_from([1, 2.5, "1.0"]),
        "city": st.sampled_from(["Oslo", COMPOSED_NAME, DECOMPOSED_NAME, "", " "]),
        "job_number": st.sampled_from(["1", "2", ""]),
        "service_types": st.sampled_from([["pm"], ["plan", "pm"], "pm,plan", ["admin", "pm"]]),
        "status": st.sampled_from(["active", "inactive", "archived"]),
        "on_destroy": st.sampled_from(["archive", "retain"]),
        "adopt": st.sampled_from(["never", "archived", "any"]),
    },
)
CHANGES: st.SearchStrategy[Fields] = st.one_of(st.just({}), OPTIONAL_FIELDS, OPTIONAL_FIELDS)
"""The default every third time, so that equal declarations meet."""

BROWSER_CHANGES = st.one_of(
    st.fixed_dictionaries(
        {"city": st.sampled_from(["Oslo", COMPOSED_NAME, DECOMPOSED_NAME, None])}
    ),
    st.fixed_dictionaries({"value": st.sampled_from([1.0, 9.0])}),
    st.fixed_dictionaries({"end_date": st.sampled_from(["2028-06-30", "2030-01-01"])}),
    st.fixed_dictionaries({"job_number": st.sampled_from(["1", "9", None])}),
    st.fixed_dictionaries({"service_types": st.sampled_from(["pm", "pm,plan", "cost"])}),
    st.fixed_dictionaries({"status": st.sampled_from(["active", "inactive", "archived"])}),
)
FAULT_REPLIES = (
    (DROPS_CONNECTION, True),
    (DROPS_CONNECTION, False),
    (build_reply(504), True),
    (build_reply(504), False),
    (build_reply(503), False),
    (build_reply(200, b"<html>proxy</html>"), True),
    (build_reply(429, retry_after="1"), False),
)
FAULTY_ROUTES = ("POST projects", "PATCH project", "GET projects", "GET project")
FOREIGN_PROJECT = {"id": str(UUID(int=7)), "account_id": str(UUID(int=8)), "name": "Another"}
"""The values by which a proxy that mixes up responses replaces ours."""


def _draw_fault(what: str) -> st.SearchStrategy[Any]:
    """Return the faults of requests of one kind, and how often each occurs."""
    foreign = build_reply(200, [FOREIGN_PROJECT] if what == "GET projects" else FOREIGN_PROJECT)
    replies = (*FAULT_REPLIES, (foreign, True), (foreign, False))
    return st.tuples(st.sampled_from(replies), st.integers(1, 2))


FAULTS = st.fixed_dictionaries({}, optional={what: _draw_fault(what) for what in FAULTY_ROUTES})
"""At most two failures of a kind: every request survives those."""

MANY_TIMES = 1_000


class ProjectLifecycles(RuleBasedStateMachine):
    """Programs, people and faults, one after the other, in one account."""

    def __init__(self) -> None:
        super().__init__()
        self.emulator = FaultyEmulator()
        self.emulator.clock.freeze()
        self._serving = serve(self.emulator)
        running = self._serving.__enter__()
        self.hq = HqFixture(running.url, self.emulator, FakeClock(self.emulator.clock.advance))
        self.account = AccountModel()
        self.stack: dict[str, ResourceModel] = {}

    def teardown(self) -> None:
        """Close all connections."""
        for client in self.hq.clients:
            client.close()
        self._serving.__exit__(None, None, None)

    # Steps of programs.

    @initialize(given=CHANGES, faults=FAULTS)
    def first_up(self, given: Fields, faults: Any) -> None:
        """Every lifecycle begins with a project."""
        self.up("tower", "Tower", given, faults)

    @precondition(lambda self: self.stack)
    @rule(data=st.data(), given=CHANGES, faults=FAULTS)
    def up_again(self, data: st.DataObject, given: Fields, faults: Any) -> None:
        """Declare an existing project, mostly under its own name."""
        slot = self._draw_slot(data)
        name = data.draw(st.sampled_from([*[self.stack[slot].inputs["name"]] * 4, "Quay"]))
        self.up(slot, name, given, faults)

    @rule(slot=SLOTS, name=NAMES, given=CHANGES, faults=FAULTS)
    def up(self, slot: str, name: str, given: Fields, faults: Any) -> None:
        """Declare a project: it is created, changed, or refused."""
        with self._run(faults):
            old = self.stack[slot].inputs if slot in self.stack else {}
            inputs = self._check_arguments(old, {**PROJECT_BODY, "name": name, **given})
            if slot in self.stack:
                self._update(self.stack[slot], inputs)
            else:
                self._create(slot, inputs)

    @precondition(lambda self: len(self._list_settled()) > 1)
    @rule(data=st.data(), faults=FAULTS)
    def exchange_names(self, data: st.DataObject, faults: Any) -> None:
        """Give two projects each other's names in one run."""
        with self._run(faults):
            one, two = data.draw(st.permutations(self._list_settled()))[:2]
            wanted = [(one, two.inputs["name"]), (two, one.inputs["name"])]
            for owned, name in wanted:
                names = NameChange("project", ACCOUNT_ID, owned.inputs["name"], name)
                get_renames(self.client).record_comparison(owned.id, names)
            for owned, name in wanted:
                inputs = {**owned.inputs, "name": name}
                outs = project.update(build_run(self.client), owned.id, owned.state, inputs)
                assert not outs["unfinished"]
                owned.inputs, owned.state = inputs, outs
                self.account.projects[owned.id].fields["name"] = name
                self._see_response(owned, inputs)
                assert not self._find_differences(owned, inputs)

    def _list_settled(self) -> list[ResourceModel]:
        """Return the projects that are open at HQ, as declared, and up to date in the state."""
        held = self.account.projects
        return [
            owned
            for _, owned in sorted(self.stack.items())
            if owned.id in held
            and held[owned.id].fields["status"] != "archived"
            and not owned.unfinished_fields
            and not find_differences(held[owned.id].fields, owned.inputs)
            and not find_differences(owned.seen_fields, owned.inputs)
        ]

    @precondition(lambda self: self.stack)
    @rule(data=st.data(), faults=FAULTS)
    def refresh(self, data: st.DataObject, faults: Any) -> None:
        """Read a project: exactly the differences are shown, and a second refresh shows none."""
        with self._run(faults):
            slot = self._draw_slot(data)
            owned = self.stack[slot]
            live = project.read(build_run(self.client), owned.id, owned.state)
            if owned.id not in self.account.projects:
                assert live is None
                del self.stack[slot]
                return
            assert live is not None
            again = project.read(build_run(self.client), owned.id, live.outputs)
            assert again == live
            owned.state = live.outputs
            owned.seen_fields = dict(self.account.projects[owned.id].fields)
            if live.outputs.get("service_types") is None and "service_types" not in owned.inputs:
                # No list has them, and no response so far had.
                owned.seen_fields["service_types"] = None
            self._find_differences(owned, owned.inputs)
            undone = {"status"} if live.inputs.get("status") == "archived" else set()
            shown = diff(live.outputs, live.inputs).changed_arguments
            assert set(shown) - {"on_destroy"} <= undone
            assert not self._list_patches()

    @precondition(lambda self: self.stack)
    @rule(data=st.data(), faults=FAULTS)
    def force_replacement(self, data: st.DataObject, faults: Any) -> None:
        """Replace a project as it is: it keeps its id, and only drift is reverted."""
        with self._run(faults):
            slot = self._draw_slot(data)
            owned = self.stack[slot]
            held = self.account.projects.get(owned.id)
            if held is not None and held.fields["name"] == owned.inputs["name"]:
                self._replace(slot, owned)

    @precondition(lambda self: self.stack)
    @rule(data=st.data(), faults=FAULTS)
    def destroy(self, data: st.DataObject, faults: Any) -> None:
        """Archive a project, or leave it; a deleted one needs nothing."""
        with self._run(faults):
            owned = self.stack.pop(self._draw_slot(data))
            project.delete(build_run(self.client), owned.id, owned.state)
            if owned.state.get("on_destroy") == "retain":
                assert not self.emulator.request_log
            elif owned.id in self.account.projects:
                self.account.projects[owned.id].fields["status"] = "archived"
                assert {*map(str, self._list_patches())} == {"{'status': 'archived'}"}

    @rule(name=PLAIN_NAMES, given=CHANGES, acts=st.booleans())
    def lose_a_create(self, name: str, given: Fields, acts: bool) -> None:
        """Create a project without a response: HQ has at most one, and no state has it."""
        with self._run({}):
            inputs = self._check_arguments({}, {**PROJECT_BODY, "name": name, **given})
            self.emulator.faults += [
                Fault("POST projects", build_reply(504), acts_on_request=acts, times=MANY_TIMES),
                Fault("GET projects", build_reply(503), times=MANY_TIMES),
            ]
            was_free = self.account.find_by_name(name) is None
            with pytest.raises(Bim360Error):
                project.create(build_run(self.client, ownership=self._build_ownership()), inputs)
            if acts and was_free:
                self._record_created(inputs)

    # Steps of people, and time.

    @precondition(lambda self: self.account.projects)
    @rule(data=st.data(), change=BROWSER_CHANGES)
    def change_by_hand(self, data: st.DataObject, change: Fields) -> None:
        """A user changes a project in the browser."""
        id_ = self._draw_project(data)
        self.emulator.call_control_plane("PATCH", f"/projects/{id_}", change)
        fields = self.account.projects[id_].fields
        fields.update(normalize_fields({**fields, **change}))

    @precondition(lambda self: self.account.projects)
    @rule(data=st.data())
    def delete_at_hq(self, data: st.DataObject) -> None:
        """A project is deleted, which should never happen."""
        id_ = self._draw_project(data)
        self.emulator.call_control_plane("DELETE", f"/projects/{id_}")
        del self.account.projects[id_]

    @precondition(lambda self: self.account.projects)
    @rule(data=st.data())
    def sign_in(self, data: st.DataObject) -> None:
        """The first project admin makes a project active."""
        id_ = self._draw_project(data)
        held = self.account.projects[id_]
        signed = {"last_sign_in": "2026-01-02T03:04:05.678Z"}
        status = "active" if held.fields["status"] == "pending" else held.fields["status"]
        self.emulator.call_control_plane("PATCH", f"/projects/{id_}", {"status": status, **signed})
        held.fields["status"], held.signed_in = status, True

    @precondition(lambda self: self.stack)
    @rule(data=st.data(), at_once=st.booleans(), faults=FAULTS)
    def lose_the_state(self, data: st.DataObject, at_once: bool, faults: Any) -> None:
        """A run is killed before its state is written, and perhaps started again at once."""
        slot = self._draw_slot(data)
        owned = self.stack.pop(slot)
        if at_once:
            with self._run(faults):
                self._create(slot, owned.inputs)

    @rule(unasked=st.sampled_from(["", "insight", "insight,admin"]))
    def set_implicit_services(self, unasked: str) -> None:
        """HQ adds services that were not declared."""
        self.emulator.call_control_plane("PATCH", "/options", {"services_unasked": unasked})

    @rule()
    def advance_a_day(self) -> None:
        """A leftover has an owner by now."""
        self.emulator.clock.advance(SECONDS_PER_DAY)

    # Invariants.

    @invariant()
    def check_hq_equals_model(self) -> None:
        """No project is duplicated, lost or incomplete."""
        rows = {row["id"]: normalize_fields(row) for row in self._list_rows()}
        assert rows == {id_: held.fields for id_, held in self.account.projects.items()}

    @invariant()
    def check_projects_are_owned_once(self) -> None:
        """If two resources owned a project, archiving it for one would take it from the other."""
        ids = [owned.id for owned in self.stack.values()]
        assert len(ids) == len(set(ids))

    # How a step runs, and how it is checked.

    def _draw_slot(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.stack)))

    def _draw_project(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.account.projects)))

    @contextmanager
    def _run(self, faults: Any) -> Iterator[None]:
        """Run with a new client, a new token and new faults."""
        self.emulator.clock.advance(SECONDS_BETWEEN_RUNS)
        self.client = self.hq.create_client()
        self.emulator.requests.clear()
        self.emulator.request_log.clear()
        self.emulator.faults[:] = [
            Fault(what, reply, acts, times) for what, ((reply, acts), times) in faults.items()
        ]
        yield
        paths = [request.path for request in self.emulator.requests]
        expected = (f"/accounts/{ACCOUNT_ID}/", "token", "/construction/admin/v1/projects/")
        assert all(any(part in path for part in expected) for path in paths)
        self.emulator.faults.clear()
        self.client.close()
        self.hq.clients.remove(self.client)

    def _build_ownership(self, without: str = "") -> Ownership:
        """Return the owners in this run, without a project that is being replaced."""
        states = {owned.id: owned.state for owned in self.stack.values() if owned.id == without}
        owners = Ownership(find_previous_state=states.get)
        for owned in self.stack.values():
            if owned.id != without:
                owners.mark_owned(owned.id)
        return owners

    def _check_arguments(self, old: Fields, given: Fields) -> Any:
        inputs, problems = check(old, given, build_settings())
        assert problems == []
        assert self.emulator.request_log == []
        return inputs

    def _list_patches(self) -> list[Fields]:
        return [json.loads(sent.body) for sent in self.emulator.requests if sent.method == "PATCH"]

    def _find_differences(self, owned: ResourceModel, inputs: Fields) -> set[str]:
        """Return the differences by the model, if diff agrees and sends no request."""
        count = len(self.emulator.request_log)
        found = set(diff(owned.state, inputs).changed_arguments) - {"on_destroy"}
        assert len(self.emulator.request_log) == count
        assert found == find_differences(owned.seen_fields, inputs)
        return found

    def _list_rows(self) -> list[Fields]:
        """Return all projects at HQ; the other account has none."""
        state: Any = self.emulator.call_control_plane("GET", "/state")
        here, elsewhere = state["accounts"]
        assert not elsewhere["projects"]
        return list(here["projects"])

    def _record_created(self, inputs: Fields) -> str:
        """Add a new project to the model, with the id from HQ."""
        (new,) = [row for row in self._list_rows() if row["id"] not in self.account.projects]
        services = inputs.get("service_types") or normalize_fields(new)["service_types"]
        fields = normalize_fields({**inputs, "service_types": services, "status": "pending"})
        self.account.projects[new["id"]] = ProjectModel(fields, self.emulator.clock.now())
        return str(new["id"])

    def _is_adoptable(self, id_: str, inputs: Fields) -> bool:
        """Return whether a name in use may be adopted (docs/reference/project.md)."""
        held = self.account.projects[id_]
        if id_ in {owned.id for owned in self.stack.values()}:
            return False
        status = held.fields["status"]
        policy = inputs.get("adopt", "never")
        if policy == "any" or (policy == "archived" and status == "archived"):
            return True
        as_left = {"pending"} | ({"inactive", "archived"} & {inputs.get("status")})
        is_recent = self.emulator.clock.now() - held.created_at < SECONDS_PER_DAY
        unseen = {"status", "service_types"}
        declared = {name: value for name, value in inputs.items() if name not in unseen}
        other = find_differences(held.fields, declared) - {"status"}
        return status in as_left and is_recent and not held.signed_in and not other

    def _create(self, slot: str, inputs: Fields) -> None:
        same_name = self.account.find_by_name(inputs["name"])
        expected = same_name is None or self._is_adoptable(same_name, inputs)
        try:
            id_, outs = project.create(
                build_run(self.client, ownership=self._build_ownership()), inputs
            )
        except ConflictError:
            assert not expected
            assert not self._list_patches()
            return
        assert expected
        adopted = id_ if same_name is not None else None
        assert adopted == same_name
        if same_name is None:
            assert id_ == self._record_created(inputs)
        is_new = same_name is None
        settable = {"status"} if is_new else {*inputs, "status"}
        wanted, refreshed, applied = self._apply_differences(id_, inputs, settable)
        if is_new:
            refreshed["service_types"] = normalize_fields(inputs)["service_types"]
        self._own(slot, ResourceModel(id_, inputs, outs, refreshed, set() if applied else wanted))
        self._assert_sent_only(wanted)
        assert diff(outs, inputs).is_unfinished == (not applied)
        assert not (applied and self._find_differences(self.stack[slot], inputs))

    def _apply_differences(
        self, id_: str, inputs: Fields, settable: set[str]
    ) -> tuple[set[str], Fields, bool]:
        """Return the differing fields, the fields after an update, and whether HQ accepted it."""
        before = dict(self.account.projects[id_].fields)
        wanted = find_differences(before, inputs) & settable
        body = build_body(inputs, wanted)
        applied = not wanted or self.account.apply_update(id_, before["status"], body)
        return wanted, dict(self.account.projects[id_].fields) if applied else before, applied

    def _own(self, slot: str, owned: ResourceModel) -> None:
        self.stack[slot] = owned
        assert {*owned.state["unfinished"]} == owned.unfinished_fields

    def _replace(self, slot: str, owned: ResourceModel) -> None:
        """Create without the inputs of the old resource, only with its state; then delete that."""
        owners, inputs = self._build_ownership(without=owned.id), owned.inputs
        wanted, refreshed, applied = self._apply_differences(owned.id, inputs, {*MODELED_FIELDS})
        id_, outs = project.create(build_run(self.client, ownership=owners), inputs)
        project.delete(build_run(self.client, ownership=owners), owned.id, owned.state)
        assert id_ == owned.id
        self._own(slot, ResourceModel(id_, inputs, outs, refreshed, set() if applied else wanted))
        self._assert_sent_only(wanted)

    def _update(self, owned: ResourceModel, inputs: Fields) -> None:
        changed = self._find_differences(owned, inputs)
        verdict = diff(owned.state, inputs)
        if not (verdict.changed_arguments or verdict.is_unfinished):
            owned.inputs = inputs
            return
        left = {each for each in owned.unfinished_fields if each == "status" or each in inputs}
        wanted = changed | left
        is_there = owned.id in self.account.projects
        is_fresh = is_there and not find_differences(
            owned.seen_fields, self.account.projects[owned.id].fields
        )
        body = build_body(inputs, wanted)
        applied = not body or (
            is_there and self.account.apply_update(owned.id, owned.seen_fields["status"], body)
        )
        try:
            outs = project.update(build_run(self.client), owned.id, owned.state, inputs)
        except Bim360Error:
            assert not applied
            self._assert_sent_only(wanted)
            return
        assert applied
        self._assert_sent_only(wanted)
        if body:
            self._see_response(owned, inputs)
        owned.inputs, owned.state, owned.unfinished_fields = inputs, outs, set()
        # Changes at HQ since the last read are in the response, and left to the next up.
        assert not (self._find_differences(owned, inputs) and is_fresh)
        assert not diff(outs, inputs).is_unfinished

    def _see_response(self, owned: ResourceModel, inputs: Fields) -> None:
        """Record the fields of a response to a PATCH, which leaves the services out."""
        declared = normalize_fields(inputs)["service_types"]
        services = owned.seen_fields["service_types"] if declared is None else declared
        fields = self.account.projects[owned.id].fields
        owned.seen_fields = {**fields, "service_types": services}

    def _assert_sent_only(self, wanted: set[str]) -> None:
        """Assert that only the differences are sent."""
        for body in self._list_patches():
            assert body.keys() <= wanted
