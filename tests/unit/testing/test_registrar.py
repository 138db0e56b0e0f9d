"""Registrations: what a program asks for, and what is done about it."""

from bim360_provider.testing.engine.deployment.step_generator import StepGenerator
from bim360_provider.testing.engine.state.resource import (
    DYNAMIC_PROVIDER_TYPE,
    Goal,
    RegistrationResult,
)
from bim360_provider.testing.engine.state.values import UNKNOWN, Properties, Secret
from tests.unit.testing.fake_host import (
    EngineFixture,
    build_registration,
    build_urn,
    list_errors,
    list_steps,
)


def test_what_is_new_is_checked_and_created() -> None:
    """In that order, and the program gets the id and the outputs."""
    bench = EngineFixture()
    run = bench.begin_run()

    outcome = StepGenerator(run).register_resource(build_registration("a", {"size": 1}))

    assert bench.provider.calls == ["check a", "create a"]
    assert outcome == RegistrationResult(build_urn("a"), id="a-1", outputs={"size": 1, "serial": 1})
    assert [item.id for item in bench.resources] == ["a-1"]


def test_a_preview_creates_nothing_and_saves_nothing() -> None:
    """The id is not known, and of the outputs only what is an input."""
    bench = EngineFixture()
    run = bench.begin_run(dry_run=True)

    outcome = StepGenerator(run).register_resource(build_registration("a", {"size": UNKNOWN}))

    assert bench.provider.calls == ["check a"]
    assert (outcome.id, outcome.outputs) == ("", {"size": UNKNOWN})
    assert bench.snapshots == []


def test_what_is_unchanged_stays_the_same() -> None:
    """No call changes anything, and nothing is written."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"size": 1}))
    bench.provider.calls.clear()
    writes = len(bench.snapshots)

    run = bench.run_up(build_registration("a", {"size": 1}))

    assert list_steps(run) == ["same a"]
    assert bench.provider.calls == ["check a", "diff a"]
    assert len(bench.snapshots) == writes


def test_a_changed_option_is_remembered_without_a_call() -> None:
    """`protect` is the engine's business alone."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"size": 1}))

    run = bench.run_up(build_registration("a", {"size": 1}, protect=True))

    assert list_steps(run) == ["same a"]
    assert bench.resources[0].protect


def test_a_changed_input_updates_in_place() -> None:
    """The path of the change is told, down to the key."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"tags": {"x": 1, "y": 2}}))

    run = bench.run_up(build_registration("a", {"tags": {"x": 1, "y": 3}}))

    assert list_steps(run) == ["update a"]
    assert run.recorder.steps[0].paths == {"tags.y": "update"}
    assert bench.resources[0].outputs == {"tags": {"x": 1, "y": 3}, "serial": 0}


def test_an_updates_preview_knows_the_id_but_no_computed_output() -> None:
    """As with Pulumi: whatever hangs on a computed output is unknown."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"size": 1}))
    run = bench.begin_run(dry_run=True)

    outcome = StepGenerator(run).register_resource(build_registration("a", {"size": 2}))

    assert outcome == RegistrationResult(build_urn("a"), id="a-1", outputs={"size": 2})


