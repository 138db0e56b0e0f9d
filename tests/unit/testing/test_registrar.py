"""Registrations of resources and the resulting steps."""

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


def test_a_new_resource_is_checked_and_created() -> None:
    """The program gets the id and the outputs."""
    engine = EngineFixture()
    run = engine.begin_run()

    result = StepGenerator(run).register_resource(build_registration("a", {"size": 1}))

    assert engine.provider.calls == ["check a", "create a"]
    assert result == RegistrationResult(build_urn("a"), id="a-1", outputs={"size": 1, "serial": 1})
    assert [item.id for item in engine.resources] == ["a-1"]


def test_a_preview_creates_nothing_and_saves_nothing() -> None:
    """The id is unknown, and the outputs are the inputs."""
    engine = EngineFixture()
    run = engine.begin_run(dry_run=True)

    result = StepGenerator(run).register_resource(build_registration("a", {"size": UNKNOWN}))

    assert engine.provider.calls == ["check a"]
    assert (result.id, result.outputs) == ("", {"size": UNKNOWN})
    assert engine.snapshots == []


def test_an_unchanged_resource_is_kept() -> None:
    """The provider changes nothing, and the state is not saved."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"size": 1}))
    engine.provider.calls.clear()
    writes = len(engine.snapshots)

    run = engine.run_up(build_registration("a", {"size": 1}))

    assert list_steps(run) == ["same a"]
    assert engine.provider.calls == ["check a", "diff a"]
    assert len(engine.snapshots) == writes


def test_a_changed_option_is_saved_without_a_provider_call() -> None:
    """`protect` concerns only the engine."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"size": 1}))

    run = engine.run_up(build_registration("a", {"size": 1}, protect=True))

    assert list_steps(run) == ["same a"]
    assert engine.resources[0].protect


def test_a_changed_input_updates_in_place() -> None:
    """The step has the path of the changed key."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"tags": {"x": 1, "y": 2}}))

    run = engine.run_up(build_registration("a", {"tags": {"x": 1, "y": 3}}))

    assert list_steps(run) == ["update a"]
    assert run.recorder.steps[0].paths == {"tags.y": "update"}
    assert engine.resources[0].outputs == {"tags": {"x": 1, "y": 3}, "serial": 0}


def test_the_preview_of_an_update_has_the_id_but_no_computed_output() -> None:
    """As in Pulumi, values from computed outputs are unknown."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"size": 1}))
    run = engine.begin_run(dry_run=True)

    result = StepGenerator(run).register_resource(build_registration("a", {"size": 2}))

    assert result == RegistrationResult(build_urn("a"), id="a-1", outputs={"size": 2})


def test_a_replacement_is_created_before_the_old_resource_is_deleted() -> None:
    """The old resource is pending deletion until the end of the run."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"kind": "one"}))

    run = engine.run_up(build_registration("a", {"kind": "two"}))

    assert list_steps(run) == ["create-replacement a", "replace a"]
    assert [(item.id, item.pending_delete) for item in engine.resources] == [
        ("a-2", False),
        ("a-1", True),
    ]


def test_a_replacement_can_be_created_after_the_old_resource_is_deleted() -> None:
    """Dependents that must be replaced are deleted first and created last."""
    engine = EngineFixture()
    engine.provider.delete_first = True
    source = {"kind": (build_urn("a"),)}
    dependent = build_registration(
        "b", {"kind": "a-1"}, property_dependencies=source, dependencies=(build_urn("a"),)
    )
    engine.run_up(build_registration("a", {"kind": "one"}), dependent)
    engine.provider.calls.clear()

    run = engine.run_up(build_registration("a", {"kind": "two"}), dependent)

    assert list_steps(run) == [
        *("delete-replaced b", "delete-replaced a", "replace a", "create-replacement a"),
        *("replace b", "create-replacement b"),
    ]
    assert engine.provider.calls[-5:] == ["delete b", "delete a", "create a", "check b", "create b"]


def test_a_run_continues_after_a_failure_between_delete_and_create() -> None:
    """The object is created without deleting it again."""
    engine = EngineFixture()
    engine.provider.delete_first = True
    engine.run_up(build_registration("a", {"kind": "one"}))
    engine.provider.failing_calls.add("create a")
    engine.run_up(build_registration("a", {"kind": "two"}))
    engine.provider.failing_calls.clear()
    engine.provider.calls.clear()

    run = engine.run_up(build_registration("a", {"kind": "two"}))

    assert engine.provider.calls == ["check a", "create a"]
    assert list_steps(run) == ["replace a", "create-replacement a"]


def test_delete_before_replace_overrides_the_provider() -> None:
    """The option of the resource takes precedence."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"kind": "one"}))

    run = engine.run_up(build_registration("a", {"kind": "two"}, delete_before_replace=True))

    assert list_steps(run)[0] == "delete-replaced a"


