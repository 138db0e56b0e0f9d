"""Project lifecycles as a state machine: a random program compared with a simple model."""

import json
from typing import Any
from uuid import UUID

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
SAME_NAME_SHARE = 0.8


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

    @initialize(given=CHANGES, weather=FAULTS)
    def first_up(self, given: Fields, weather: Any) -> None:
        """Every lifecycle begins with a project."""
        self.up("tower", "Tower", given, weather)

    @precondition(lambda self: self.stack)
    @rule(choose=st.randoms(use_true_random=False), given=CHANGES, weather=FAULTS)
    def up_again(self, choose: Any, given: Fields, weather: Any) -> None:
        """Declare an existing project, mostly under its own name."""
        slot = choose.choice(sorted(self.stack))
        name = self.stack[slot].inputs["name"] if choose.random() < SAME_NAME_SHARE else "Quay"
        self.up(slot, name, given, weather)

    @rule(slot=SLOTS, name=NAMES, given=CHANGES, weather=FAULTS)
    def up(self, slot: str, name: str, given: Fields, weather: Any) -> None:
        """Declare a project: it is created, changed, or refused."""
        self._begin_run(weather)
        old = self.stack[slot].inputs if slot in self.stack else {}
        inputs = self._check_arguments(old, {**PROJECT_BODY, "name": name, **given})
        if slot in self.stack:
            self._update(self.stack[slot], inputs)
        else:
            self._create(slot, inputs)
        self._end_run()

    @precondition(lambda self: len(self._list_settled()) > 1)
    @rule(choose=st.randoms(use_true_random=False), weather=FAULTS)
    def exchange_names(self, choose: Any, weather: Any) -> None:
        """Give two projects each other's names in one run."""
        self._begin_run(weather)
        one, two = choose.sample(self._list_settled(), 2)
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
            declared = normalize_fields(inputs)["service_types"]
            services = owned.seen_fields["service_types"] if declared is None else declared
            owned.seen_fields = {
                **self.account.projects[owned.id].fields,
                "service_types": services,
            }
            assert not self._find_differences(owned, inputs)
        self._end_run()

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
    @rule(choose=st.randoms(use_true_random=False), weather=FAULTS)
    def refresh(self, choose: Any, weather: Any) -> None:
        """Read a project: exactly the differences are shown, and a second refresh shows none."""
        self._begin_run(weather)
        slot = choose.choice(sorted(self.stack))
        owned = self.stack[slot]
        live = project.read(build_run(self.client), owned.id, owned.state)
        if owned.id not in self.account.projects:
            assert live is None
            del self.stack[slot]
            return self._end_run()
        assert live is not None
        again = project.read(build_run(self.client), owned.id, live.outputs)
        assert again == live
        owned.state = live.outputs
        owned.seen_fields = dict(self.account.projects[owned.id].fields)
        if live.outputs.get("service_types") is None and "service_types" not in owned.inputs:
            owned.seen_fields["service_types"] = (
                None  # no list has them, and no response so far had
            )
        self._find_differences(owned, owned.inputs)
        undone = {"status"} if live.inputs.get("status") == "archived" else set()
        shown = diff(live.outputs, live.inputs).changed_arguments
        assert set(shown) - {"on_destroy"} <= undone
        assert not self._list_patches()
        return self._end_run()

    @precondition(lambda self: self.stack)
    @rule(choose=st.randoms(use_true_random=False), weather=FAULTS)
    def force_replacement(self, choose: Any, weather: Any) -> None:
        """Replace a project as it is: it keeps its id, and only drift is reverted."""
        self._begin_run(weather)
        slot = choose.choice(sorted(self.stack))
        owned = self.stack[slot]
        if owned.id not in self.account.projects:
            return self._end_run()
        name = self.account.projects[owned.id].fields["name"]
        if name != owned.inputs["name"]:
            return self._end_run()
        self._replace(slot, owned)
        return self._end_run()

    @precondition(lambda self: self.stack)
    @rule(choose=st.randoms(use_true_random=False), weather=FAULTS)
    def destroy(self, choose: Any, weather: Any) -> None:
        """Archive a project, or leave it; a deleted one needs nothing."""
        self._begin_run(weather)
        owned = self.stack.pop(choose.choice(sorted(self.stack)))
        project.delete(build_run(self.client), owned.id, owned.state)
        if owned.state.get("on_destroy") == "retain":
            assert not self.emulator.request_log
        elif owned.id in self.account.projects:
            self.account.projects[owned.id].fields["status"] = "archived"
            assert {*map(str, self._list_patches())} == {"{'status': 'archived'}"}
        self._end_run()

    @rule(name=PLAIN_NAMES, given=CHANGES, acts=st.booleans())
    def lose_a_create(self, name: str, given: Fields, acts: bool) -> None:
        """Create a project without a response: HQ has at most one, and no state has it."""
        self._begin_run({})
        inputs = self._check_arguments({}, {**PROJECT_BODY, "name": name, **given})
        self.emulator.faults += [
            Fault("POST projects", build_reply(504), acts_on_request=acts, times=MANY_TIMES),
            Fault("GET projects", build_reply(503), times=MANY_TIMES),
        ]
        was_free = self.account.find_by_name(name) is None
        try:
            project.create(build_run(self.client, ownership=self._build_ownership()), inputs)
        except Bim360Error:
            pass
        else:
            msg = "HQ did not respond, and yet the create succeeded"
            raise AssertionError(msg)
        if acts and was_free:
            self._record_created(inputs)
        self._end_run()

    # Steps of people, and time.

    @precondition(lambda self: self.account.projects)
    @rule(choose=st.randoms(use_true_random=False), change=BROWSER_CHANGES)
    def change_by_hand(self, choose: Any, change: Fields) -> None:
        """A user changes a project in the browser."""
        id_ = choose.choice(sorted(self.account.projects))
        self.emulator.call_control_plane("PATCH", f"/projects/{id_}", change)
        fields = self.account.projects[id_].fields
        fields.update(normalize_fields({**fields, **change}))

    @precondition(lambda self: self.account.projects)
    @rule(choose=st.randoms(use_true_random=False))
    def delete_at_hq(self, choose: Any) -> None:
        """A project is deleted, which should never happen."""
        id_ = choose.choice(sorted(self.account.projects))
        self.emulator.call_control_plane("DELETE", f"/projects/{id_}")
        del self.account.projects[id_]

    @precondition(lambda self: self.account.projects)
    @rule(choose=st.randoms(use_true_random=False))
    def sign_in(self, choose: Any) -> None:
        """The first project admin makes a project active."""
        id_ = choose.choice(sorted(self.account.projects))
        held = self.account.projects[id_]
        signed = {"last_sign_in": "2026-01-02T03:04:05.678Z"}
        status = "active" if held.fields["status"] == "pending" else held.fields["status"]
        self.emulator.call_control_plane("PATCH", f"/projects/{id_}", {"status": status, **signed})
        held.fields["status"], held.signed_in = status, True

    @precondition(lambda self: self.stack)
    @rule(choose=st.randoms(use_true_random=False), at_once=st.booleans(), weather=FAULTS)
    def lose_the_state(self, choose: Any, at_once: bool, weather: Any) -> None:
        """A run is killed before its state is written, and perhaps started again at once."""
        slot = choose.choice(sorted(self.stack))
        owned = self.stack.pop(slot)
        if at_once:
            self._begin_run(weather)
            self._create(slot, owned.inputs)
            self._end_run()

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
        state: Any = self.emulator.call_control_plane("GET", "/state")
        here, elsewhere = state["accounts"]
        rows = {row["id"]: normalize_fields(row) for row in here["projects"]}
        assert rows == {id_: held.fields for id_, held in self.account.projects.items()}
        assert not elsewhere["projects"]

    @invariant()
    def check_projects_are_owned_once(self) -> None:
        """If two resources owned a project, archiving it for one would take it from the other."""
        ids = [owned.id for owned in self.stack.values()]
        assert len(ids) == len(set(ids))

    # How a step runs, and how it is checked.

    def _begin_run(self, weather: Any) -> None:
        """Begin a run with a new client, a new token and new faults."""
        self.emulator.clock.advance(SECONDS_BETWEEN_RUNS)
        self.client = self.hq.create_client()
        self.emulator.requests.clear()
        self.emulator.request_log.clear()
        self.emulator.faults[:] = [
            Fault(what, reply, acts, times) for what, ((reply, acts), times) in weather.items()
        ]

    def _end_run(self) -> None:
        paths = [request.path for request in self.emulator.requests]
        assert all(f"/accounts/{ACCOUNT_ID}/" in path or "token" in path for path in paths)
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

    def _record_created(self, inputs: Fields) -> str:
        """Add a new project to the model, with the id from HQ."""
        state: Any = self.emulator.call_control_plane("GET", "/state")
        rows = state["accounts"][0]["projects"]
        (new,) = [row for row in rows if row["id"] not in self.account.projects]
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
        before = dict(self.account.projects[id_].fields)
        wanted = find_differences(before, inputs) & (
            {"status"} if same_name is None else {*inputs, "status"}
        )
        body = build_body(inputs, wanted)
        applied = not wanted or self.account.apply_update(id_, before["status"], body)
        self._assert_sent_only(wanted)
        refreshed = dict(self.account.projects[id_].fields) if applied else before
        if same_name is None:
            refreshed["service_types"] = normalize_fields(inputs)["service_types"]
        owned = ResourceModel(id_, inputs, outs, refreshed, set() if applied else wanted)
        self.stack[slot] = owned
        assert set(outs["unfinished"]) == owned.unfinished_fields
        assert diff(outs, inputs).is_unfinished == (not applied)
        assert not (applied and self._find_differences(owned, inputs))

    def _replace(self, slot: str, owned: ResourceModel) -> None:
        """Create without the inputs of the old resource, only with its state; then delete that."""
        owners = self._build_ownership(without=owned.id)
        before = dict(self.account.projects[owned.id].fields)
        wanted = find_differences(before, owned.inputs)
        body = build_body(owned.inputs, wanted)
        applied = not wanted or self.account.apply_update(owned.id, before["status"], body)
        id_, outs = project.create(build_run(self.client, ownership=owners), owned.inputs)
        project.delete(build_run(self.client, ownership=owners), owned.id, owned.state)
        assert id_ == owned.id
        self._assert_sent_only(wanted)
        refreshed = dict(self.account.projects[id_].fields) if applied else before
        self.stack[slot] = ResourceModel(
            id_, owned.inputs, outs, refreshed, set() if applied else wanted
        )
        assert set(outs["unfinished"]) == self.stack[slot].unfinished_fields

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
            services = normalize_fields(inputs)["service_types"]
            services = owned.seen_fields["service_types"] if services is None else services
            owned.seen_fields = {
                **self.account.projects[owned.id].fields,
                "service_types": services,
            }
        owned.inputs, owned.state, owned.unfinished_fields = inputs, outs, set()
        # Changes at HQ since the last read are in the response, and left to the next up.
        assert not (self._find_differences(owned, inputs) and is_fresh)
        assert not diff(outs, inputs).is_unfinished

    def _assert_sent_only(self, wanted: set[str]) -> None:
        """Assert that only the differences are sent."""
        for body in self._list_patches():
            assert body.keys() <= wanted
