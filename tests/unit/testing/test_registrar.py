"""Registrations: what a program asks for, and what is done about it."""

from bim360_provider.testing.engine.deployment.step_generator import Registrar
from bim360_provider.testing.engine.state.resource import DYNAMIC_PROVIDER_TYPE, Goal, Outcome
from bim360_provider.testing.engine.state.values import UNKNOWN, Properties, Secret
from tests.unit.testing.fake_host import Bench, errors, goal, ops, urn


def test_what_is_new_is_checked_and_created() -> None:
    """In that order, and the program gets the id and the outputs."""
    bench = Bench()
    run = bench.run()

    outcome = Registrar(run).register(goal("a", {"size": 1}))

    assert bench.shelf.calls == ["check a", "create a"]
    assert outcome == Outcome(urn("a"), id="a-1", outputs={"size": 1, "serial": 1})
    assert [item.id for item in bench.resources] == ["a-1"]


def test_a_preview_creates_nothing_and_saves_nothing() -> None:
    """The id is not known, and of the outputs only what is an input."""
    bench = Bench()
    run = bench.run(dry_run=True)

    outcome = Registrar(run).register(goal("a", {"size": UNKNOWN}))

    assert bench.shelf.calls == ["check a"]
    assert (outcome.id, outcome.outputs) == ("", {"size": UNKNOWN})
    assert bench.saves == []


def test_what_is_unchanged_stays_the_same() -> None:
    """No call changes anything, and nothing is written."""
    bench = Bench()
    bench.up(goal("a", {"size": 1}))
    bench.shelf.calls.clear()
    writes = len(bench.saves)

    run = bench.up(goal("a", {"size": 1}))

    assert ops(run) == ["same a"]
    assert bench.shelf.calls == ["check a", "diff a"]
    assert len(bench.saves) == writes


def test_a_changed_option_is_remembered_without_a_call() -> None:
    """`protect` is the engine's business alone."""
    bench = Bench()
    bench.up(goal("a", {"size": 1}))

    run = bench.up(goal("a", {"size": 1}, protect=True))

    assert ops(run) == ["same a"]
    assert bench.resources[0].protect


def test_a_changed_input_updates_in_place() -> None:
    """The path of the change is told, down to the key."""
    bench = Bench()
    bench.up(goal("a", {"tags": {"x": 1, "y": 2}}))

    run = bench.up(goal("a", {"tags": {"x": 1, "y": 3}}))

    assert ops(run) == ["update a"]
    assert run.recorder.steps[0].paths == {"tags.y": "update"}
    assert bench.resources[0].outputs == {"tags": {"x": 1, "y": 3}, "serial": 0}


def test_an_updates_preview_knows_the_id_but_no_computed_output() -> None:
    """As with Pulumi: whatever hangs on a computed output is unknown."""
    bench = Bench()
    bench.up(goal("a", {"size": 1}))
    run = bench.run(dry_run=True)

    outcome = Registrar(run).register(goal("a", {"size": 2}))

    assert outcome == Outcome(urn("a"), id="a-1", outputs={"size": 2})


def test_a_replacement_comes_before_the_end_of_the_old_one() -> None:
    """The old one waits, condemned, for everything else to be done."""
    bench = Bench()
    bench.up(goal("a", {"kind": "one"}))

    run = bench.up(goal("a", {"kind": "two"}))

    assert ops(run) == ["create-replacement a", "replace a"]
    assert [(item.id, item.condemned) for item in bench.resources] == [
        ("a-2", False),
        ("a-1", True),
    ]


def test_a_replacement_can_come_after_the_end_of_the_old_one() -> None:
    """What would be replaced because of it goes first, and comes back last."""
    bench = Bench()
    bench.shelf.delete_first = True
    source = {"kind": (urn("a"),)}
    dependent = goal("b", {"kind": "a-1"}, property_dependencies=source, dependencies=(urn("a"),))
    bench.up(goal("a", {"kind": "one"}), dependent)
    bench.shelf.calls.clear()

    run = bench.up(goal("a", {"kind": "two"}), dependent)

    assert ops(run) == [
        *("delete-replaced b", "delete-replaced a", "replace a", "create-replacement a"),
        *("replace b", "create-replacement b"),
    ]
    assert bench.shelf.calls[-5:] == ["delete b", "delete a", "create a", "check b", "create b"]


