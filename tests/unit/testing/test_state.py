"""The state file: whole, deterministic, locked, and without secrets."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bim360_provider.testing.engine.deployment import session
from bim360_provider.testing.engine.deployment.session import lock_state
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state.resource import Resource
from bim360_provider.testing.engine.state.secrets import SecretStore
from bim360_provider.testing.engine.state.snapshot import StackState, StateFile
from bim360_provider.testing.engine.state.values import Secret

NO_PROCESS = 2**22 + 1
"""More than any Linux gives out (/proc/sys/kernel/pid_max)."""

RUNS = 8


def state_file(path: Path, stack: str = "demo") -> StateFile:
    """Return the state file of a stack."""
    return StateFile(path / "state.json", stack, "shop")


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    """Every field, also of resources on their way out."""
    full = Resource(
        urn="u",
        type="t",
        custom=True,
        id="1",
        inputs={"a": [1, {"b": None}]},
        outputs={"c": 1.5},
        parent="p",
        provider="q::1",
        dependencies=("d",),
        property_dependencies={"a": ("d",)},
        protect=True,
        external=True,
        retain_on_delete=True,
        deleted_with="w",
        ignore_changes=("a",),
        replace_on_changes=("b",),
        secret_outputs=("c",),
        condemned=True,
        deleted=True,
    )
    bare = Resource("v", "t", custom=False)

    state_file(tmp_path).save([full, bare], SecretStore(b"salt"))

    resources, keyring = state_file(tmp_path).load()
    assert (resources, keyring.salt) == ([full, bare], b"salt")


def test_no_secret_is_written(tmp_path: Path) -> None:
    """Neither where it is marked, nor where a provider made a copy of it."""
    keyring = SecretStore(b"salt")
    keyring.remember_secrets(Secret("correct horse"))
    resource = Resource(
        "u",
        "t",
        custom=True,
        inputs={"p": Secret("correct horse"), "o": {"p": Secret(["correct horse"])}},
        outputs={"copy": ["see correct horse"]},
    )

    state_file(tmp_path).save([resource], keyring)

    assert "horse" not in (tmp_path / "state.json").read_text()
    (loaded,), later = state_file(tmp_path).load()
    later.remember_secrets(Secret("correct horse"))
    assert later.restore_secrets(loaded.inputs)["p"] == Secret("correct horse")


def test_the_same_state_is_the_same_file(tmp_path: Path) -> None:
    """So it can be compared, and kept under version control."""
    resource = Resource("u", "t", custom=True, inputs={"b": 1, "a": 2})
    turned = Resource("u", "t", custom=True, inputs={"a": 2, "b": 1})
    state_file(tmp_path).save([resource], SecretStore(b"salt"))
    before = (tmp_path / "state.json").read_bytes()

    state_file(tmp_path).save([turned], SecretStore(b"salt"))

    assert (tmp_path / "state.json").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a state of the local engine"),
        ('{"version": 3, "deployment": {}}', "is not a state of the local engine"),
    ],
)
def test_a_strange_file_is_refused(tmp_path: Path, content: str, words: str) -> None:
    """It may be somebody's real state."""
    (tmp_path / "state.json").write_text(content)

    with pytest.raises(LocalEngineError, match=words):
        state_file(tmp_path).load()


def test_another_stacks_state_is_refused(tmp_path: Path) -> None:
    """Or an up would delete all of it."""
    state_file(tmp_path).save([], SecretStore(b"salt"))

    with pytest.raises(LocalEngineError, match="is the state of shop/demo"):
        state_file(tmp_path, "other").load()


def test_a_save_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """The new one is written beside it, and takes its place in one step."""
    file = state_file(tmp_path)
    file.save([], SecretStore(b"salt"))
    before = (tmp_path / "state.json").read_bytes()
    unwritable = Resource("u", "t", custom=True, inputs={"x": object()})  # type: ignore[dict-item]  # on purpose

    with pytest.raises(TypeError):
        file.save([unwritable], SecretStore(b"salt"))

    assert (tmp_path / "state.json").read_bytes() == before


