"""The state file: complete, deterministic, locked, and without secrets."""

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
"""Larger than any process id of Linux (/proc/sys/kernel/pid_max)."""

RUNS = 8


def state_file(path: Path, stack: str = "demo") -> StateFile:
    """Return the state file of a stack."""
    return StateFile(path / "state.json", stack, "shop")


def test_a_saved_state_loads_unchanged(tmp_path: Path) -> None:
    """With all fields, also of resources that are pending deletion."""
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
        pending_delete=True,
        deleted=True,
    )
    bare = Resource("v", "t", custom=False)

    state_file(tmp_path).save([full, bare], SecretStore(b"salt"))

    resources, secret_store = state_file(tmp_path).load()
    assert (resources, secret_store.salt) == ([full, bare], b"salt")


def test_no_secret_is_written(tmp_path: Path) -> None:
    """Neither marked secrets nor copies that a provider returned."""
    secret_store = SecretStore(b"salt")
    secret_store.remember_secrets(Secret("correct horse"))
    resource = Resource(
        "u",
        "t",
        custom=True,
        inputs={"p": Secret("correct horse"), "o": {"p": Secret(["correct horse"])}},
        outputs={"copy": ["see correct horse"]},
    )

    state_file(tmp_path).save([resource], secret_store)

    assert "horse" not in (tmp_path / "state.json").read_text()
    (loaded,), later = state_file(tmp_path).load()
    later.remember_secrets(Secret("correct horse"))
    assert later.restore_secrets(loaded.inputs)["p"] == Secret("correct horse")


def test_the_same_state_gives_the_same_file(tmp_path: Path) -> None:
    """So it can be compared and kept under version control."""
    resource = Resource("u", "t", custom=True, inputs={"b": 1, "a": 2})
    reordered = Resource("u", "t", custom=True, inputs={"a": 2, "b": 1})
    state_file(tmp_path).save([resource], SecretStore(b"salt"))
    before = (tmp_path / "state.json").read_bytes()

    state_file(tmp_path).save([reordered], SecretStore(b"salt"))

    assert (tmp_path / "state.json").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a state of the local engine"),
        ('{"version": 3, "deployment": {}}', "is not a state of the local engine"),
    ],
)
def test_another_file_is_rejected(tmp_path: Path, content: str, message: str) -> None:
    """It may be a state of Pulumi."""
    (tmp_path / "state.json").write_text(content)

    with pytest.raises(LocalEngineError, match=message):
        state_file(tmp_path).load()


def test_the_state_of_another_stack_is_rejected(tmp_path: Path) -> None:
    """Otherwise an up would delete all its resources."""
    state_file(tmp_path).save([], SecretStore(b"salt"))

    with pytest.raises(LocalEngineError, match="is the state of shop/demo"):
        state_file(tmp_path, "other").load()


def test_a_save_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """The new file is written next to it and replaces it atomically."""
    file = state_file(tmp_path)
    file.save([], SecretStore(b"salt"))
    before = (tmp_path / "state.json").read_bytes()
    unwritable = Resource("u", "t", custom=True, inputs={"x": object()})  # type: ignore[dict-item]  # on purpose

    with pytest.raises(TypeError):
        file.save([unwritable], SecretStore(b"salt"))

    assert (tmp_path / "state.json").read_bytes() == before


def test_several_threads_share_a_save() -> None:
    """A thread does not save if another one has already saved its change."""
    has_started, may_continue = threading.Event(), threading.Event()
    saves: list[int] = []

    def save(resources: list[Resource]) -> None:
        saves.append(len(resources))
        if len(saves) == 1:
            has_started.set()
            assert may_continue.wait(10)

    state = StackState([], SecretStore(b"salt"), save)
    threads = [
        threading.Thread(target=state.put, args=(Resource(f"u{n}", "t", custom=True),))
        for n in range(20)
    ]
    threads[0].start()
    assert has_started.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(state.list_resources()) < 20:
        pass
    may_continue.set()
    for thread in threads:
        thread.join()

    assert saves[-1] == 20
    assert len(saves) < 20


def test_two_runs_cannot_use_the_same_state(tmp_path: Path) -> None:
    """The error of the second run names the process of the first."""
    state = tmp_path / "state.json"

    with (
        lock_state(state, print),
        pytest.raises(LocalEngineError, match=f"process {os.getpid()}"),
        lock_state(state, print),
    ):
        pass


def test_a_lock_is_released(tmp_path: Path) -> None:
    """Also after an error."""
    state = tmp_path / "state.json"
    with pytest.raises(LocalEngineError), lock_state(state, print):
        raise LocalEngineError

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("holder", [str(NO_PROCESS), "", "nonsense"])
def test_the_lock_of_an_ended_run_is_taken_over(tmp_path: Path, holder: str) -> None:
    """A message reports it."""
    messages: list[str] = []
    (tmp_path / "state.json.lock").write_text(holder)

    with lock_state(tmp_path / "state.json", messages.append):
        holder_now = json.loads((tmp_path / "state.json.lock").read_text())

    assert holder_now == os.getpid()
    assert "took over the lock" in messages[0]


def test_only_one_of_many_runs_takes_over_a_lock(tmp_path: Path) -> None:
    """All others fail with one line."""
    state = tmp_path / "state.json"
    (tmp_path / "state.json.lock").write_text("not a process")
    messages: list[str] = []
    start, end = threading.Barrier(RUNS), threading.Barrier(RUNS)

    def run(_: int) -> str:
        start.wait()
        try:
            with lock_state(state, messages.append):
                end.wait()
                return "ran"
        except LocalEngineError as error:
            end.wait()
            return str(error)

    with ThreadPoolExecutor(RUNS) as pool:
        results = sorted(pool.map(run, range(RUNS)))

    assert [each.split(" (")[0] for each in results] == ["another run"] * (RUNS - 1) + ["ran"]
    assert len(messages) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")
def test_a_take_over_is_atomic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other run can take the lock between the check of its holder and the take-over."""
    import fcntl  # noqa: PLC0415 - not available on Windows

    held: list[bool] = []

    def check_holder(_: int) -> bool:
        handle = os.open(tmp_path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.append(True)
        os.close(handle)
        return False

    monkeypatch.setattr(session, "_is_alive", check_holder)
    (tmp_path / "state.json.lock").write_text(str(NO_PROCESS))

    with lock_state(tmp_path / "state.json", lambda _: None):
        pass

    assert held == [True]


def test_an_unchanged_resource_is_not_saved_again() -> None:
    """Otherwise a refresh of 1,000 resources would write the whole file many times."""
    known = Resource("u", "t", custom=True, id="1", outputs={"a": 1})
    saved: list[int] = []
    state = StackState([known], SecretStore(b"salt"), lambda items: saved.append(len(items)))

    state.put(Resource("u", "t", custom=True, id="1", outputs={"a": 1}), previous=known)
    state.put(Resource("u", "t", custom=True, id="1", outputs={"a": 2}), previous=known)

    assert saved == [1]
    assert state.list_resources()[0].outputs == {"a": 2}
