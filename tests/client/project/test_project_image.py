"""Project images: sent completely, sent again after a change, and never read back."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.core.project_image import check, create, delete, diff, read, update
from bim360_provider.errors import InputError, NotFoundError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    ACCOUNT_NOT_FOUND,
    DROPS_CONNECTION,
    PROJECT_BODY,
    PROJECT_NOT_FOUND,
    Fault,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)
from tests.support.seeding import list_requests

PNG = b"\x89PNG\r\n\x1a\n a tower"
JPEG = b"\xff\xd8\xff\xe0 a tower by night"
IMAGE_REQUEST = "PATCH image"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of an image."""
    path = tmp_path / "tower.png"
    path.write_bytes(PNG)
    return path


@pytest.fixture
def project_id(hq: HqFixture) -> str:
    """Return the id of an existing project."""
    return str(hq.create_project()["id"])


def check_inputs(project_id: str, file: Path, content: bytes = PNG) -> Any:
    """Return checked arguments, as the program passes them."""
    given = {
        "project_id": project_id,
        "path": str(file),
        "sha256": sha256(content).hexdigest(),
    }
    found, problems = check({}, given, build_settings())
    assert problems == []
    return found


def test_an_image_is_one_request_with_one_part(
    hq: HqFixture, client: HqClient, project_id: str, file: Path
) -> None:
    """The part is called ``chunk``; the file's own name is not sent."""
    given = check_inputs(project_id, file)

    id_, outs = create(build_run(client), given)

    request = hq.emulator.requests[-1]
    head, _, content = request.body.partition(b"\r\n\r\n")
    assert list_requests(hq.emulator) == [IMAGE_REQUEST]
    assert id_ == f"{project_id}/image"
    assert request.get_header("content-type").startswith("multipart/form-data; boundary=")
    assert b'name="chunk"; filename="image.png"\r\nContent-Type: image/png' in head
    assert content.startswith(PNG)
    assert diff(outs, given).changed_arguments == ()


def test_new_content_is_sent_with_its_own_media_type(
    hq: HqFixture, client: HqClient, project_id: str, file: Path
) -> None:
    """The name of the file does not matter."""
    _, outs = create(build_run(client), check_inputs(project_id, file))
    file.write_bytes(JPEG)
    given = check_inputs(project_id, file, JPEG)

    changed = diff(outs, given).changed_arguments
    outs = update(build_run(client), f"{project_id}/image", outs, given)

    assert changed == ("sha256",)
    assert b"Content-Type: image/jpeg" in hq.emulator.requests[-1].body
    assert diff(outs, given).changed_arguments == ()


def test_a_file_changed_after_the_preview_is_not_sent(
    hq: HqFixture, client: HqClient, project_id: str, file: Path
) -> None:
    """The user confirmed another image."""
    given = check_inputs(project_id, file)
    file.write_bytes(JPEG)

    with pytest.raises(InputError) as caught:
        create(build_run(client), given)

    assert str(caught.value) == (
        f"BIM 360: could not send {file}: it has changed since the program read it. "
        "Run `pulumi up` again."
    )
    assert list_requests(hq.emulator) == []


def test_a_missing_file_is_reported_in_one_line(
    client: HqClient, project_id: str, file: Path
) -> None:
    """It existed when the program ran."""
    given = check_inputs(project_id, file)
    file.unlink()

    with pytest.raises(InputError, match="it cannot be read: No such file or directory"):
        create(build_run(client), given)


def test_an_unprintable_file_name_is_reported_in_one_line(
    client: HqClient, project_id: str, file: Path
) -> None:
    """File names may contain line breaks; an error must not."""
    odd = file.with_name("to\nwer.png")
    given = {**check_inputs(project_id, file), "path": str(odd)}

    with pytest.raises(InputError, match=r"could not send .*/to\\nwer\.png: it cannot be read"):
        create(build_run(client), given)


