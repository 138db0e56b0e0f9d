"""Account users: accepted and refused requests, and their replies."""

from typing import Any

import pytest

from bim360_provider.emulator import (
    ADMIN_EMAIL,
    ADMIN_ID,
    ADMIN_UID,
    COMPANY_ID,
    EMEA_ADMIN_ID,
    Emulator,
)
from tests.support.emulator import NOWHERE, Call, message_of

BO = {"email": "bo@example.com"}


def test_a_new_user_is_not_invited_yet(send_request: Call) -> None:
    """Documented: 201; mail is sent with the first project."""
    reply = send_request("POST", "users", BO | {"first_name": "Bo", "last_name": "Berg"})

    content = reply.parse_content()
    assert reply.status == 201
    assert len(content) == 29
    assert (content["role"], content["status"]) == ("account_user", "not_invited")
    assert (content["uid"], content["name"]) == (None, "Bo Berg")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "", "email is required"),
        ("email", "bo", "is not an e-mail address"),
        ("email", "x" * 250 + "@example.com", "the limit is 255"),
        ("company_id", "Nord", "is not a UUID"),
        ("about_me", "x" * 256, "the limit is 255"),
        ("emial", "x", "unknown field emial; the nearest known one is email"),
    ],
)
def test_a_malformed_user_is_400_with_the_field(
    send_request: Call, field: str, value: object, message: str
) -> None:
    """The message suggests a valid value."""
    reply = send_request("POST", "users", BO | {field: value})

    assert reply.status == 400
    assert message in message_of(reply)


@pytest.mark.usefixtures("bo")
def test_an_email_is_unique_ignoring_case(send_request: Call) -> None:
    """E-mails are not case-sensitive."""
    reply = send_request("POST", "users", {"email": "BO@Example.com"})

    assert reply.status == 409


def test_a_users_company_must_exist(send_request: Call, bo: dict[str, Any]) -> None:
    """In a create as in a change."""
    created = send_request("POST", "users", {"email": "al@example.com", "company_id": NOWHERE})
    changed = send_request("PATCH", f"users/{bo['id']}", {"company_id": NOWHERE})

    assert (created.status, changed.status) == (422, 422)


def test_a_user_has_the_name_of_their_company(emulator: Emulator, send_request: Call) -> None:
    """``company_name`` follows the company's name; ``company`` is free text."""
    user = send_request(
        "POST", "users", BO | {"company_id": COMPANY_ID, "company": "Bo AS"}
    ).parse_content()
    emulator.call_control_plane("PATCH", f"/companies/{COMPANY_ID}", {"name": "Halvorsen"})

    current = send_request("GET", f"users/{user['id']}").parse_content()

    assert (user["company_name"], user["company"]) == ("Halvorsen Construction", "Bo AS")
    assert current["company_name"] == "Halvorsen"


def test_status_company_and_default_role_can_change(send_request: Call) -> None:
    """Documented: no other field can."""
    change = {"status": "inactive", "company_id": "", "default_role": "Architect"}

    reply = send_request("PATCH", f"users/{ADMIN_ID}", change)

    content = reply.parse_content()
    assert reply.status == 200
    assert (content["status"], content["company_id"], content["company_name"]) == (
        "inactive",
        None,
        None,
    )
    assert (content["default_role"], bool(content["default_role_id"])) == ("Architect", True)


def test_a_patch_ignores_profile_fields(emulator: Emulator, send_request: Call) -> None:
    """An option refuses them instead."""
    ignored = send_request("PATCH", f"users/{ADMIN_ID}", {"first_name": "Eva"})
    emulator.call_control_plane("PATCH", "/options", {"read_only_fields": "refuse"})

    refused = send_request("PATCH", f"users/{ADMIN_ID}", {"first_name": "Eva"})

    assert (ignored.status, ignored.parse_content()["first_name"]) == (200, "Anna")
    assert (refused.status, message_of(refused)) == (400, "first_name cannot be set here")


@pytest.mark.parametrize("status", ["active", "inactive"])
def test_the_status_of_a_user_who_never_signed_in_cannot_change(
    emulator: Emulator, send_request: Call, bo: dict[str, Any], status: str
) -> None:
    """Documented for pending and not invited users; their company can change."""
    not_invited = send_request("PATCH", f"users/{bo['id']}", {"status": status})
    emulator.call_control_plane("PATCH", f"/users/{bo['id']}", {"status": "pending"})
    pending = send_request("PATCH", f"users/{bo['id']}", {"status": status})

    company = send_request("PATCH", f"users/{bo['id']}", {"company_id": COMPANY_ID})

    assert (not_invited.status, pending.status, company.status) == (422, 422, 200)


def test_an_unknown_user_status_is_400(send_request: Call) -> None:
    """Pending is the initial status; it is never sent."""
    reply = send_request("PATCH", f"users/{ADMIN_ID}", {"status": "pending"})

    assert reply.status == 400


def test_signing_in_gives_an_autodesk_id(
    emulator: Emulator, send_request: Call, bo: dict[str, Any]
) -> None:
    """Always the same one; then the status can change."""
    first = emulator.call_control_plane("POST", f"/users/{bo['id']}/sign-in")
    second = emulator.call_control_plane("POST", f"/users/{bo['id']}/sign-in")

    reply = send_request("PATCH", f"users/{bo['id']}", {"status": "inactive"})

    assert (first["status"], len(first["uid"])) == ("active", 12)
    assert second["uid"] == first["uid"]
    assert reply.parse_content()["status"] == "inactive"


@pytest.mark.parametrize("user", [NOWHERE, EMEA_ADMIN_ID, ADMIN_UID])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_an_unknown_user_is_404(send_request: Call, method: str, user: str) -> None:
    """The Autodesk ID is unknown too: these paths use the ``id``."""
    reply = send_request(method, f"users/{user}", {})

    assert reply.status == 404
    assert reply.parse_content() == {"code": 1004, "message": "this user doesn't exist."}


def test_users_are_listed_newest_change_first(send_request: Call, bo: dict[str, Any]) -> None:
    """A bare array, with the admin of the seed."""
    rows = send_request("GET", "users", query="field=email").parse_content()

    assert rows[0] == {"id": bo["id"], "email": "bo@example.com"}
    assert rows[1]["email"] == ADMIN_EMAIL


def test_an_unknown_user_cannot_sign_in(emulator: Emulator) -> None:
    """The control plane reports it in one line."""
    replies = [("POST", "/users/x/sign-in"), ("PATCH", "/users/x"), ("DELETE", "/users/x")]

    for method, path in replies:
        with pytest.raises(Exception, match="there is no user x"):
            emulator.call_control_plane(method, path, {})


def test_the_control_plane_deletes_a_user(
    emulator: Emulator, send_request: Call, bo: dict[str, Any]
) -> None:
    """HQ has no delete, but a client must handle a 404."""
    emulator.call_control_plane("DELETE", f"/users/{bo['id']}")

    assert send_request("GET", f"users/{bo['id']}").status == 404
