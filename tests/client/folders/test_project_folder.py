"""Folders: created once, adopted, renamed, moved, hidden and restored, with few requests."""

from typing import Any

import pytest

from bim360_provider.core.folder_reference import TOP_FOLDER_DELAYS
from bim360_provider.core.project_folder import (
    create,
    delete,
    diff,
    read,
    update,
)
from bim360_provider.core.run import Ownership
from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    UnansweredError,
    UnauthorizedError,
)
from bim360_provider.hq import HqClient
from tests.client.folders.conftest import ProjectFolders
from tests.support.hq import DROPS_CONNECTION, Fault, HqFixture, build_reply, build_run

GATEWAY_TIMEOUT = build_reply(504, b"<html>504</html>")
LOCKED = build_reply(423, {"errors": [{"status": "423", "code": "LOCKED", "detail": "busy"}]})


def test_a_folder_takes_one_post(folders: ProjectFolders) -> None:
    """The top folders and the contents of an existing parent are read once in a run."""
    first, _ = create(folders.run, folders.check_folder("A"))
    create(folders.run, folders.check_folder("B"))
    create(folders.run, folders.check_folder("C", parent=first))

    assert folders.list_requests() == ["GET top folders", "GET contents", *["POST folders"] * 3]


def test_the_token_of_folders_has_scopes_of_its_own(hq: HqFixture, folders: ProjectFolders) -> None:
    """The token of HQ's requests does not have them."""
    folders.run.hq.projects.get(folders.project_id)
    create(folders.run, folders.check_folder())

    tokens = [each for each in hq.emulator.requests if each.path.endswith("/token")]
    scopes = [b"data%3Aread+data%3Acreate+data%3Awrite" in each.body for each in tokens]
    assert scopes == [False, True]


def test_a_refresh_of_siblings_is_one_request(folders: ProjectFolders) -> None:
    """The contents of their parent have them all; nothing differs."""
    states = [folders.create_folder(name) for name in ("A", "B", "C")]
    run = folders.start_run()

    results = [read(run, *each) for each in states]

    assert [each and each.outputs for each in results] == [state for _, state in states]
    assert all(each and diff(each.outputs, each.inputs).changed_arguments == () for each in results)
    assert folders.list_requests() == ["GET contents"]


def test_a_look_up_is_one_request(folders: ProjectFolders) -> None:
    """Its parent is an id, because nothing else is known."""
    folder_id, state = folders.create_folder()

    found = read(folders.run, folder_id, type(state)({}))

    assert found is not None
    assert found.outputs["name"] == "01 WIP"
    assert found.outputs["parent"] == state["parent_id"]
    assert folders.list_requests() == ["GET folder"]


@pytest.mark.parametrize("id_", ["urn:adsk.wipprod:fs.folder:co.x", "tower", "a/b"])
def test_a_look_up_needs_both_ids(folders: ProjectFolders, id_: str) -> None:
    """The error has the form of an id."""
    with pytest.raises(InputError, match="its id has two parts"):
        read(folders.run, id_, {})


def test_a_folder_is_renamed_and_moved_with_one_patch(folders: ProjectFolders) -> None:
    """Its id stays, and a second run sends nothing."""
    folder_id, state = folders.create_folder()
    above, _ = folders.create_folder("Archive")
    inputs = folders.check_folder("02 Shared", parent=above)

    outs = update(folders.run, folder_id, state, inputs)

    assert folders.list_requests() == ["PATCH folder"]
    assert outs["folder_id"] == state["folder_id"]
    assert diff(outs, inputs).changed_arguments == ()
    found = folders.run.hq.folders.get(folders.project_id, outs["folder_id"])
    assert (found.name, found.parent_id) == ("02 Shared", above.partition("/")[2])


def test_two_folders_of_one_run_pass_on_a_name(folders: ProjectFolders) -> None:
    """The PATCH waits a little for the folder that gives the name up."""
    first, second = folders.create_folder("A"), folders.create_folder("B")
    rename = folders.check_folder("B")
    folders.hq.clock.on_sleep = lambda _: folders.change_in_browser(second[1], name="C")

    outs = update(folders.run, *first, rename)

    assert outs["name"] == "B"