def test_a_replacement_comes_before_the_end_of_the_old_one() -> None:
    """The old one waits, condemned, for everything else to be done."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"kind": "one"}))

    run = bench.run_up(build_registration("a", {"kind": "two"}))

    assert list_steps(run) == ["create-replacement a", "replace a"]
    assert [(item.id, item.condemned) for item in bench.resources] == [
        ("a-2", False),
        ("a-1", True),
    ]


def test_a_replacement_can_come_after_the_end_of_the_old_one() -> None:
    """What would be replaced because of it goes first, and comes back last."""
    bench = EngineFixture()
    bench.provider.delete_first = True
    source = {"kind": (build_urn("a"),)}
    dependent = build_registration(
        "b", {"kind": "a-1"}, property_dependencies=source, dependencies=(build_urn("a"),)
    )
    bench.run_up(build_registration("a", {"kind": "one"}), dependent)
    bench.provider.calls.clear()

    run = bench.run_up(build_registration("a", {"kind": "two"}), dependent)

    assert list_steps(run) == [
        *("delete-replaced b", "delete-replaced a", "replace a", "create-replacement a"),
        *("replace b", "create-replacement b"),
    ]
    assert bench.provider.calls[-5:] == ["delete b", "delete a", "create a", "check b", "create b"]


def test_a_run_that_broke_off_between_delete_and_create_is_taken_up() -> None:
    """The object is gone: it is created, not deleted once more."""
    bench = EngineFixture()
    bench.provider.delete_first = True
    bench.run_up(build_registration("a", {"kind": "one"}))
    bench.provider.failing_calls.add("create a")
    bench.run_up(build_registration("a", {"kind": "two"}))
    bench.provider.failing_calls.clear()
    bench.provider.calls.clear()

    run = bench.run_up(build_registration("a", {"kind": "two"}))

    assert bench.provider.calls == ["check a", "create a"]
    assert list_steps(run) == ["replace a", "create-replacement a"]


def test_delete_before_replace_is_the_users_word() -> None:
    """The option wins over the provider, both ways."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"kind": "one"}))

    run = bench.run_up(build_registration("a", {"kind": "two"}, delete_before_replace=True))

    assert list_steps(run)[0] == "delete-replaced a"


def test_replace_on_changes_replaces() -> None:
    """Also below the path it names."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"tags": {"x": 1}}))

    run = bench.run_up(build_registration("a", {"tags": {"x": 2}}, replace_on_changes=("tags",)))

    assert list_steps(run) == ["create-replacement a", "replace a"]
    assert run.recorder.steps[0].replaces == ("tags",)


def test_replace_with_follows_the_other() -> None:
    """Without a change of its own."""
    bench = EngineFixture()
    follower = build_registration("b", {}, replace_with=(build_urn("a"),))
    bench.run_up(build_registration("a", {"kind": "one"}), follower)

    run = bench.run_up(build_registration("a", {"kind": "two"}), follower)

    assert "replace b" in list_steps(run)


def test_ignored_changes_reach_nobody() -> None:
    """The provider sees the old value at the ignored place and the new one beside it."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"tags": {"x": 1, "y": 1}}))

    run = bench.run_up(
        build_registration("a", {"tags": {"x": 2, "y": 2}}, ignore_changes=("tags.x",))
    )

    assert run.recorder.steps[0].paths == {"tags.y": "update"}
    assert bench.resources[0].inputs == {"tags": {"x": 1, "y": 2}}


def test_a_protected_resource_is_not_replaced() -> None:
    """The reason is told, and what to do."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"kind": "one"}, protect=True))
    bench.provider.calls.clear()

    run = bench.run_up(build_registration("a", {"kind": "two"}, protect=True))

    assert bench.provider.calls == ["check a", "diff a"]
    assert "remove `protect`" in list_errors(run)[0]


def test_every_problem_of_every_resource_is_told() -> None:
    """Nobody wants to run once for each mistake."""
    bench = EngineFixture()

    run = bench.run_up(
        build_registration("a", {"x": "bad", "y": "bad"}),
        build_registration("b", {"x": "bad"}),
        build_registration("c"),
    )

    assert len(list_errors(run)) == 3
    assert (
        "resource 'a': property x value {bad} has a problem: must be better" in list_errors(run)[0]
    )
    assert list_steps(run) == ["create c"]


def test_a_failure_stops_its_dependents_and_nobody_else() -> None:
    """As in Pulumi since CLI 3.274, they are not even checked."""
    bench = EngineFixture()
    bench.provider.failing_calls.add("create a")
    dependent = build_registration("b", {}, dependencies=(build_urn("a"),))
    of_the_dependent = build_registration("c", {}, dependencies=(build_urn("b"),))

    run = bench.run_up(
        build_registration("a"), dependent, of_the_dependent, build_registration("d")
    )

    assert list_errors(run) == ["create a went wrong"]
    assert list_steps(run) == ["create d"]
    assert "check b" not in bench.provider.calls


def test_a_failed_update_keeps_the_old_state() -> None:
    """The next run tries again."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"size": 1}))
    bench.provider.failing_calls.add("update a")

    run = bench.run_up(build_registration("a", {"size": 2}))

    assert list_errors(run) == ["update a went wrong"]
    assert bench.resources[0].inputs == {"size": 1}