def test_replace_on_changes_replaces() -> None:
    """Changes below the path count too."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"tags": {"x": 1}}))

    run = engine.run_up(build_registration("a", {"tags": {"x": 2}}, replace_on_changes=("tags",)))

    assert list_steps(run) == ["create-replacement a", "replace a"]
    assert run.recorder.steps[0].replaces == ("tags",)


def test_replace_with_replaces_together_with_another_resource() -> None:
    """The resource itself is unchanged."""
    engine = EngineFixture()
    follower = build_registration("b", {}, replace_with=(build_urn("a"),))
    engine.run_up(build_registration("a", {"kind": "one"}), follower)

    run = engine.run_up(build_registration("a", {"kind": "two"}), follower)

    assert "replace b" in list_steps(run)


def test_ignored_changes_keep_the_old_value() -> None:
    """The provider gets the old value at the ignored path and the new values elsewhere."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"tags": {"x": 1, "y": 1}}))

    run = engine.run_up(
        build_registration("a", {"tags": {"x": 2, "y": 2}}, ignore_changes=("tags.x",))
    )

    assert run.recorder.steps[0].paths == {"tags.y": "update"}
    assert engine.resources[0].inputs == {"tags": {"x": 1, "y": 2}}


def test_a_protected_resource_is_not_replaced() -> None:
    """The message has the reason and a fix."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"kind": "one"}, protect=True))
    engine.provider.calls.clear()

    run = engine.run_up(build_registration("a", {"kind": "two"}, protect=True))

    assert engine.provider.calls == ["check a", "diff a"]
    assert "remove `protect`" in list_errors(run)[0]


def test_all_problems_of_all_resources_are_reported() -> None:
    """One run is enough to find all mistakes."""
    engine = EngineFixture()

    run = engine.run_up(
        build_registration("a", {"x": "bad", "y": "bad"}),
        build_registration("b", {"x": "bad"}),
        build_registration("c"),
    )

    assert len(list_errors(run)) == 3
    assert (
        "resource 'a': property x value {bad} has a problem: must be better" in list_errors(run)[0]
    )
    assert list_steps(run) == ["create c"]


def test_a_failure_skips_only_the_dependents() -> None:
    """As in Pulumi since CLI 3.274, dependents are not checked."""
    engine = EngineFixture()
    engine.provider.failing_calls.add("create a")
    dependent = build_registration("b", {}, dependencies=(build_urn("a"),))
    second_dependent = build_registration("c", {}, dependencies=(build_urn("b"),))

    run = engine.run_up(
        build_registration("a"), dependent, second_dependent, build_registration("d")
    )

    assert list_errors(run) == ["create a failed"]
    assert list_steps(run) == ["create d"]
    assert "check b" not in engine.provider.calls


def test_a_failed_update_keeps_the_old_state() -> None:
    """The next run retries the update."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"size": 1}))
    engine.provider.failing_calls.add("update a")

    run = engine.run_up(build_registration("a", {"size": 2}))

    assert list_errors(run) == ["update a failed"]
    assert engine.resources[0].inputs == {"size": 1}


def test_two_resources_with_the_same_name_are_an_error() -> None:
    """The message is Pulumi's own."""
    run = EngineFixture().run_up(build_registration("a"), build_registration("a"))

    assert list_errors(run) == [
        f"Duplicate resource URN '{build_urn('a')}'; try giving it a unique name"
    ]