def test_a_name_in_use_is_an_error(folders: ProjectFolders) -> None:
    """After some attempts, because another folder may give it up."""
    first, _ = folders.create_folder("A"), folders.create_folder("B")

    with pytest.raises(ConflictError, match="already exists"):
        update(folders.run, *first, folders.check_folder("B"))


def test_an_existing_folder_is_adopted_and_stays_at_a_destroy(folders: ProjectFolders) -> None:
    """It existed before the stack."""
    folders.create_folder()
    run = folders.start_run()

    folder_id, state = create(run, folders.check_folder())
    delete(run, folder_id, state)

    assert state["adopted"] is True
    assert folders.list_requests() == ["GET top folders", "GET contents"]
    assert "is hidden only with on_destroy='hide'" in folders.hq.notifications[-1][0]


def test_the_case_of_an_adopted_name_is_corrected(folders: ProjectFolders) -> None:
    """Autodesk treats both as the same name."""
    folders.create_folder("plans of 2026")
    run = folders.start_run()

    _, state = create(run, folders.check_folder("Plans of 2026"))

    assert state["name"] == "Plans of 2026"
    assert folders.list_requests()[-1] == "PATCH folder"


def test_a_destroyed_folder_is_hidden_and_restored_by_the_next_create(
    folders: ProjectFolders,
) -> None:
    """With the same id, so its content is there again; the next destroy hides it again."""
    folder_id, state = folders.create_folder()
    delete(folders.run, folder_id, state)
    run = folders.start_run()

    restored_id, outs = create(run, folders.check_folder())
    requests = folders.list_requests()
    delete(build_run(run.hq), restored_id, outs)

    assert (restored_id, outs["adopted"], outs["hidden"]) == (folder_id, False, False)
    assert requests == ["GET top folders", "GET contents", "PATCH folder"]
    assert folders.run.hq.folders.get(folders.project_id, state["folder_id"]).hidden


@pytest.mark.parametrize("policy", ["hide", "retain"])
def test_on_destroy_decides(folders: ProjectFolders, policy: str) -> None:
    """Nothing is sent for a folder that is retained."""
    folder_id, state = folders.create_folder(on_destroy=policy)

    delete(folders.run, folder_id, state)

    assert folders.list_requests() == (["PATCH folder"] if policy == "hide" else [])


def test_a_folder_that_was_hidden_by_hand_is_drift_and_is_restored(
    folders: ProjectFolders,
) -> None:
    """A destroy of it sends nothing."""
    folder_id, state = folders.create_folder()
    folders.change_in_browser(state, hidden=True)
    run = folders.start_run()

    live = read(run, folder_id, state)
    assert live is not None
    delete(run, folder_id, live.outputs)
    outs = update(run, folder_id, live.outputs, folders.check_folder())

    assert (live.outputs["hidden"], live.inputs["hidden"]) == (True, True)
    assert diff(live.outputs, folders.check_folder()).changed_arguments == ("hidden",)
    assert outs["hidden"] is False
    assert folders.list_requests() == ["GET contents", "GET folder", "PATCH folder"]


@pytest.mark.parametrize(
    ("changes", "drift"),
    [({"name": "By hand"}, "name"), ({"parent": "Plans"}, "parent")],
)
def test_drift_is_one_changed_argument(
    folders: ProjectFolders, changes: dict[str, Any], drift: str
) -> None:
    """An update reverts it."""
    folder_id, state = folders.create_folder()
    folders.change_in_browser(state, **changes)
    run, inputs = folders.start_run(), folders.check_folder()

    live = read(run, folder_id, state)
    assert live is not None
    outs = update(run, folder_id, live.outputs, inputs)

    assert diff(live.outputs, inputs).changed_arguments == (drift,)
    assert diff(outs, inputs).changed_arguments == ()
    assert outs.items() >= {"name": "01 WIP", "parent": "Project Files"}.items()


@pytest.mark.parametrize("reply", [GATEWAY_TIMEOUT, DROPS_CONNECTION, build_reply(201, b"")])
def test_a_lost_response_leads_to_the_created_folder(folders: ProjectFolders, reply: Any) -> None:
    """No second folder is created."""
    folders.hq.emulator.faults.append(Fault("POST folders", reply, acts_on_request=True))

    _, state = create(folders.run, folders.check_folder())

    assert folders.list_requests().count("POST folders") == 1
    assert state["adopted"] is False