def test_several_threads_share_a_save() -> None:
    """A thread whose change another one has already written need not write again."""
    writing, go_on = threading.Event(), threading.Event()
    saves: list[int] = []

    def save(resources: list[Resource]) -> None:
        saves.append(len(resources))
        if len(saves) == 1:
            writing.set()
            assert go_on.wait(10)

    state = StackState([], SecretStore(b"salt"), save)
    threads = [
        threading.Thread(target=state.put, args=(Resource(f"u{n}", "t", custom=True),))
        for n in range(20)
    ]
    threads[0].start()
    assert writing.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(state.list_resources()) < 20:
        pass
    go_on.set()
    for thread in threads:
        thread.join()

    assert saves[-1] == 20
    assert len(saves) < 20


def test_two_runs_cannot_have_one_state(tmp_path: Path) -> None:
    """The second is told which process has it."""
    state = tmp_path / "state.json"

    with (
        lock_state(state, print),
        pytest.raises(LocalEngineError, match=f"process {os.getpid()}"),
        lock_state(state, print),
    ):
        pass


def test_a_lock_is_given_back(tmp_path: Path) -> None:
    """Also after a failure."""
    state = tmp_path / "state.json"
    with pytest.raises(LocalEngineError), lock_state(state, print):
        raise LocalEngineError

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("holder", [str(NO_PROCESS), "", "nonsense"])
def test_a_dead_runs_lock_is_taken_over(tmp_path: Path, holder: str) -> None:
    """And that is said."""
    said: list[str] = []
    (tmp_path / "state.json.lock").write_text(holder)

    with lock_state(tmp_path / "state.json", said.append):
        now = json.loads((tmp_path / "state.json.lock").read_text())

    assert now == os.getpid()
    assert "took over the lock" in said[0]


def test_of_many_runs_one_takes_over_the_lock_of_a_dead_one(tmp_path: Path) -> None:
    """The others are told, each in one line; nobody takes it from the one that took it."""
    state = tmp_path / "state.json"
    (tmp_path / "state.json.lock").write_text("not a process")
    said: list[str] = []
    together, done = threading.Barrier(RUNS), threading.Barrier(RUNS)

    def run(_: int) -> str:
        together.wait()
        try:
            with lock_state(state, said.append):
                done.wait()
                return "ran"
        except LocalEngineError as error:
            done.wait()
            return str(error)

    with ThreadPoolExecutor(RUNS) as pool:
        told = sorted(pool.map(run, range(RUNS)))

    assert [each.split(" (")[0] for each in told] == ["another run"] * (RUNS - 1) + ["ran"]
    assert len(said) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")
def test_a_take_over_is_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes the lock between the look at its holder and the taking."""
    import fcntl  # noqa: PLC0415 - there is none on Windows

    held: list[bool] = []

    def look(_: int) -> bool:
        handle = os.open(tmp_path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.append(True)
        os.close(handle)
        return False

    monkeypatch.setattr(session, "_is_alive", look)
    (tmp_path / "state.json.lock").write_text(str(NO_PROCESS))

    with lock_state(tmp_path / "state.json", lambda _: None):
        pass

    assert held == [True]


def test_what_has_not_changed_is_not_saved_again() -> None:
    """A refresh of a thousand resources without drift would write the whole file many times."""
    known = Resource("u", "t", custom=True, id="1", outputs={"a": 1})
    saved: list[int] = []
    state = StackState([known], SecretStore(b"salt"), lambda items: saved.append(len(items)))

    state.put(Resource("u", "t", custom=True, id="1", outputs={"a": 1}), previous=known)
    state.put(Resource("u", "t", custom=True, id="1", outputs={"a": 2}), previous=known)

    assert saved == [1]
    assert state.list_resources()[0].outputs == {"a": 2}