@pytest.mark.parametrize("reply", [DROPS_CONNECTION, build_reply(504), PROJECT_NOT_FOUND])
def test_a_lost_response_or_a_404_on_a_recent_project_is_retried(
    hq: HqFixture, client: HqClient, project_id: str, file: Path, reply: Any
) -> None:
    """An image may be sent twice, and a recent project may appear with a delay."""
    hq.emulator.faults.append(Fault(IMAGE_REQUEST, reply))

    create(build_run(client), check_inputs(project_id, file))

    assert list_requests(hq.emulator) == [IMAGE_REQUEST, IMAGE_REQUEST]


def test_a_refresh_only_checks_that_the_project_exists(
    hq: HqFixture, client: HqClient, project_id: str, file: Path
) -> None:
    """HQ does not return images, so a change in the browser is not detected."""
    given = check_inputs(project_id, file)
    id_, outs = create(build_run(client), given)
    hq.emulator.request_log.clear()

    live = read(build_run(client), id_, outs)

    assert live is not None
    assert list_requests(hq.emulator) == ["GET project"]
    assert (live.id, live.outputs, live.inputs) == (id_, outs, given)


def test_a_recent_project_does_not_count_as_deleted(
    hq: HqFixture, client: HqClient, file: Path
) -> None:
    """A refresh right after the up may get a temporary 404."""
    project = client.projects.create(PROJECT_BODY)
    id_, outs = create(build_run(client), check_inputs(project.id, file))
    hq.emulator.faults.append(Fault("GET project", PROJECT_NOT_FOUND))

    assert read(build_run(client), id_, outs) is not None


def test_an_image_for_a_deleted_project_is_an_error_with_advice(
    hq: HqFixture, client: HqClient, project_id: str, file: Path
) -> None:
    """The error is one line."""
    id_, outs = create(build_run(client), check_inputs(project_id, file))
    hq.emulator.call_control_plane("DELETE", f"/projects/{project_id}")

    with pytest.raises(NotFoundError) as caught:
        update(build_run(client), id_, outs, check_inputs(project_id, file))

    assert str(caught.value).startswith(
        f"BIM 360: could not set the image of project {project_id}: "
    )
    assert str(caught.value).endswith("If it was removed: run `pulumi refresh`, then `pulumi up`.")


def test_an_image_leaves_the_state_with_its_project(
    hq: HqFixture, client: HqClient, project_id: str, file: Path
) -> None:
    """A hidden account drops nothing."""
    id_, outs = create(build_run(client), check_inputs(project_id, file))
    hq.emulator.faults += [
        Fault("GET project", PROJECT_NOT_FOUND),
        Fault("GET project", ACCOUNT_NOT_FOUND),
    ]

    assert read(build_run(client), id_, outs) is None
    with pytest.raises(NotFoundError):
        read(build_run(client), id_, outs)


def test_a_lookup_returns_the_project_only(client: HqClient, project_id: str, file: Path) -> None:
    """After an import the next up therefore sends the image."""
    live = read(build_run(client), f"{project_id}/image", {})

    assert live is not None
    assert live.inputs["project_id"] == project_id
    assert diff(live.outputs, check_inputs(project_id, file)).changed_arguments == ("sha256",)


def test_a_lookup_of_an_unknown_id_is_an_error(client: HqClient) -> None:
    """The error is one line."""
    with pytest.raises(NotFoundError, match="could not read project c17e6837"):
        read(build_run(client), "c17e6837-96cd-4839-868e-051a2ad65d28/image", {})


def test_destroying_leaves_the_image_and_reports_it(
    hq: HqFixture, client: HqClient, project_id: str
) -> None:
    """It sends no request, so it also works if the project was deleted."""
    delete(build_run(client), f"{project_id}/image", {"project_id": project_id})

    assert list_requests(hq.emulator) == []
    assert hq.notifications == [
        (f"BIM 360: the picture of project {project_id} stays: HQ cannot remove one.", False)
    ]