def test_a_post_that_autodesk_did_not_act_on_is_sent_again(folders: ProjectFolders) -> None:
    """At most three times."""
    folders.hq.emulator.faults.append(Fault("POST folders", GATEWAY_TIMEOUT, times=9))

    with pytest.raises(UnansweredError, match="create folder '01 WIP': HQ's response was inconcl"):
        create(folders.run, folders.check_folder())

    assert folders.list_requests().count("POST folders") == 3


def test_a_locked_folder_is_retried(folders: ProjectFolders) -> None:
    """423 means that nothing was done."""
    folders.hq.emulator.faults.append(Fault("POST folders", LOCKED, times=3))

    create(folders.run, folders.check_folder())

    assert folders.list_requests().count("POST folders") == 4


def test_a_lock_that_stays_is_an_error(folders: ProjectFolders) -> None:
    """After a minute."""
    folders.hq.emulator.faults.append(Fault("POST folders", LOCKED, times=99))

    with pytest.raises(Exception, match=r"423 Locked .*busy.*run it again later"):
        create(folders.run, folders.check_folder())

    assert sum(folders.hq.clock.sleeps) == pytest.approx(60, abs=5)


@pytest.mark.parametrize("early", ["forbidden", "not_found", "empty"])
def test_the_top_folders_of_a_new_project_are_awaited(
    hq: HqFixture, client: HqClient, early: str
) -> None:
    """They appear some seconds after it."""
    project = hq.create_project(created_at=format_timestamp(hq.emulator.clock.now()))
    folders = ProjectFolders(hq, build_run(client), project["id"])
    folders.set_options(top_folders_after=20, top_folders_early=early)

    create(folders.run, folders.check_folder())

    assert 20 <= sum(hq.clock.sleeps) < sum(TOP_FOLDER_DELAYS)


def test_a_project_without_folders_is_awaited_once(folders: ProjectFolders) -> None:
    """The other folders of the run fail at once; the error says what the app needs."""
    refusal = build_reply(403, {"errors": [{"status": "403", "detail": "no access"}]})
    folders.hq.emulator.faults.append(Fault("GET top folders", refusal, times=99))
    for _ in range(3):
        with pytest.raises(UnauthorizedError, match=r"no access.*data:create.*Document Management"):
            create(folders.run, folders.check_folder())

    assert sum(folders.hq.clock.sleeps) == sum(TOP_FOLDER_DELAYS)


def test_an_unknown_top_folder_is_an_error_with_the_known_ones(folders: ProjectFolders) -> None:
    """After some seconds, because top folders may appear one by one."""
    with pytest.raises(InputError, match="has no top folder 'Photos'"):
        create(folders.run, folders.check_folder(parent="Photos"))


def test_a_second_resource_cannot_own_the_same_folder(folders: ProjectFolders) -> None:
    """Otherwise the two would undo each other's changes."""
    run = build_run(folders.run.hq, ownership=Ownership())
    create(run, folders.check_folder())

    with pytest.raises(ConflictError, match="another resource of this stack has folder '01 WIP'"):
        create(run, folders.check_folder())


def test_a_deleted_folder_leaves_the_state(folders: ProjectFolders) -> None:
    """Autodesk never deletes one, but a project may be deleted."""
    folder_id, state = folders.create_folder()
    missing = build_reply(404, {"errors": [{"detail": "this folder doesn't exist."}]})
    for route in ("GET folder", "GET contents", "PATCH folder"):
        folders.hq.emulator.faults.append(Fault(route, missing, times=99))
    run = folders.start_run()
    folders.hq.clock.sleep(600)

    assert read(run, folder_id, state) is None
    with pytest.raises(NotFoundError, match="If it was removed: run `pulumi refresh`"):
        update(run, folder_id, state, folders.check_folder("New"))
    delete(run, folder_id, state)


def test_the_folders_of_an_archived_project_stay_as_they_are_known(folders: ProjectFolders) -> None:
    """A refresh warns, and a destroy sends nothing more."""
    folder_id, state = folders.create_folder()
    run = folders.start_run()
    folders.hq.emulator.call_control_plane(
        "PATCH", f"/projects/{folders.project_id}", {"status": "archived"}
    )

    live = read(run, folder_id, state)
    delete(run, folder_id, state)

    assert live is not None
    assert live.outputs == state
    assert "the project is not active" in folders.hq.list_warnings()[-1]