def test_an_alias_keeps_the_resource() -> None:
    """A new name in the program does not create another object."""
    engine = EngineFixture()
    engine.run_up(build_registration("old", {"size": 1}))

    run = engine.run_up(build_registration("new", {"size": 1}, aliases=(build_urn("old"),)))

    assert list_steps(run) == ["same new"]
    assert [(item.urn, item.id) for item in engine.resources] == [(build_urn("new"), "old-1")]


def test_other_providers_are_rejected_with_one_line() -> None:
    """The local engine does not support plugins."""
    run = EngineFixture().run_up(Goal(build_urn("x"), "aws:s3/bucket:Bucket", True, {}))

    assert list_errors(run) == [
        "aws:s3/bucket:Bucket needs Pulumi: the local engine runs Python dynamic providers only"
    ]


def test_a_component_is_recorded_without_a_provider_call() -> None:
    """Its outputs are recorded when they arrive."""
    engine = EngineFixture()
    run = engine.begin_run()
    step_generator = StepGenerator(run)

    step_generator.register_resource(Goal(build_urn("box", "x:Box"), "x:Box", False, {"n": 1}))
    step_generator.set_outputs(build_urn("box", "x:Box"), {"out": 2})

    assert list_steps(run) == ["create box"]
    assert engine.resources[0].outputs == {"out": 2}


def test_the_inputs_of_an_explicit_provider_configure_its_host() -> None:
    """This happens before its resources are registered."""
    engine = EngineFixture()
    config: Properties = {"shelf:mark": "M"}
    provider = build_urn("s", DYNAMIC_PROVIDER_TYPE)

    result = StepGenerator(engine.begin_run()).register_resource(
        Goal(provider, DYNAMIC_PROVIDER_TYPE, True, config)
    )

    assert result.id
    assert engine.hosts.configs == {provider: config}


def test_a_provider_that_cannot_be_configured_yet_is_not_called() -> None:
    """In a preview its secrets may come from a resource that does not exist yet."""
    engine = EngineFixture()
    run = engine.begin_run(dry_run=True)
    engine.hosts.unconfigured.add("p::1")

    result = StepGenerator(run).register_resource(
        build_registration("a", {"size": 1}, provider="p::1")
    )

    assert engine.provider.calls == []
    assert (list_steps(run), result.outputs) == (["create a"], {"size": 1})


def test_secret_inputs_lead_to_secret_outputs() -> None:
    """So do the keys in `additional_secret_outputs`."""
    engine = EngineFixture()

    engine.run_up(build_registration("a", {"size": 1}, secret_outputs=("serial",)))

    assert engine.resources[0].outputs == {"size": 1, "serial": Secret(1)}


def test_after_a_stop_no_new_step_starts() -> None:
    """Ctrl-C is not recorded as an error of a resource."""
    engine = EngineFixture()
    run = engine.begin_run()
    run.stop_event.set()

    result = StepGenerator(run).register_resource(build_registration("a"))

    assert not result.ok
    assert (engine.provider.calls, list_errors(run)) == ([], [])


def test_a_resource_that_is_only_read_is_external() -> None:
    """A preview reads it too."""
    engine = EngineFixture()
    engine.provider.objects["it"] = {"size": 3}
    run = engine.begin_run()

    result = StepGenerator(run).read_resource(build_registration("a"), "it")

    assert result == RegistrationResult(build_urn("a"), id="it", outputs={"size": 3})
    assert engine.resources[0].external


def test_an_external_resource_that_is_now_declared_is_created() -> None:
    """Pulumi does not adopt external resources."""
    engine = EngineFixture()
    engine.provider.objects["it"] = {"size": 3}
    StepGenerator(engine.begin_run()).read_resource(build_registration("a"), "it")

    run = engine.run_up(build_registration("a", {"size": 3}))

    assert list_steps(run) == ["create-replacement a", "replace a"]
    assert "delete a" not in engine.provider.calls