def test_two_resources_of_one_name_are_one_too_many() -> None:
    """The message is Pulumi's own."""
    run = EngineFixture().run_up(build_registration("a"), build_registration("a"))

    assert list_errors(run) == [
        f"Duplicate resource URN '{build_urn('a')}'; try giving it a unique name"
    ]


def test_an_alias_keeps_the_object() -> None:
    """A new name in the program is no new object."""
    bench = EngineFixture()
    bench.run_up(build_registration("old", {"size": 1}))

    run = bench.run_up(build_registration("new", {"size": 1}, aliases=(build_urn("old"),)))

    assert list_steps(run) == ["same new"]
    assert [(item.urn, item.id) for item in bench.resources] == [(build_urn("new"), "old-1")]


def test_other_providers_are_refused_in_one_line() -> None:
    """The local engine has no plugins."""
    run = EngineFixture().run_up(Goal(build_urn("x"), "aws:s3/bucket:Bucket", True, {}))

    assert list_errors(run) == [
        "aws:s3/bucket:Bucket needs Pulumi: the local engine runs Python dynamic providers only"
    ]


def test_a_component_has_no_provider_to_ask() -> None:
    """It is recorded, with its outputs when they come."""
    bench = EngineFixture()
    run = bench.begin_run()
    registrar = StepGenerator(run)

    registrar.register_resource(Goal(build_urn("box", "x:Box"), "x:Box", False, {"n": 1}))
    registrar.set_outputs(build_urn("box", "x:Box"), {"out": 2})

    assert list_steps(run) == ["create box"]
    assert bench.resources[0].outputs == {"out": 2}


def test_an_explicit_providers_inputs_configure_its_host() -> None:
    """Before anything that needs it is registered."""
    bench = EngineFixture()
    config: Properties = {"shelf:mark": "M"}
    provider = build_urn("s", DYNAMIC_PROVIDER_TYPE)

    outcome = StepGenerator(bench.begin_run()).register_resource(
        Goal(provider, DYNAMIC_PROVIDER_TYPE, True, config)
    )

    assert outcome.id
    assert bench.hosts.configs == {provider: config}


def test_a_provider_that_cannot_be_configured_yet_is_not_asked() -> None:
    """In a preview its secrets may come from a resource that does not exist yet."""
    bench = EngineFixture()
    run = bench.begin_run(dry_run=True)
    bench.hosts.unconfigured.add("p::1")

    outcome = StepGenerator(run).register_resource(
        build_registration("a", {"size": 1}, provider="p::1")
    )

    assert bench.provider.calls == []
    assert (list_steps(run), outcome.outputs) == (["create a"], {"size": 1})


def test_secret_inputs_make_secret_outputs() -> None:
    """And so do the keys the user names."""
    bench = EngineFixture()

    bench.run_up(build_registration("a", {"size": 1}, secret_outputs=("serial",)))

    assert bench.resources[0].outputs == {"size": 1, "serial": Secret(1)}


def test_after_a_stop_nothing_new_is_begun() -> None:
    """A Ctrl-C is not an error of any resource."""
    bench = EngineFixture()
    run = bench.begin_run()
    run.stop_event.set()

    outcome = StepGenerator(run).register_resource(build_registration("a"))

    assert not outcome.ok
    assert (bench.provider.calls, list_errors(run)) == ([], [])


def test_a_resource_that_is_only_read_is_never_ours() -> None:
    """It is read in a preview too."""
    bench = EngineFixture()
    bench.provider.objects["it"] = {"size": 3}
    run = bench.begin_run()

    outcome = StepGenerator(run).read_resource(build_registration("a"), "it")

    assert outcome == RegistrationResult(build_urn("a"), id="it", outputs={"size": 3})
    assert bench.resources[0].external


def test_what_was_only_read_and_is_now_wanted_is_created() -> None:
    """Pulumi does not take over what it does not manage."""
    bench = EngineFixture()
    bench.provider.objects["it"] = {"size": 3}
    StepGenerator(bench.begin_run()).read_resource(build_registration("a"), "it")

    run = bench.run_up(build_registration("a", {"size": 3}))

    assert list_steps(run) == ["create-replacement a", "replace a"]
    assert "delete a" not in bench.provider.calls