def test_a_run_that_broke_off_between_delete_and_create_is_taken_up() -> None:
    """The object is gone: it is created, not deleted once more."""
    bench = Bench()
    bench.shelf.delete_first = True
    bench.up(goal("a", {"kind": "one"}))
    bench.shelf.broken.add("create a")
    bench.up(goal("a", {"kind": "two"}))
    bench.shelf.broken.clear()
    bench.shelf.calls.clear()

    run = bench.up(goal("a", {"kind": "two"}))

    assert bench.shelf.calls == ["check a", "create a"]
    assert ops(run) == ["replace a", "create-replacement a"]


def test_delete_before_replace_is_the_users_word() -> None:
    """The option wins over the provider, both ways."""
    bench = Bench()
    bench.up(goal("a", {"kind": "one"}))

    run = bench.up(goal("a", {"kind": "two"}, delete_before_replace=True))

    assert ops(run)[0] == "delete-replaced a"


def test_replace_on_changes_replaces() -> None:
    """Also below the path it names."""
    bench = Bench()
    bench.up(goal("a", {"tags": {"x": 1}}))

    run = bench.up(goal("a", {"tags": {"x": 2}}, replace_on_changes=("tags",)))

    assert ops(run) == ["create-replacement a", "replace a"]
    assert run.recorder.steps[0].replaces == ("tags",)


def test_replace_with_follows_the_other() -> None:
    """Without a change of its own."""
    bench = Bench()
    follower = goal("b", {}, replace_with=(urn("a"),))
    bench.up(goal("a", {"kind": "one"}), follower)

    run = bench.up(goal("a", {"kind": "two"}), follower)

    assert "replace b" in ops(run)


def test_ignored_changes_reach_nobody() -> None:
    """The provider sees the old value at the ignored place and the new one beside it."""
    bench = Bench()
    bench.up(goal("a", {"tags": {"x": 1, "y": 1}}))

    run = bench.up(goal("a", {"tags": {"x": 2, "y": 2}}, ignore_changes=("tags.x",)))

    assert run.recorder.steps[0].paths == {"tags.y": "update"}
    assert bench.resources[0].inputs == {"tags": {"x": 1, "y": 2}}


def test_a_protected_resource_is_not_replaced() -> None:
    """The reason is told, and what to do."""
    bench = Bench()
    bench.up(goal("a", {"kind": "one"}, protect=True))
    bench.shelf.calls.clear()

    run = bench.up(goal("a", {"kind": "two"}, protect=True))

    assert bench.shelf.calls == ["check a", "diff a"]
    assert "remove `protect`" in errors(run)[0]


def test_every_problem_of_every_resource_is_told() -> None:
    """Nobody wants to run once for each mistake."""
    bench = Bench()

    run = bench.up(goal("a", {"x": "bad", "y": "bad"}), goal("b", {"x": "bad"}), goal("c"))

    assert len(errors(run)) == 3
    assert "resource 'a': property x value {bad} has a problem: must be better" in errors(run)[0]
    assert ops(run) == ["create c"]


def test_a_failure_stops_its_dependents_and_nobody_else() -> None:
    """As in Pulumi since CLI 3.274, they are not even checked."""
    bench = Bench()
    bench.shelf.broken.add("create a")
    dependent = goal("b", {}, dependencies=(urn("a"),))
    of_the_dependent = goal("c", {}, dependencies=(urn("b"),))

    run = bench.up(goal("a"), dependent, of_the_dependent, goal("d"))

    assert errors(run) == ["create a went wrong"]
    assert ops(run) == ["create d"]
    assert "check b" not in bench.shelf.calls


