"""A project's picture: sent whole, sent again when it is another, and never read back."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.core.project_image import check, create, delete, diff, read, update
from bim360_provider.errors import InputError, NotFoundError
from bim360_provider.hq import HqClient
from tests.support.hq import BODY, HANGS_UP, NO_ACCOUNT, NO_PROJECT, Fault, Stage, says, settings

PNG = b"\x89PNG\r\n\x1a\n a tower"
JPEG = b"\xff\xd8\xff\xe0 a tower by night"
SEND = "PATCH image"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a picture."""
    path = tmp_path / "tower.png"
    path.write_bytes(PNG)
    return path


@pytest.fixture
def project_id(stage: Stage) -> str:
    """Return a project that exists."""
    return str(stage.project()["id"])


def inputs(project_id: str, file: Path, content: bytes = PNG) -> dict[str, Any]:
    """Return checked arguments, as the program gives them."""
    given = {
        "project_id": project_id,
        "path": str(file),
        "sha256": sha256(content).hexdigest(),
    }
    found, problems = check({}, given, settings())
    assert problems == []
    return found


def asked(stage: Stage) -> list[str]:
    """Return what HQ was asked, tokens apart."""
    return [each for each in stage.hq.asked if each != "token"]


def test_a_picture_is_one_request_with_one_part(
    stage: Stage, client: HqClient, project_id: str, file: Path
) -> None:
    """The part is called ``chunk``; the file's own name stays here."""
    given = inputs(project_id, file)

    id_, outs = create(client, given, settings())

    request = stage.hq.requests[-1]
    head, _, content = request.body.partition(b"\r\n\r\n")
    assert asked(stage) == [SEND]
    assert id_ == f"{project_id}/image"
    assert request.header("content-type").startswith("multipart/form-data; boundary=")
    assert b'name="chunk"; filename="image.png"\r\nContent-Type: image/png' in head
    assert content.startswith(PNG)
    assert diff(outs, given).changed == ()


def test_another_content_is_sent_with_its_own_kind(
    stage: Stage, client: HqClient, project_id: str, file: Path
) -> None:
    """Whatever the file is called."""
    _, outs = create(client, inputs(project_id, file), settings())
    file.write_bytes(JPEG)
    given = inputs(project_id, file, JPEG)

    changed = diff(outs, given).changed
    outs = update(client, f"{project_id}/image", outs, given)

    assert changed == ("sha256",)
    assert b"Content-Type: image/jpeg" in stage.hq.requests[-1].body
    assert diff(outs, given).changed == ()


def test_a_file_that_changed_after_the_preview_is_not_sent(
    stage: Stage, client: HqClient, project_id: str, file: Path
) -> None:
    """What was agreed to was another picture."""
    given = inputs(project_id, file)
    file.write_bytes(JPEG)

    with pytest.raises(InputError) as caught:
        create(client, given, settings())

    assert str(caught.value) == (
        f"BIM 360: could not send {file}: it has changed since the program looked at it. "
        "Run `pulumi up` again."
    )
    assert asked(stage) == []


def test_a_file_that_is_gone_is_one_line(client: HqClient, project_id: str, file: Path) -> None:
    """It was there when the program ran."""
    given = inputs(project_id, file)
    file.unlink()

    with pytest.raises(InputError, match="it cannot be read: No such file or directory"):
        create(client, given, settings())


def test_a_file_whose_name_cannot_be_printed_is_one_line(
    client: HqClient, project_id: str, file: Path
) -> None:
    """File systems take line breaks; an error must not hold one."""
    odd = file.with_name("to\nwer.png")
    given = {**inputs(project_id, file), "path": str(odd)}

    with pytest.raises(InputError, match=r"could not send .*/to\\nwer\.png: it cannot be read"):
        create(client, given, settings())


@pytest.mark.parametrize("reply", [HANGS_UP, says(504), NO_PROJECT])
def test_a_lost_answer_and_a_young_project_are_asked_again(
    stage: Stage, client: HqClient, project_id: str, file: Path, reply: Any
) -> None:
    """Sending a picture twice does no harm, and a project may be a moment late."""
    stage.hq.faults.append(Fault(SEND, reply))

    create(client, inputs(project_id, file), settings())

    assert asked(stage) == [SEND, SEND]


def test_a_refresh_looks_only_whether_the_project_is_there(
    stage: Stage, client: HqClient, project_id: str, file: Path
) -> None:
    """HQ does not give pictures back: what somebody changed by hand is not seen."""
    given = inputs(project_id, file)
    id_, outs = create(client, given, settings())
    stage.hq.asked.clear()

    live = read(client, id_, outs)

    assert live is not None
    assert asked(stage) == ["GET project"]
    assert (live.id, live.outputs, live.inputs) == (id_, outs, given)


def test_a_young_project_is_not_taken_for_gone(stage: Stage, client: HqClient, file: Path) -> None:
    """A refresh right after the up may meet a 404 that is over in a moment."""
    project = client.projects.create(BODY)
    id_, outs = create(client, inputs(project.id, file), settings())
    stage.hq.faults.append(Fault("GET project", NO_PROJECT))

    assert read(client, id_, outs) is not None


def test_a_picture_for_a_project_that_is_gone_says_what_to_do(
    stage: Stage, client: HqClient, project_id: str, file: Path
) -> None:
    """In one line."""
    id_, outs = create(client, inputs(project_id, file), settings())
    stage.hq.ask("DELETE", f"/projects/{project_id}")

    with pytest.raises(NotFoundError) as caught:
        update(client, id_, outs, inputs(project_id, file))

    assert str(caught.value).startswith(f"BIM 360: could not give project {project_id} a picture: ")
    assert str(caught.value).endswith("removed it: `pulumi refresh`, then `pulumi up`.")


def test_a_picture_goes_with_its_project(
    stage: Stage, client: HqClient, project_id: str, file: Path
) -> None:
    """And only with it: an account out of sight drops nothing."""
    id_, outs = create(client, inputs(project_id, file), settings())
    stage.hq.faults += [Fault("GET project", NO_PROJECT), Fault("GET project", NO_ACCOUNT)]

    assert read(client, id_, outs) is None
    with pytest.raises(NotFoundError):
        read(client, id_, outs)


def test_a_look_up_knows_the_project_alone(client: HqClient, project_id: str, file: Path) -> None:
    """So an import sends the picture with the next up."""
    live = read(client, f"{project_id}/image", {})

    assert live is not None
    assert live.inputs["project_id"] == project_id
    assert diff(live.outputs, inputs(project_id, file)).changed == ("sha256",)


def test_a_look_up_of_nothing_is_an_error(client: HqClient) -> None:
    """In one line."""
    with pytest.raises(NotFoundError, match="could not read project c17e6837"):
        read(client, "c17e6837-96cd-4839-868e-051a2ad65d28/image", {})


def test_destroying_leaves_the_picture_and_says_so(
    stage: Stage, client: HqClient, project_id: str
) -> None:
    """Without a request, so that it works with the project gone too."""
    delete(client, f"{project_id}/image", {"project_id": project_id})

    assert asked(stage) == []
    assert stage.told == [
        (f"BIM 360: the picture of project {project_id} stays: HQ cannot remove one.", False)
    ]
