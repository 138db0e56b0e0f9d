"""Lives of projects as a state machine: a random program beside a simple model of it."""

import json
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bim360_provider.core import project
from bim360_provider.core.entity import Names
from bim360_provider.core.names.renames import renames_of
from bim360_provider.core.project import check, diff
from bim360_provider.core.run import Owners
from bim360_provider.emulator import ACCOUNT_ID, serve
from bim360_provider.errors import Bim360Error, ConflictError
from tests.fuzz.model import Account, Fields, Held, Owned, body_of, differing, tidy
from tests.support.hq import BODY, HANGS_UP, Actor, Fault, Stage, SteeredClock, says, settings

A_DAY = 86_400.0
BETWEEN_RUNS = 5.0
"""Seconds between two steps: more than HQ's clock is cut to."""

SLOTS = st.sampled_from(["tower", "bridge", "arena"])
COMPOSED, DECOMPOSED = "Ar\u00e9na", "Are\u0301na"
"""One name in Unicode's forms C and D."""

PLAIN_NAMES = st.sampled_from(["Tower", "Bridge"])
NAMES = st.one_of(PLAIN_NAMES, st.sampled_from([COMPOSED, DECOMPOSED]))
ANYTHING = st.fixed_dictionaries(
    {},
    optional={
        "end_date": st.sampled_from(["2028-06-30", "2029-01-01"]),
        "value": st.sampled_from([1, 2.5, "1.0"]),
        "city": st.sampled_from(["Oslo", COMPOSED, DECOMPOSED, "", " "]),
        "job_number": st.sampled_from(["1", "2", ""]),
        "service_types": st.sampled_from([["pm"], ["plan", "pm"], "pm,plan", ["admin", "pm"]]),
        "status": st.sampled_from(["active", "inactive", "archived"]),
        "on_destroy": st.sampled_from(["archive", "retain"]),
        "adopt": st.sampled_from(["never", "archived", "any"]),
    },
)
CHANGES: st.SearchStrategy[Fields] = st.one_of(st.just({}), ANYTHING, ANYTHING)
"""As declared by default every third time, so that equal declarations meet."""

BY_HAND = st.one_of(
    st.fixed_dictionaries({"city": st.sampled_from(["Oslo", COMPOSED, DECOMPOSED, None])}),
    st.fixed_dictionaries({"value": st.sampled_from([1.0, 9.0])}),
    st.fixed_dictionaries({"end_date": st.sampled_from(["2028-06-30", "2030-01-01"])}),
    st.fixed_dictionaries({"job_number": st.sampled_from(["1", "9", None])}),
    st.fixed_dictionaries({"service_types": st.sampled_from(["pm", "pm,plan", "cost"])}),
    st.fixed_dictionaries({"status": st.sampled_from(["active", "inactive", "archived"])}),
)
TROUBLES = (
    (HANGS_UP, True),
    (HANGS_UP, False),
    (says(504), True),
    (says(504), False),
    (says(503), False),
    (says(200, b"<html>proxy</html>"), True),
    (says(429, retry_after="1"), False),
)
KINDS = ("POST projects", "PATCH project", "GET projects", "GET project")
ANOTHER = {"id": str(UUID(int=7)), "account_id": str(UUID(int=8)), "name": "Another"}
"""What a proxy that mixes up responses puts in the place of ours."""


def _trouble(what: str) -> st.SearchStrategy[Any]:
    """Return what may go wrong with requests of one kind, and how often."""
    foreign = says(200, [ANOTHER] if what == "GET projects" else ANOTHER)
    replies = (*TROUBLES, (foreign, True), (foreign, False))
    return st.tuples(st.sampled_from(replies), st.integers(1, 2))


WEATHER = st.fixed_dictionaries({}, optional={what: _trouble(what) for what in KINDS})
"""At most two failures of a kind: what every request survives."""

FOR_EVER = 1_000
MOSTLY = 0.8