def test_a_failed_update_keeps_the_old_state() -> None:
    """The next run tries again."""
    bench = Bench()
    bench.up(goal("a", {"size": 1}))
    bench.shelf.broken.add("update a")

    run = bench.up(goal("a", {"size": 2}))

    assert errors(run) == ["update a went wrong"]
    assert bench.resources[0].inputs == {"size": 1}


def test_two_resources_of_one_name_are_one_too_many() -> None:
    """The message is Pulumi's own."""
    run = Bench().up(goal("a"), goal("a"))

    assert errors(run) == [f"Duplicate resource URN '{urn('a')}'; try giving it a unique name"]


def test_an_alias_keeps_the_object() -> None:
    """A new name in the program is no new object."""
    bench = Bench()
    bench.up(goal("old", {"size": 1}))

    run = bench.up(goal("new", {"size": 1}, aliases=(urn("old"),)))

    assert ops(run) == ["same new"]
    assert [(item.urn, item.id) for item in bench.resources] == [(urn("new"), "old-1")]


def test_other_providers_are_refused_in_one_line() -> None:
    """The local engine has no plugins."""
    run = Bench().up(Goal(urn("x"), "aws:s3/bucket:Bucket", True, {}))

    assert errors(run) == [
        "aws:s3/bucket:Bucket needs Pulumi: the local engine runs Python dynamic providers only"
    ]


def test_a_component_has_no_provider_to_ask() -> None:
    """It is recorded, with its outputs when they come."""
    bench = Bench()
    run = bench.run()
    registrar = Registrar(run)

    registrar.register(Goal(urn("box", "x:Box"), "x:Box", False, {"n": 1}))
    registrar.finish(urn("box", "x:Box"), {"out": 2})

    assert ops(run) == ["create box"]
    assert bench.resources[0].outputs == {"out": 2}


def test_an_explicit_providers_inputs_configure_its_host() -> None:
    """Before anything that needs it is registered."""
    bench = Bench()
    config: Properties = {"shelf:mark": "M"}
    provider = urn("s", DYNAMIC_PROVIDER_TYPE)

    outcome = Registrar(bench.run()).register(Goal(provider, DYNAMIC_PROVIDER_TYPE, True, config))

    assert outcome.id
    assert bench.hosts.declared == {provider: config}


def test_a_provider_that_cannot_be_configured_yet_is_not_asked() -> None:
    """In a preview its secrets may come from a resource that does not exist yet."""
    bench = Bench()
    run = bench.run(dry_run=True)
    bench.hosts.closed.add("p::1")

    outcome = Registrar(run).register(goal("a", {"size": 1}, provider="p::1"))

    assert bench.shelf.calls == []
    assert (ops(run), outcome.outputs) == (["create a"], {"size": 1})


def test_secret_inputs_make_secret_outputs() -> None:
    """And so do the keys the user names."""
    bench = Bench()

    bench.up(goal("a", {"size": 1}, secret_outputs=("serial",)))

    assert bench.resources[0].outputs == {"size": 1, "serial": Secret(1)}


def test_after_a_stop_nothing_new_is_begun() -> None:
    """A Ctrl-C is not an error of any resource."""
    bench = Bench()
    run = bench.run()
    run.stopping.set()

    outcome = Registrar(run).register(goal("a"))

    assert not outcome.ok
    assert (bench.shelf.calls, errors(run)) == ([], [])


def test_a_resource_that_is_only_read_is_never_ours() -> None:
    """It is read in a preview too."""
    bench = Bench()
    bench.shelf.things["it"] = {"size": 3}
    run = bench.run()

    outcome = Registrar(run).read(goal("a"), "it")

    assert outcome == Outcome(urn("a"), id="it", outputs={"size": 3})
    assert bench.resources[0].external


def test_what_was_only_read_and_is_now_wanted_is_created() -> None:
    """Pulumi does not take over what it does not manage."""
    bench = Bench()
    bench.shelf.things["it"] = {"size": 3}
    Registrar(bench.run()).read(goal("a"), "it")

    run = bench.up(goal("a", {"size": 3}))

    assert ops(run) == ["create-replacement a", "replace a"]
    assert "delete a" not in bench.shelf.calls
