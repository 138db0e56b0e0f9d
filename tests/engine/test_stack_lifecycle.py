"""A whole program on the local engine, from its first preview to its destroy."""

from pathlib import Path

import pytest

from bim360_provider.testing import Result
from tests.support.scenarios import Command
from tests.support.stack_runners import LocalStack

PROGRAM = """
import os
print("the program says correct horse")
a = Item("a", title=" A ", size=3, tags={"x": 1, "y": [1, 2]}, nothing=None)
b = Item("b", title=Output.concat("after ", a.id), password=Output.secret("correct horse"))
c = Item("c", title="c", note=b.created_by)
pulumi.log.warn("mind the step", resource=c)
pulumi.export("a", a.id)
pulumi.export("who", a.created_by)
pulumi.export("password", b.password)
pulumi.export("copy", b.echo)
"""


class StackLifecycle:
    """The runs of one stack, and the calls of each."""

    def __init__(self, folder: Path) -> None:
        self.stack = LocalStack(folder)
        self.state = folder / "state.json"
        self.calls: list[list[str]] = []
        self.preview = self._play("preview")
        self.up = self._play("up")
        self.saved = self.state.read_text()
        self.again = self._play("up")
        self.destroy = self._play("destroy")

    def _play(self, command: str) -> Result:
        program = None if self.calls else PROGRAM
        result = self.stack.run(Command(command, program))  # type: ignore[arg-type] # a str
        self.calls.append([line.split('"')[3] for line in self.stack.runner.read_calls()])
        return result


@pytest.fixture(scope="module")
def lifecycle(tmp_path_factory: pytest.TempPathFactory) -> StackLifecycle:
    """Return all runs of a stack; each test checks one aspect."""
    return StackLifecycle(tmp_path_factory.mktemp("life"))


def test_every_run_succeeds(lifecycle: StackLifecycle) -> None:
    """And counts what Pulumi counts, including the stack itself."""
    runs = (lifecycle.preview, lifecycle.up, lifecycle.again, lifecycle.destroy)

    assert [run.ok for run in runs] == [True] * 4
    assert [run.changes for run in runs] == [
        {"create": 4},
        {"create": 4},
        {"same": 4},
        {"delete": 4},
    ]


def test_a_preview_only_checks(lifecycle: StackLifecycle) -> None:
    """No create, no read, and no state."""
    assert lifecycle.calls[0] == ["check", "check", "check", "configure"]
    assert lifecycle.preview.outputs == {
        "a": "[unknown]",
        "who": "[unknown]",
        "password": "[secret]",
        "copy": "[unknown]",
    }


def test_a_second_up_only_checks_and_diffs(lifecycle: StackLifecycle) -> None:
    """No changes, no calls."""
    assert lifecycle.calls[2] == ["check"] * 3 + ["configure"] + ["diff"] * 3


def test_dependents_get_what_they_wait_for(lifecycle: StackLifecycle) -> None:
    """Ids and computed outputs of earlier resources."""
    created = {step.name: step for step in lifecycle.up.steps}

    assert created["b"].new == {"title": "after A-1", "password": "[secret]"}
    assert created["c"].new == {"title": "c", "note": "M"}


def test_a_secret_is_stored_and_printed_nowhere(lifecycle: StackLifecycle) -> None:
    """Not in the state, not in any result, message or output, though a provider copied it."""
    everything = [
        lifecycle.saved,
        *map(repr, (lifecycle.preview, lifecycle.up, lifecycle.again, lifecycle.destroy)),
    ]

    assert not any("horse" in text for text in everything)
    assert lifecycle.again.outputs["copy"] == "[secret]"


def test_output_of_the_program_is_passed_on(lifecycle: StackLifecycle) -> None:
    """Its prints unchanged, its log messages with severity and resource."""
    said = [(each.severity, each.text) for each in lifecycle.up.messages]
    warning = next(each for each in lifecycle.up.messages if each.severity == "warning")

    assert ("info", "the program says [secret]") in said
    assert warning.urn.endswith("::c")


def test_a_destroy_leaves_no_object_and_no_lock(lifecycle: StackLifecycle) -> None:
    """Neither objects nor a lock."""
    assert list(lifecycle.stack.runner.store.iterdir()) == []
    assert not lifecycle.state.with_name("state.json.lock").exists()
    assert '"resources": [\n\n' in lifecycle.state.read_text()