class Lives(RuleBasedStateMachine):
    """Programs, people and bad weather, one after the other, in one account."""

    def __init__(self) -> None:
        super().__init__()
        self.hq = Actor()
        self.hq.clock.freeze()
        self._serving = serve(self.hq)
        running = self._serving.__enter__()
        self.stage = Stage(running.url, self.hq, SteeredClock(self.hq.clock.advance))
        self.account = Account()
        self.stack: dict[str, Owned] = {}

    def teardown(self) -> None:
        """Close what is open."""
        for client in self.stage.clients:
            client.close()
        self._serving.__exit__(None, None, None)

    # What programs do.

    @initialize(given=CHANGES, weather=WEATHER)
    def first_up(self, given: Fields, weather: Any) -> None:
        """No life begins without a project."""
        self.up("tower", "Tower", given, weather)

    @precondition(lambda self: self.stack)
    @rule(choose=st.randoms(use_true_random=False), given=CHANGES, weather=WEATHER)
    def up_again(self, choose: Any, given: Fields, weather: Any) -> None:
        """Declare a project that is there, mostly under its own name."""
        slot = choose.choice(sorted(self.stack))
        name = self.stack[slot].inputs["name"] if choose.random() < MOSTLY else "Quay"
        self.up(slot, name, given, weather)

    @rule(slot=SLOTS, name=NAMES, given=CHANGES, weather=WEATHER)
    def up(self, slot: str, name: str, given: Fields, weather: Any) -> None:
        """Declare a project: it is made, or changed, or refused."""
        self._begin(weather)
        old = self.stack[slot].inputs if slot in self.stack else {}
        inputs = self._checked(old, {**BODY, "name": name, **given})
        if slot in self.stack:
            self._update(self.stack[slot], inputs)
        else:
            self._create(slot, inputs)
        self._end()

    @precondition(lambda self: len(self._settled()) > 1)
    @rule(choose=st.randoms(use_true_random=False), weather=WEATHER)
    def exchange_names(self, choose: Any, weather: Any) -> None:
        """Give two projects each other's names in one run."""
        self._begin(weather)
        one, two = choose.sample(self._settled(), 2)
        wanted = [(one, two.inputs["name"]), (two, one.inputs["name"])]
        for owned, name in wanted:
            names = Names("project", ACCOUNT_ID, owned.inputs["name"], name)
            renames_of(self.client).compare(owned.id, names)
        for owned, name in wanted:
            inputs = {**owned.inputs, "name": name}
            outs = project.update(self.client, owned.id, owned.state, inputs)
            assert not outs["unfinished"]
            owned.inputs, owned.state = inputs, outs
            self.account.held[owned.id].fields["name"] = name
            declared = tidy(inputs)["service_types"]
            services = owned.seen["service_types"] if declared is None else declared
            owned.seen = {**self.account.held[owned.id].fields, "service_types": services}
            assert not self._differs(owned, inputs)
        self._end()

    def _settled(self) -> list[Owned]:
        """Return what is open at HQ just as the stack declares and has seen it."""
        held = self.account.held
        return [
            owned
            for _, owned in sorted(self.stack.items())
            if owned.id in held
            and held[owned.id].fields["status"] != "archived"
            and not owned.unfinished
            and not differing(held[owned.id].fields, owned.inputs)
            and not differing(owned.seen, owned.inputs)
        ]

    @precondition(lambda self: self.stack)
    @rule(choose=st.randoms(use_true_random=False), weather=WEATHER)
    def refresh(self, choose: Any, weather: Any) -> None:
        """Read a project: exactly what differs is shown, and a second look shows no more."""
        self._begin(weather)
        slot = choose.choice(sorted(self.stack))
        owned = self.stack[slot]
        live = project.read(self.client, owned.id, owned.state)
        if owned.id not in self.account.held:
            assert live is None
            del self.stack[slot]
            return self._end()
        assert live is not None
        again = project.read(self.client, owned.id, live.outputs)
        assert again == live
        owned.state = live.outputs
        owned.seen = dict(self.account.held[owned.id].fields)
        if live.outputs.get("service_types") is None and "service_types" not in owned.inputs:
            owned.seen["service_types"] = None  # no list has them, and no response so far had
        self._differs(owned, owned.inputs)
        undone = {"status"} if live.inputs.get("status") == "archived" else set()
        shown = diff(live.outputs, live.inputs).changed
        assert set(shown) - {"on_destroy"} <= undone
        assert not self._patches()
        return self._end()

    @precondition(lambda self: self.stack)
    @rule(choose=st.randoms(use_true_random=False), weather=WEATHER)
    def force_replacement(self, choose: Any, weather: Any) -> None:
        """Replace a project as it is: it keeps its id, and nothing of it changes but drift."""
        self._begin(weather)
        slot = choose.choice(sorted(self.stack))
        owned = self.stack[slot]
        if owned.id not in self.account.held:
            return self._end()
        name = self.account.held[owned.id].fields["name"]
        if name != owned.inputs["name"]:
            return self._end()
        self._replace(slot, owned)
        return self._end()

    @precondition(lambda self: self.stack)
    @rule(choose=st.randoms(use_true_random=False), weather=WEATHER)
    def destroy(self, choose: Any, weather: Any) -> None:
        """Archive a project, or leave it; what is gone already is done with."""
        self._begin(weather)
        owned = self.stack.pop(choose.choice(sorted(self.stack)))
        project.delete(self.client, owned.id, owned.state)
        if owned.state.get("on_destroy") == "retain":
            assert not self.hq.asked
        elif owned.id in self.account.held:
            self.account.held[owned.id].fields["status"] = "archived"
            assert {*map(str, self._patches())} == {"{'status': 'archived'}"}
        self._end()

    @rule(name=PLAIN_NAMES, given=CHANGES, acts=st.booleans())
    def lose_a_create(self, name: str, given: Fields, acts: bool) -> None:
        """Ask for a project while HQ answers nothing: at most one is made, and no state has it."""
        self._begin({})
        inputs = self._checked({}, {**BODY, "name": name, **given})
        self.hq.faults += [
            Fault("POST projects", says(504), acts=acts, times=FOR_EVER),
            Fault("GET projects", says(503), times=FOR_EVER),
        ]
        was_free = self.account.named(name) is None
        try:
            project.create(self.client, inputs, settings(), self._owners())
        except Bim360Error:
            pass
        else:
            msg = "nobody answered, and yet it is made"
            raise AssertionError(msg)
        if acts and was_free:
            self._made(inputs)
        self._end()

    # What people do, and time.

    @precondition(lambda self: self.account.held)
    @rule(choose=st.randoms(use_true_random=False), change=BY_HAND)
    def change_by_hand(self, choose: Any, change: Fields) -> None:
        """Somebody changes a project in the browser."""
        id_ = choose.choice(sorted(self.account.held))
        self.hq.ask("PATCH", f"/projects/{id_}", change)
        fields = self.account.held[id_].fields
        fields.update(tidy({**fields, **change}))

    @precondition(lambda self: self.account.held)
    @rule(choose=st.randoms(use_true_random=False))
    def vanish(self, choose: Any) -> None:
        """A project is gone, as none ever should."""
        id_ = choose.choice(sorted(self.account.held))
        self.hq.ask("DELETE", f"/projects/{id_}")
        del self.account.held[id_]

    @precondition(lambda self: self.account.held)
    @rule(choose=st.randoms(use_true_random=False))
    def sign_in(self, choose: Any) -> None:
        """The first project admin makes a project active."""
        id_ = choose.choice(sorted(self.account.held))
        held = self.account.held[id_]
        signed = {"last_sign_in": "2026-01-02T03:04:05.678Z"}
        status = "active" if held.fields["status"] == "pending" else held.fields["status"]
        self.hq.ask("PATCH", f"/projects/{id_}", {"status": status, **signed})
        held.fields["status"], held.signed_in = status, True

    @precondition(lambda self: self.stack)
    @rule(choose=st.randoms(use_true_random=False), at_once=st.booleans(), weather=WEATHER)
    def lose_the_state(self, choose: Any, at_once: bool, weather: Any) -> None:
        """A run is killed before its state is written, and perhaps started again at once."""
        slot = choose.choice(sorted(self.stack))
        owned = self.stack.pop(slot)
        if at_once:
            self._begin(weather)
            self._create(slot, owned.inputs)
            self._end()

    @rule(unasked=st.sampled_from(["", "insight", "insight,admin"]))
    def services_unasked(self, unasked: str) -> None:
        """HQ shows services that nobody asked for."""
        self.hq.ask("PATCH", "/options", {"services_unasked": unasked})

    @rule()
    def a_day_passes(self) -> None:
        """What was left behind has an owner by now."""
        self.hq.clock.advance(A_DAY)

    # What holds at any time.

    @invariant()
    def hq_holds_what_the_model_says(self) -> None:
        """Nothing is doubled, lost or half made."""
        state: Any = self.hq.ask("GET", "/state")
        here, elsewhere = state["accounts"]
        rows = {row["id"]: tidy(row) for row in here["projects"]}
        assert rows == {id_: held.fields for id_, held in self.account.held.items()}
        assert not elsewhere["projects"]

    @invariant()
    def no_two_resources_have_one_project(self) -> None:
        """Archiving it for one would take it from the other."""
        ids = [owned.id for owned in self.stack.values()]
        assert len(ids) == len(set(ids))

    # How a step is played, and what it is measured by.

    def _begin(self, weather: Any) -> None:
        """Begin a run: its own client, its own first word of HQ, its weather."""
        self.hq.clock.advance(BETWEEN_RUNS)
        self.client = self.stage.client()
        self.hq.requests.clear()
        self.hq.asked.clear()
        self.hq.faults[:] = [
            Fault(what, reply, acts, times) for what, ((reply, acts), times) in weather.items()
        ]

    def _end(self) -> None:
        paths = [request.path for request in self.hq.requests]
        assert all(f"/accounts/{ACCOUNT_ID}/" in path or "token" in path for path in paths)
        self.hq.faults.clear()
        self.client.close()
        self.stage.clients.remove(self.client)

    def _owners(self, without: str = "") -> Owners:
        """Return who owns what in this run, but for a project that is being replaced."""
        states = {owned.id: owned.state for owned in self.stack.values() if owned.id == without}
        owners = Owners(had=states.get)
        for owned in self.stack.values():
            if owned.id != without:
                owners.owns(owned.id)
        return owners

    def _checked(self, old: Fields, given: Fields) -> Fields:
        inputs, problems = check(old, given, settings())
        assert problems == []
        assert self.hq.asked == []
        return inputs

    def _patches(self) -> list[Fields]:
        return [json.loads(sent.body) for sent in self.hq.requests if sent.method == "PATCH"]

    def _differs(self, owned: Owned, inputs: Fields) -> set[str]:
        """Return what the model says differs, once diff has said the same and asked nobody."""
        asked = len(self.hq.asked)
        found = set(diff(owned.state, inputs).changed) - {"on_destroy"}
        assert len(self.hq.asked) == asked
        assert found == differing(owned.seen, inputs)
        return found

    def _made(self, inputs: Fields) -> str:
        """Take a new project into the model, under the id that HQ gave it."""
        state: Any = self.hq.ask("GET", "/state")
        rows = state["accounts"][0]["projects"]
        (new,) = [row for row in rows if row["id"] not in self.account.held]
        services = inputs.get("service_types") or tidy(new)["service_types"]
        fields = tidy({**inputs, "service_types": services, "status": "pending"})
        self.account.held[new["id"]] = Held(fields, self.hq.clock.now())
        return str(new["id"])

    def _adoptable(self, id_: str, inputs: Fields) -> bool:
        """Return whether a taken name may be adopted: docs/project.md, "A name that is taken"."""
        held = self.account.held[id_]
        if id_ in {owned.id for owned in self.stack.values()}:
            return False
        status = held.fields["status"]
        policy = inputs.get("adopt", "never")
        if policy == "any" or (policy == "archived" and status == "archived"):
            return True
        as_left = {"pending"} | ({"inactive", "archived"} & {inputs.get("status")})
        young = self.hq.clock.now() - held.made_at < A_DAY
        unseen = {"status", "service_types"}
        declared = {name: value for name, value in inputs.items() if name not in unseen}
        other = differing(held.fields, declared) - {"status"}
        return status in as_left and young and not held.signed_in and not other

    def _create(self, slot: str, inputs: Fields) -> None:
        twin = self.account.named(inputs["name"])
        expected = twin is None or self._adoptable(twin, inputs)
        try:
            id_, outs = project.create(self.client, inputs, settings(), self._owners())
        except ConflictError:
            assert not expected
            assert not self._patches()
            return
        assert expected
        adopted = id_ if twin is not None else None
        assert adopted == twin
        if twin is None:
            assert id_ == self._made(inputs)
        before = dict(self.account.held[id_].fields)
        wanted = differing(before, inputs) & ({"status"} if twin is None else {*inputs, "status"})
        body = body_of(inputs, wanted)
        done = not wanted or self.account.change(id_, before["status"], body)
        self._sent_only(wanted)
        seen = dict(self.account.held[id_].fields) if done else before
        if twin is None:
            seen["service_types"] = tidy(inputs)["service_types"]
        owned = Owned(id_, inputs, outs, seen, set() if done else wanted)
        self.stack[slot] = owned
        assert set(outs["unfinished"]) == owned.unfinished
        assert diff(outs, inputs).unfinished == (not done)
        assert not (done and self._differs(owned, inputs))

    def _replace(self, slot: str, owned: Owned) -> None:
        """Create without a word of what was before, but for the state; then delete that."""
        owners = self._owners(without=owned.id)
        before = dict(self.account.held[owned.id].fields)
        wanted = differing(before, owned.inputs)
        body = body_of(owned.inputs, wanted)
        done = not wanted or self.account.change(owned.id, before["status"], body)
        id_, outs = project.create(self.client, owned.inputs, settings(), owners)
        project.delete(self.client, owned.id, owned.state, owners)
        assert id_ == owned.id
        self._sent_only(wanted)
        seen = dict(self.account.held[id_].fields) if done else before
        self.stack[slot] = Owned(id_, owned.inputs, outs, seen, set() if done else wanted)
        assert set(outs["unfinished"]) == self.stack[slot].unfinished

    def _update(self, owned: Owned, inputs: Fields) -> None:
        changed = self._differs(owned, inputs)
        verdict = diff(owned.state, inputs)
        if not (verdict.changed or verdict.unfinished):
            owned.inputs = inputs
            return
        left = {each for each in owned.unfinished if each == "status" or each in inputs}
        wanted = changed | left
        is_there = owned.id in self.account.held
        is_fresh = is_there and not differing(owned.seen, self.account.held[owned.id].fields)
        body = body_of(inputs, wanted)
        done = not body or (is_there and self.account.change(owned.id, owned.seen["status"], body))
        try:
            outs = project.update(self.client, owned.id, owned.state, inputs)
        except Bim360Error:
            assert not done
            self._sent_only(wanted)
            return
        assert done
        self._sent_only(wanted)
        if body:
            services = tidy(inputs)["service_types"]
            services = owned.seen["service_types"] if services is None else services
            owned.seen = {**self.account.held[owned.id].fields, "service_types": services}
        owned.inputs, owned.state, owned.unfinished = inputs, outs, set()
        # What changed behind the state's back shows in the answer, and is for the next up.
        assert not (self._differs(owned, inputs) and is_fresh)
        assert not diff(outs, inputs).unfinished

    def _sent_only(self, wanted: set[str]) -> None:
        """Nothing but what differs is ever sent."""
        for body in self._patches():
            assert body.keys() <= wanted
