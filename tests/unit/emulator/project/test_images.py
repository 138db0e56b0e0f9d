"""Images of projects and companies: a form with a file."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from requests import Request as Form

from bim360_provider.emulator import ACCOUNT_ID, COMPANY_ID, Emulator, IncomingRequest, Reply
from tests.support.emulator import Call

PNG = b"\x89PNG\r\n\x1a\n\r\n--x\r\n\x00\xff"


@pytest.fixture
def upload(emulator: Emulator, token: str) -> Callable[..., Reply]:
    """Return a function that uploads a file like a common client."""

    def upload(path: str, name: str = "chunk", *file: Any) -> Reply:
        file = file or ("tower.png", PNG, "image/png")
        form = Form("PATCH", "http://hq", files={name: file}).prepare()
        content = form.body if isinstance(form.body, bytes) else b""
        kind = {"content-type": str(form.headers["Content-Type"])}
        headers = {"authorization": f"Bearer {token}", **kind}
        url = f"/hq/v1/accounts/{ACCOUNT_ID}/{path}/image"
        return emulator.handle(IncomingRequest("PATCH", url, "", headers, content))

    return upload


def test_an_upload_stores_the_metadata_of_an_image(
    emulator: Emulator, upload: Call, created_project: dict[str, Any]
) -> None:
    """With its size and digest; the replies are the project and the company."""
    project, company = (
        upload(f"projects/{created_project['id']}"),
        upload(f"companies/{COMPANY_ID}"),
    )

    account = emulator.call_control_plane("GET", "/state")["accounts"][0]
    kept = {"filename": "tower.png", "content_type": "image/png", "size": len(PNG)}
    kept["sha256"] = sha256(PNG).hexdigest()
    assert (project.status, project.parse_content()["id"]) == (200, created_project["id"])
    assert (company.status, company.parse_content()["id"]) == (200, COMPANY_ID)
    assert (account["projects"][0]["image"], account["companies"][0]["image"]) == (kept, kept)


def test_a_second_image_replaces_the_first(
    emulator: Emulator, upload: Call, created_project: dict[str, Any]
) -> None:
    """It is part of the state, which can be dumped and loaded."""
    upload(f"projects/{created_project['id']}")
    upload(f"projects/{created_project['id']}", "chunk", "b.gif", b"GIF89a", "image/gif")
    state = emulator.call_control_plane("GET", "/state")
    emulator.call_control_plane("POST", "/reset")

    emulator.call_control_plane("PUT", "/state", state)

    assert emulator.call_control_plane("GET", "/state") == state
    assert state["accounts"][0]["projects"][0]["image"]["filename"] == "b.gif"


@pytest.mark.parametrize(
    ("name", "file", "message"),
    [
        ("image", ("a.png", PNG, "image/png"), "no part named chunk"),
        ("chunk", ("a.svg", PNG, "image/svg+xml"), "image/svg+xml is not one of image/png"),
        ("chunk", ("a.png", b"", "image/png"), "no file name or no content"),
        ("chunk", ("", PNG, "image/png"), "no file name or no content"),
    ],
)
def test_an_invalid_upload_is_400(
    upload: Call, created_project: dict[str, Any], name: str, file: tuple[Any, ...], message: str
) -> None:
    """The name of the part, the type and the content are checked."""
    reply = upload(f"projects/{created_project['id']}", name, *file)

    assert reply.status == 400
    assert message in reply.parse_content()["message"]


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", ""])
def test_an_upload_without_a_form_is_400(
    send_request: Call, created_project: dict[str, Any], kind: str
) -> None:
    """The page's own table of headers says JSON, and its example does not."""
    reply = send_request(
        "PATCH", f"projects/{created_project['id']}/image", {}, **{"content-type": kind}
    )

    assert reply.status == 400


def test_the_image_of_an_archived_project_cannot_be_changed(
    send_request: Call, upload: Call, created_project: dict[str, Any]
) -> None:
    """As for other changes."""
    send_request("PATCH", f"projects/{created_project['id']}", {"status": "archived"})

    assert upload(f"projects/{created_project['id']}").status == 422


def test_the_journal_records_no_image_content(
    emulator: Emulator, upload: Call, created_project: dict[str, Any]
) -> None:
    """Only its name, type and size."""
    upload(f"projects/{created_project['id']}")

    entry = emulator.call_control_plane("GET", "/requests", query="path=*/image")[0]

    assert entry["body"] == {
        "chunk": {"filename": "tower.png", "content_type": "image/png", "size": len(PNG)}
    }
